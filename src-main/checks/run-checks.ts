import type { CheckResult } from '../../shared/vm-detail.ts';
import { checkBastionFound, checkNativeClient, checkProvisioning, checkSku } from './bastion-checks.ts';
import type { VmFacts } from './facts.ts';
import type { Routes } from './find-routes.ts';
import { checkPower } from './power-check.ts';
import { checkPortAllowed } from './port-check.ts';

/** Runs the checks of one machine and port, in the order in which they are shown. Pure: facts in, results out. */
export function runChecks(facts: VmFacts, routes: Routes, port: number): readonly CheckResult[] {
  const found = checkBastionFound(facts, routes);
  const chosen = routes.found[0]?.bastion ?? null;
  const results = [
    checkProvisioning(chosen),
    checkSku(chosen),
    checkNativeClient(chosen),
    checkPower(facts),
    checkPortAllowed(facts, chosen, port),
  ];
  return [
    found,
    ...(found.status === 'unknown' ? results.map((result) => leaveOpen(result, found)) : results),
  ];
}

/** What rests on a Bastion that could not be read is not known, rather than not applicable. */
function leaveOpen(result: CheckResult, found: CheckResult): CheckResult {
  if (result.status !== 'na') return result;
  return {
    ...result,
    status: 'unknown',
    message: 'Not known, because it is not known which Bastion reaches this machine.',
    missingPermission: found.missingPermission,
  };
}
