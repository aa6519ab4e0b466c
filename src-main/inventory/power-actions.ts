import type { VmSummary } from '../../shared/inventory.ts';
import type { PowerAction, VmDetail } from '../../shared/vm-detail.ts';
import { grants } from '../azure/permissions.ts';
import type { PermissionFact, Readable } from '../checks/facts.ts';

/** What is known before Azure has been asked. */
export const unknownPowerActions: VmDetail['powerActions'] = {
  start: 'unknown',
  restart: 'unknown',
  deallocate: 'unknown',
};

const typeOf = {
  vm: 'Microsoft.Compute/virtualMachines',
  instance: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines',
} as const;

/** Which of them the user's roles allow, so that nobody learns it only from a refusal. */
export function allowedPowerActions(
  vm: VmSummary,
  permissions: Readable<readonly PermissionFact[]>,
): VmDetail['powerActions'] {
  const { kind } = vm;
  if (permissions.kind !== 'known' || kind === 'host') return unknownPowerActions;
  const judge = (action: PowerAction) =>
    grants(permissions.value, `${typeOf[kind]}/${action}/action`) ? 'allowed' : 'denied';
  return { start: judge('start'), restart: judge('restart'), deallocate: judge('deallocate') };
}
