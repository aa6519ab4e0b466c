import type { ComputeManagementClient } from '@azure/arm-compute';
import { appError } from '../../shared/errors.ts';
import type { Power, VmSummary } from '../../shared/inventory.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { PowerAction } from '../../shared/vm-detail.ts';
import type { Arm } from '../azure/arm.ts';
import { toArmError } from '../azure/arm-errors.ts';
import { shortName } from '../azure/resource-id.ts';
import type { AskTrust } from '../trust.ts';

interface Needs {
  readonly arm: Arm;
  readonly ask: AskTrust;
  /** Shows a power state as soon as it is known. */
  readonly notePower: (vmId: string, power: Power) => void;
  /** The names of the sessions that would be cut. */
  readonly sessionsOf: (vmId: string) => readonly string[];
}

interface Words {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly tone: 'normal' | 'danger';
  /** While Azure is at it. */
  readonly during: Power;
  readonly after: Power;
}

const wordsOf: Readonly<Record<PowerAction, Words>> = {
  start: {
    title: 'Start',
    text: 'Azure charges for the machine while it runs.',
    confirm: 'Start',
    tone: 'normal',
    during: 'starting',
    after: 'running',
  },
  restart: {
    title: 'Restart',
    text: 'Everything that runs on it is ended; it keeps its addresses and disks.',
    confirm: 'Restart',
    tone: 'danger',
    during: 'starting',
    after: 'running',
  },
  deallocate: {
    title: 'Stop and deallocate',
    text: 'Everything that runs on it is ended. Azure no longer charges for its size; disks still cost. The temporary disk and a dynamic public address are lost.',
    confirm: 'Stop and deallocate',
    tone: 'danger',
    during: 'deallocating',
    after: 'deallocated',
  },
};

/** Starts, restarts and deallocates machines after asking, and shows how far that is. */
export class MachinePower {
  private readonly needs: Needs;
  private readonly running = new Map<string, Promise<Result<null>>>();

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Resolves when Azure says that it is done; with `refused` if the user said no. One action at a time for a machine. */
  async run(vm: VmSummary, action: PowerAction): Promise<Result<'done' | 'refused'>> {
    if (vm.kind === 'host') return err(appError('vm-not-found', { detail: vm.name }));
    const words = wordsOf[action];
    const answer = await this.needs.ask({
      kind: 'confirm',
      subject: vm.name,
      title: `${words.title} ${vm.name}?`,
      text: words.text,
      lines: [`POST ${vm.armId}/${action}`, ...(action === 'start' ? [] : this.needs.sessionsOf(vm.id))],
      confirmLabel: words.confirm,
      tone: words.tone,
    });
    if (answer.kind !== 'accepted') return ok('refused');
    const running = this.running.get(vm.id);
    if (running !== undefined) return err(appError('power-busy', { detail: vm.name }));
    const begun = this.perform(vm, action).finally(() => this.running.delete(vm.id));
    this.running.set(vm.id, begun);
    const done = await begun;
    return done.ok ? ok('done') : done;
  }

  private async perform(vm: VmSummary, action: PowerAction): Promise<Result<null>> {
    const { arm, notePower } = this.needs;
    const { during, after } = wordsOf[action];
    notePower(vm.id, during);
    try {
      const compute = await arm.compute(vm.tenantId, vm.subscriptionId);
      await begin(compute, vm, action);
      notePower(vm.id, after);
      return ok(null);
    } catch (error) {
      notePower(vm.id, vm.power);
      const { code, detail, correlationId } = toArmError(error);
      return err(
        appError(code === 'arm-forbidden' ? 'power-forbidden' : 'power-failed', { detail, correlationId }),
      );
    }
  }
}

/** Sends the request and waits until the long-running operation has ended. */
async function begin(
  compute: ComputeManagementClient,
  { kind, resourceGroup, name, scaleSet, armId }: VmSummary,
  action: PowerAction,
): Promise<unknown> {
  if (kind === 'instance') {
    const instances = compute.virtualMachineScaleSetVMs;
    return instances[action](resourceGroup, scaleSet, shortName(armId)).pollUntilDone();
  }
  return compute.virtualMachines[action](resourceGroup, name).pollUntilDone();
}
