import type { CheckResult } from '../../shared/vm-detail.ts';
import { checkBastionFound, checkNativeClient, checkProvisioning, checkSku } from './bastion-checks.ts';
import type { VmFacts } from './facts.ts';
import type { Routes } from './find-routes.ts';
import { checkPower } from './power-check.ts';
import { checkPortAllowed } from './port-check.ts';

/** Runs the checks of one machine and port, in the order in which they are shown. Pure: facts in, results out. */
export function runChecks(facts: VmFacts, routes: Routes, port: number): readonly CheckResult[] {
  const chosen = routes.found[0]?.bastion ?? null;
  return [
    checkBastionFound(facts, routes),
    checkProvisioning(chosen),
    checkSku(chosen),
    checkNativeClient(chosen),
    checkPower(facts),
    checkPortAllowed(facts, chosen, port),
  ];
}
