import type { Resource } from '../estate/inventory.ts';
import type { PowerState } from '../estate/schema.ts';
import type { Reply } from '../net/http.ts';
import { powerOf } from '../world.ts';
import type { ArmCall, ArmContext } from './context.ts';
import { armError, forbidden } from './errors.ts';

interface PowerStep {
  readonly during: PowerState;
  readonly after: PowerState;
}

const steps: Readonly<Record<string, PowerStep>> = {
  start: { during: 'starting', after: 'running' },
  poweroff: { during: 'stopping', after: 'stopped' },
  deallocate: { during: 'deallocating', after: 'deallocated' },
  restart: { during: 'running', after: 'running' },
};

/** Whether an action of a machine changes its power. */
export function isPowerAction(action: string): boolean {
  return action.toLowerCase() in steps;
}

/** `POST …/virtualMachines/{name}/start` and its like: 202, and the new state when the operation ends. */
export function changePower(context: ArmContext, call: ArmCall, resource: Resource, action: string): Reply {
  const step = steps[action.toLowerCase()];
  if (!step) return armError(404, 'InvalidAction', `The action ${action} is not known.`);
  const right = `${resource.type}/${action}/action`;
  if (!context.world.directory.can(call.caller, right, resource.id)) {
    return forbidden(call.caller, call.callerName, right, resource.id);
  }
  context.world.counters.armWrites += 1;
  const before = powerOf(resource);
  if (action.toLowerCase() === 'restart' && before !== 'running') {
    return armError(
      409,
      'OperationNotAllowed',
      `Operation 'restart' is not allowed on VM '${resource.name}' since the VM is not running.`,
    );
  }
  context.world.setPower(resource, step.during);
  const headers = context.operations.start({
    subscriptionId: resource.subscription.id,
    provider: 'Microsoft.Compute',
    location: resource.location,
    apiVersion: call.apiVersion,
    finish: () => context.world.setPower(resource, step.after),
    fail: () => context.world.setPower(resource, before),
  });
  return { status: 202, headers };
}
