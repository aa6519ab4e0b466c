import type { VmSummary } from '../../shared/inventory.ts';
import { offerUndo, run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';

/** Takes a host off the list; what was typed is kept for an undo. */
export async function removeHost(host: VmSummary): Promise<void> {
  const removed = await bridge().calls['host:remove']({ id: host.id });
  if (!removed.ok) {
    void run(Promise.resolve(removed));
    return;
  }
  const { name, address, os, bastionId } = removed.value;
  offerUndo(`${host.name} is off the list.`, () => {
    void run(bridge().calls['host:add']({ name, address, os, bastionId }));
  });
}
