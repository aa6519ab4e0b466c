import { appError } from '../../shared/errors.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import type { windowChannels } from '../../shared/ipc.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { PowerAction } from '../../shared/vm-detail.ts';
import type { Services } from '../compose.ts';
import { drop, type Log } from '../log/logger.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Handlers } from './serve-channels.ts';

type Channel =
  | 'inventory:refresh'
  | 'inventory:find'
  | 'inventory:in-view'
  | 'vm:power'
  | 'vm:start-and-connect'
  | 'route:choose'
  | `host:${'bastions' | 'add' | 'remove' | 'import'}`;

const nothing = ok(null);

/** What the window may ask of machines and hosts. */
export function inventoryHandlers(
  services: Services,
  state: StateStore,
  log: Log,
): Pick<Handlers<typeof windowChannels>, Channel> {
  const { inventory, details, finder, hosts, power, sessions, visiblePower } = services;
  const machine = (vmId: string): VmSummary | undefined => state.current.vms[vmId.toLowerCase()];
  /** Its page shows what has become of it. */
  const change = async (vm: VmSummary, action: PowerAction): Promise<Result<'done' | 'refused'>> => {
    const changed = await power.run(vm, action);
    if (!changed.ok || changed.value === 'done') drop(log, 'details', details.load(vm.id, true));
    return changed;
  };
  return {
    'inventory:refresh': async () => {
      await inventory.refresh();
      return nothing;
    },
    'inventory:find': ({ text }) => finder.find(text),
    'inventory:in-view': ({ vmIds }) => {
      visiblePower.watch(vmIds);
      return nothing;
    },
    'vm:power': async ({ vmId, action }) => {
      const vm = machine(vmId);
      return vm === undefined ? err(appError('vm-not-found')) : change(vm, action);
    },
    'vm:start-and-connect': async ({ vmId, protocol }) => {
      const vm = machine(vmId);
      if (vm === undefined) return err(appError('vm-not-found'));
      if (vm.power !== 'running') {
        const started = await change(vm, 'start');
        if (!started.ok) return started;
        if (started.value === 'refused') return ok(null);
      }
      return protocol === 'ssh' ? sessions.connectSsh({ vmId }) : sessions.connectRdp({ vmId });
    },
    'route:choose': ({ vmId, bastionId, scope }) => details.chooseRoute(vmId, bastionId, scope),
    'host:bastions': () =>
      ok(
        inventory.bastions.map((bastion) => ({
          id: bastion.armId,
          name: bastion.name,
          subscriptionId: bastion.armId.split('/')[2] ?? '',
          ipConnect: bastion.isIpConnectEnabled ? 'on' : 'off',
        })),
      ),
    'host:add': (draft) => hosts.add(draft),
    'host:remove': ({ id }) => hosts.remove(id.toLowerCase()),
    'host:import': ({ text, bastionId }) => hosts.importList(text, bastionId),
  };
}
