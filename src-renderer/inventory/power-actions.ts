import type { VmSummary } from '../../shared/inventory.ts';
import { run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import type { ContextMenuItem } from '../ui/context-menu-store.ts';
import { powerShape } from './filter.ts';

/** Powers a machine on; asked in the trust window. */
export function startVm(vmId: string): void {
  void run(bridge().calls['vm:start']({ vmId }));
}

/** What can be done about the power of a machine as it is now. */
export function powerItems(vm: VmSummary): readonly ContextMenuItem[] {
  return powerShape(vm.power) === 'off'
    ? [{ kind: 'action', label: 'Start', run: () => startVm(vm.id) }]
    : [];
}
