import type { VirtualMachine, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import { appError } from '../../shared/errors.ts';
import { resourceIdSchema, type VmSummary } from '../../shared/inventory.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Arm } from '../azure/arm.ts';
import { toArmError } from '../azure/arm-errors.ts';
import { idKey } from '../azure/resource-id.ts';
import { readVm } from '../checks/read-facts.ts';
import { findMachineId, type NamedMachine } from './machine-id.ts';

interface Needs {
  readonly arm: Arm;
  readonly known: (vmId: string) => VmSummary | undefined;
  readonly tenantOf: (subscriptionId: string) => string | null;
  /** A tenant that somebody is signed in to, to ask with; null when signed out. */
  readonly anyTenant: () => string | null;
  readonly add: (vm: VmSummary) => void;
}

/** Finds machines by a pasted id: one that may be read is not always one that is listed. */
export class MachineFinder {
  private readonly needs: Needs;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Gives the machine's id in the state; one that was not listed is read and added. */
  async find(text: string): Promise<Result<{ readonly id: string }>> {
    const named = findMachineId(text);
    if (named === null || !resourceIdSchema.safeParse(idKey(named.armId)).success)
      return err(appError('machine-id-invalid', { detail: text.slice(0, 200) }));
    const id = idKey(named.armId);
    if (this.needs.known(id) !== undefined) return ok({ id });
    const tenantId = await this.tenantOf(named.subscriptionId);
    if (!tenantId.ok) return tenantId;
    try {
      this.needs.add(summaryOf(named, tenantId.value, await this.read(named, tenantId.value)));
      return ok({ id });
    } catch (error) {
      return err(toArmError(error));
    }
  }

  /** A subscription that is in no list may belong to a tenant that was not asked yet: ARM says to which. */
  private async tenantOf(subscriptionId: string): Promise<Result<string>> {
    const listed = this.needs.tenantOf(subscriptionId);
    if (listed !== null) return ok(listed);
    const some = this.needs.anyTenant();
    if (some === null) return err(appError('sign-in-needed'));
    return this.needs.arm.tenantOfSubscription(some, subscriptionId);
  }

  private async read(
    named: NamedMachine,
    tenantId: string,
  ): Promise<VirtualMachine | VirtualMachineScaleSetVM> {
    const { kind, resourceGroup, name, scaleSet, subscriptionId } = named;
    const compute = await this.needs.arm.compute(tenantId, subscriptionId);
    const options = { expand: 'instanceView' as const };
    return kind === 'instance'
      ? compute.virtualMachineScaleSetVMs.get(resourceGroup, scaleSet, name, options)
      : compute.virtualMachines.get(resourceGroup, name, options);
  }
}

function summaryOf(
  named: NamedMachine,
  tenantId: string,
  machine: VirtualMachine | VirtualMachineScaleSetVM,
): VmSummary {
  const fact = readVm(machine);
  return {
    id: idKey(named.armId),
    armId: fact.armId === '' ? named.armId : fact.armId,
    kind: named.kind,
    name: fact.name,
    resourceGroup: named.resourceGroup,
    subscriptionId: named.subscriptionId,
    tenantId,
    location: fact.location,
    size: fact.size,
    os: fact.os,
    power: fact.power,
    vmId: fact.vmId,
    adminUsername: fact.adminUsername,
    scaleSet: named.scaleSet,
    privateIp: '',
    networkId: '',
    tags: machine.tags ?? {},
  };
}
