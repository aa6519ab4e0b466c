import type { AppError } from '../../shared/errors.ts';
import type { Os, Power } from '../../shared/inventory.ts';

/**
 * Something that was asked of Azure. A check that rests on anything but `known` can only be `unknown`,
 * except that `absent` (404) may be a finding of its own.
 */
export type Readable<T> =
  | { readonly kind: 'known'; readonly value: T }
  /** 401 or 403: the action that would have been needed, and on what. */
  | { readonly kind: 'forbidden'; readonly action: string; readonly resource: string }
  | { readonly kind: 'absent'; readonly resource: string }
  | { readonly kind: 'failed'; readonly resource: string; readonly error: AppError };

export interface VmFact {
  readonly armId: string;
  readonly vmId: string;
  readonly name: string;
  readonly os: Os;
  readonly power: Power;
  readonly provisioningState: string;
  readonly adminUsername: string;
  readonly passwordDisabled: boolean;
  readonly osName: string;
  readonly size: string;
  readonly location: string;
  /** The primary network interface, or the only one; null if the machine has none. */
  readonly nicId: string | null;
}

export interface NicFact {
  readonly id: string;
  /** IPv4; empty if it has none. */
  readonly privateIp: string;
  readonly subnetId: string;
  /** The virtual network's id, lower-cased. */
  readonly networkId: string;
  readonly nsgId: string | null;
  /** Application security groups of its primary configuration, lower-cased. */
  readonly applicationGroupIds: readonly string[];
}

export interface PeeringFact {
  readonly name: string;
  /** Lower-cased id of the network at the other end. */
  readonly remoteId: string;
  /** `Connected`, `Initiated` or `Disconnected`. */
  readonly state: string;
  readonly allowsAccess: boolean;
  readonly remotePrefixes: readonly string[];
}

export interface SubnetFact {
  /** Lower-cased. */
  readonly id: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly nsgId: string | null;
}

export interface NetworkFact {
  /** Lower-cased. */
  readonly id: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly peerings: readonly PeeringFact[];
  readonly subnets: readonly SubnetFact[];
}

export interface BastionFact {
  /** As ARM wrote it; the data plane's rights are checked against it. */
  readonly armId: string;
  readonly name: string;
  readonly sku: string;
  readonly provisioningState: string;
  readonly dnsName: string;
  /** Native client support; an absent flag is off. */
  readonly isTunnelingEnabled: boolean;
  /** IP-based connection; an absent flag is off. */
  readonly isIpConnectEnabled: boolean;
  /** Lower-cased id of its network; empty if it cannot be told. */
  readonly networkId: string;
  /** Lower-cased; null for the Developer SKU, which has no subnet. */
  readonly subnetId: string | null;
}

export interface RuleFact {
  readonly name: string;
  readonly priority: number;
  readonly direction: string;
  readonly access: string;
  readonly protocol: string;
  readonly sources: readonly string[];
  readonly sourceGroupIds: readonly string[];
  readonly destinations: readonly string[];
  readonly destinationGroupIds: readonly string[];
  readonly destinationPorts: readonly string[];
  readonly sourcePorts: readonly string[];
  readonly isDefault: boolean;
}

export interface NsgFact {
  readonly id: string;
  readonly name: string;
  readonly rules: readonly RuleFact[];
}

/** What a role grants: patterns of actions, and exceptions from them. */
export interface PermissionFact {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** Everything the checks of one machine rest on, gathered once. Maps are keyed by lower-cased id. */
export interface VmFacts {
  readonly vm: Readable<VmFact>;
  /** What the user may do with the machine. */
  readonly permissions: Readable<readonly PermissionFact[]>;
  readonly nic: Readable<NicFact>;
  /** The machine's own network. */
  readonly network: Readable<NetworkFact>;
  /** Bastions that the tenant's graph lists; those of unreadable places are silently missing there. */
  readonly listedBastions: Readable<readonly BastionFact[]>;
  /** The Bastions in the machine's network and in networks peered with it, read one by one. */
  readonly nearBastions: ReadonlyMap<string, Readable<BastionFact>>;
  /** Networks at the other end of the peerings, as far as they were needed. */
  readonly peeredNetworks: ReadonlyMap<string, Readable<NetworkFact>>;
  readonly nsgs: ReadonlyMap<string, Readable<NsgFact>>;
}
