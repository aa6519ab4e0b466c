import type { VmSummary } from '../../shared/inventory.ts';
import type { Result } from '../../shared/result.ts';
import type { PowerAction, VmDetail } from '../../shared/vm-detail.ts';
import { reportError, run, showOpened } from '../state/actions.ts';
import { currentState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import type { ContextMenuItem } from '../ui/context-menu-store.ts';
import { powerShape } from './filter.ts';

/** Starts, restarts or deallocates a machine; asked in the trust window. Its power state shows how it goes. */
export function changePower(vmId: string, action: PowerAction): Promise<boolean> {
  return run(bridge().calls['vm:power']({ vmId, action }));
}

/** Starts a machine and connects to it as soon as it runs. */
export async function startAndConnect(vmId: string, protocol: 'ssh' | 'rdp'): Promise<boolean> {
  const result: Result<{ readonly id: string } | null> = await bridge().calls['vm:start-and-connect']({
    vmId,
    protocol,
  });
  if (!result.ok) {
    reportError(result.error);
    return false;
  }
  // The user said no in the trust window.
  return result.value === null ? false : showOpened({ ok: true, value: result.value });
}

/** Why an action cannot be done now; null: it can, as far as anybody knows. */
export function powerProblem(
  vm: Pick<VmSummary, 'power'>,
  detail: Pick<VmDetail, 'powerActions'> | undefined,
  action: PowerAction,
): string | null {
  if (detail?.powerActions[action] === 'denied') return 'no permission';
  const shape = powerShape(vm.power);
  if (shape === 'changing') return 'already changing';
  if (action === 'start') return shape === 'running' ? 'runs already' : null;
  if (action === 'restart') return shape === 'off' ? 'does not run' : null;
  return vm.power === 'deallocated' ? 'is deallocated' : null;
}

const labels: Readonly<Record<PowerAction, string>> = {
  start: 'Start',
  restart: 'Restart…',
  deallocate: 'Stop (deallocate)…',
};

/** The actions that make sense for a machine as it is now, with why one cannot be done. */
export function powerItems(vm: VmSummary): readonly ContextMenuItem[] {
  // A host by address is no machine of Azure.
  if (vm.kind === 'host') return [];
  const detail = currentState()?.details[vm.id];
  const item = (label: string, action: PowerAction, act: () => void): ContextMenuItem => {
    const reason = powerProblem(vm, detail, action);
    return reason === null
      ? { kind: 'action', label, run: act }
      : { kind: 'action', label, isDisabled: true, reason, run: act };
  };
  const protocol = vm.os === 'windows' ? 'rdp' : 'ssh';
  const isOff = powerShape(vm.power) === 'off';
  const actions: readonly PowerAction[] = isOff ? ['start', 'deallocate'] : ['restart', 'deallocate'];
  return [
    { kind: 'separator' },
    ...(isOff ? [item('Start and connect', 'start', () => void startAndConnect(vm.id, protocol))] : []),
    ...actions.map((action) => item(labels[action], action, () => void changePower(vm.id, action))),
  ];
}
