import { z } from 'zod';
import type { ResourceOf } from '../estate/inventory.ts';
import { isKind, subnetOfMachine } from '../estate/inventory.ts';
import { networkOfSubnet } from '../estate/ids.ts';
import { defaultRules, securityGroupId } from '../estate/wire-network.ts';
import type { Json } from '../estate/wire-compute.ts';
import type { Reply } from '../net/http.ts';
import { powerOf } from '../world.ts';
import type { ArmCall, ArmContext } from './context.ts';
import { armError, forbidden, notFound, unknownPath } from './errors.ts';
import { changePower, isPowerAction } from './power.ts';
import { splitAtResource } from './reads.ts';

/** `POST` on a resource. */
export async function act(context: ArmContext, call: ArmCall): Promise<Reply> {
  const split = splitAtResource(context, call.path);
  if (!split || split.rest.length !== 1) {
    const parts = call.path.split('/');
    const right = `${parts[6] ?? ''}/${parts[7] ?? ''}/${parts[9] ?? ''}/action`;
    return context.world.directory.can(call.caller, right, call.path)
      ? notFound(`${parts[6] ?? ''}/${parts[7] ?? ''}`, parts[8] ?? '', parts[4] ?? '')
      : forbidden(call.caller, call.callerName, right, call.path);
  }
  const { resource } = split;
  const action = split.rest[0] ?? '';
  if ((isKind(resource, 'vm') || isKind(resource, 'instance')) && isPowerAction(action)) {
    return changePower(context, call, resource, action);
  }
  const right = `${resource.type}/${action}/action`;
  if (!context.world.directory.can(call.caller, right, resource.id)) {
    return forbidden(call.caller, call.callerName, right, resource.id);
  }
  if (isKind(resource, 'nic') && action.toLowerCase() === 'effectivenetworksecuritygroups') {
    return effectiveRules(context, call, resource);
  }
  if (isKind(resource, 'bastion') && action.toLowerCase() === 'getactivesessions') {
    return activeSessions(context, call, resource);
  }
  if (isKind(resource, 'bastion') && action.toLowerCase() === 'disconnectactivesessions') {
    return disconnect(context, call);
  }
  return unknownPath(right, 'POST');
}

function effectiveRules(context: ArmContext, call: ArmCall, resource: ResourceOf<'nic'>): Reply {
  const machine = context.world.inventory.find(
    resource.id.replace(
      /\/providers\/.*$/,
      `/providers/Microsoft.Compute/virtualMachines/${resource.source.vm.name}`,
    ),
  );
  if (!machine || powerOf(machine) !== 'running') {
    return armError(
      400,
      'NicMustBeAttachedToRunningVm',
      `Network interface ${resource.id} must be attached to a running virtual machine.`,
      { details: [] },
    );
  }
  const value = (): Json[] => {
    const subnet = subnetOfMachine(resource);
    const network = context.world.inventory.findKind('network', networkOfSubnet(subnet));
    const entry = network?.source.network.subnets.find(
      ({ name }) => name.toLowerCase() === (subnet.split('/').at(-1) ?? '').toLowerCase(),
    );
    const groups: { readonly id: string; readonly association: Json }[] = [];
    if (network && entry?.securityGroup !== undefined) {
      groups.push({
        id: securityGroupId(entry.securityGroup, network),
        association: { subnet: { id: subnet } },
      });
    }
    if (resource.source.vm.securityGroup !== undefined) {
      groups.push({
        id: securityGroupId(resource.source.vm.securityGroup, resource),
        association: { networkInterface: { id: resource.id } },
      });
    }
    return groups.map(({ id, association }) => ({
      networkSecurityGroup: { id },
      association,
      effectiveSecurityRules: [
        ...(context.world.inventory.findKind('securityGroup', id)?.source.securityGroup.rules ?? []).map(
          (rule) => ({
            ...rule,
            name: `securityRules/${rule.name}`,
          }),
        ),
        ...defaultRules.map((rule) => ({ ...rule, name: `defaultSecurityRules/${rule.name}` })),
      ].map((rule) => ({
        name: rule.name,
        protocol: rule.protocol === '*' ? 'All' : rule.protocol,
        sourcePortRanges: [rule.sourcePorts].flat(),
        destinationPortRanges: [rule.ports].flat(),
        sourceAddressPrefixes: [rule.source].flat(),
        destinationAddressPrefixes: [rule.destination].flat(),
        access: rule.access,
        priority: rule.priority,
        direction: rule.direction,
      })),
      tagMap: {},
    }));
  };
  return later(context, call, resource, () => ({ value: value() }));
}

function later(
  context: ArmContext,
  call: ArmCall,
  resource: ResourceOf<'nic'> | ResourceOf<'bastion'>,
  result: () => unknown,
): Reply {
  const headers = context.operations.start({
    subscriptionId: resource.subscription.id,
    provider: 'Microsoft.Network',
    location: resource.location,
    apiVersion: call.apiVersion,
    finish: () => undefined,
    result,
  });
  return { status: 202, headers };
}

function activeSessions(context: ArmContext, call: ArmCall, resource: ResourceOf<'bastion'>): Reply {
  return later(context, call, resource, () => ({
    value: context
      .sessions()
      .filter((session) => session.bastionId.toLowerCase() === resource.id.toLowerCase())
      .map((session) => {
        const target = session.targetId.split('/');
        return {
          sessionId: session.id,
          startTime: new Date(session.createdAt).toISOString(),
          targetSubscriptionId: target[2],
          resourceType: 'VM',
          targetHostName: target.at(-1),
          targetResourceGroup: target[4],
          userName: session.user,
          targetIpAddress: session.targetAddress,
          protocol: session.port === 3389 ? 'RDP' : 'SSH',
          targetResourceId: session.targetId,
          sessionDurationInMins: (context.world.now() - session.createdAt) / 60_000,
        };
      }),
  }));
}

async function disconnect(context: ArmContext, call: ArmCall): Promise<Reply> {
  let body: unknown;
  try {
    body = JSON.parse(await call.call.body());
  } catch {
    body = undefined;
  }
  const parsed = z.object({ sessionIds: z.array(z.string()) }).safeParse(body);
  if (!parsed.success) return armError(400, 'InvalidRequestContent', 'sessionIds is missing.');
  return {
    status: 200,
    body: {
      value: parsed.data.sessionIds.map((sessionId) => {
        const isEnded = context.endSession(sessionId);
        return { sessionId, message: '', state: isEnded ? 'Disconnected' : 'NotFound' };
      }),
    },
  };
}
