import { principalOf } from '../arm/authenticate.ts';
import { armResource } from '../entra/context.ts';
import type { Principal } from '../estate/directory.ts';
import {
  isKind,
  networkOfBastion,
  networkOfMachine,
  nicId,
  type Resource,
  type ResourceOf,
} from '../estate/inventory.ts';
import type { Reply } from '../net/http.ts';
import type { BastionContext } from './context.ts';
import { refusedToken } from './errors.ts';

/** Who holds an ARM token, or the answer to a token that is not accepted. It must be of the Bastion's tenant. */
export async function identify(
  context: BastionContext,
  bastion: ResourceOf<'bastion'>,
  token: string,
): Promise<Principal | Reply> {
  const { switches } = context.world.estate;
  const claims = await context.signer.verify(token, armResource);
  if (typeof claims === 'string' || context.world.faults.take('expireTokens', { bastionId: bastion.id })) {
    return refusedToken(401, switches.rejectedTokenBody, 'The token has expired or is not valid.');
  }
  if (claims.tid.toLowerCase() !== bastion.subscription.tenant.toLowerCase()) {
    return refusedToken(
      switches.wrongTenantStatus,
      switches.rejectedTokenBody,
      'The token is of another tenant.',
    );
  }
  return principalOf(claims);
}

/** Whether a caller may connect: read on the machine, its interface, the Bastion and, when peered, the network. */
export function mayConnect(
  context: BastionContext,
  caller: Principal,
  bastion: ResourceOf<'bastion'>,
  machine: Resource,
): boolean {
  const { directory } = context.world;
  const network = networkOfMachine(machine);
  const isPeered = network.toLowerCase() !== networkOfBastion(bastion).toLowerCase();
  return (
    directory.can(caller, `${machine.type}/read`, machine.id) &&
    directory.can(caller, 'Microsoft.Network/bastionHosts/read', bastion.id) &&
    (!isKind(machine, 'vm') ||
      directory.can(caller, 'Microsoft.Network/networkInterfaces/read', nicId(machine))) &&
    (!isPeered || directory.can(caller, 'Microsoft.Network/virtualNetworks/read', network))
  );
}
