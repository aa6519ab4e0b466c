import type { CheckResult } from '../../shared/vm-detail.ts';
import { explainUnknown, resultsOf } from './check-result.ts';
import type { VmFacts } from './facts.ts';

/** C36: the machine is running. */
export function checkPower(facts: VmFacts): CheckResult {
  const result = resultsOf('C36', 'Power state');
  if (facts.vm.kind !== 'known') {
    const unknown = explainUnknown('The virtual machine', facts.vm);
    return result('unknown', unknown.message, unknown.extra);
  }
  const { name, power } = facts.vm.value;
  const evidence = [{ label: 'instanceView power state', value: power }];
  switch (power) {
    case 'running':
      return result('pass', `${name} is running.`, { evidence });
    case 'starting':
      return result('warn', `${name} is starting; its services may not answer yet.`, { evidence });
    case 'stopped':
    case 'deallocated':
    case 'stopping':
    case 'deallocating':
      return result('fail', `${name} is ${power}.`, {
        evidence,
        fix: {
          who: 'Virtual Machine Contributor of the machine',
          steps: 'Start the machine; it costs money while it runs.',
        },
      });
    case 'unknown':
      return result('unknown', `Azure gave no power state for ${name}.`, { evidence });
  }
}
