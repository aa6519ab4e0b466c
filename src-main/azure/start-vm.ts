import { appError } from '../../shared/errors.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { StateStore } from '../state/state-store.ts';
import type { AskTrust } from '../trust.ts';
import type { Arm } from './arm.ts';
import { toArmError } from './arm-errors.ts';

/** Starts a machine after asking; resolves when Azure says that it runs. Its power state is shown as it changes. */
export async function startVm(
  arm: Arm,
  state: StateStore,
  ask: AskTrust,
  vm: VmSummary,
): Promise<Result<null>> {
  const answer = await ask({
    kind: 'confirm',
    subject: vm.name,
    title: `Start ${vm.name}?`,
    text: 'Azure charges for the machine while it runs.',
    lines: [`POST ${vm.armId}/start`],
    confirmLabel: 'Start',
    tone: 'normal',
  });
  if (answer.kind !== 'accepted') return ok(null);
  const before = vm.power;
  const show = (power: VmSummary['power']) =>
    state.update('vms', vm.id, (summary) => ({ ...summary, power }));
  show('starting');
  try {
    const compute = await arm.compute(vm.tenantId, vm.subscriptionId);
    await compute.virtualMachines.start(vm.resourceGroup, vm.name).pollUntilDone();
    show('running');
    return ok(null);
  } catch (error) {
    show(before);
    const { code, detail, correlationId } = toArmError(error);
    return err(
      appError(code === 'arm-forbidden' ? 'start-forbidden' : 'start-failed', { detail, correlationId }),
    );
  }
}
