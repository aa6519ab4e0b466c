import { z } from 'zod';
import { faultsSchema } from './faults.ts';
import { builtInRoles } from './roles.ts';
import { switchesSchema } from './switches.ts';

const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be a GUID');
const tags = z.record(z.string(), z.string()).default({});
/** A full ARM id, a name in the same resource group, or `group/name` in the same subscription. */
const reference = z.string().min(1);
const provisioningState = z
  .enum(['Succeeded', 'Updating', 'Deleting', 'Failed', 'Canceled', 'Creating'])
  .default('Succeeded');

const tenantSchema = z.strictObject({
  id: guid,
  name: z.string(),
  domain: z.string(),
  /** Refreshing a token for this tenant wants multi-factor sign-in first. */
  requireMfa: z.boolean().default(false),
});

const userSchema = z.strictObject({
  upn: z.string().includes('@'),
  name: z.string(),
  /** Tenant id. */
  home: guid,
  /** Ids of further tenants that the user is a guest of. */
  guestOf: z.array(guid).default([]),
  /** Object id in the home tenant; derived from the name if absent. */
  oid: guid.optional(),
});

const servicePrincipalSchema = z.strictObject({
  clientId: guid,
  name: z.string(),
  tenant: guid,
  secret: z.string().min(1).optional(),
  /** PEM of the certificate that signs this principal's assertions. */
  certificate: z.string().optional(),
  oid: guid.optional(),
});

const roleSchema = z.strictObject({
  name: z.string(),
  actions: z.array(z.string()).default([]),
  notActions: z.array(z.string()).default([]),
  dataActions: z.array(z.string()).default([]),
  notDataActions: z.array(z.string()).default([]),
});

const assignmentSchema = z.strictObject({
  /** A user's UPN or a service principal's client id. */
  principal: z.string(),
  /** Name of a built-in or custom role. */
  role: z.string(),
  /** `/tenants/{id}`, or the id of a subscription, resource group or resource. */
  scope: z.string().startsWith('/'),
});

const securityRuleSchema = z.strictObject({
  name: z.string(),
  priority: z.number().int().min(100).max(4096),
  direction: z.enum(['Inbound', 'Outbound']).default('Inbound'),
  access: z.enum(['Allow', 'Deny']),
  protocol: z.enum(['Tcp', 'Udp', 'Icmp', 'Esp', 'Ah', '*']).default('*'),
  source: z.union([z.string(), z.array(z.string())]).default('*'),
  sourcePorts: z.union([z.string(), z.array(z.string())]).default('*'),
  destination: z.union([z.string(), z.array(z.string())]).default('*'),
  ports: z.union([z.string(), z.array(z.string())]).default('*'),
});

const securityGroupSchema = z.strictObject({
  name: z.string(),
  location: z.string().optional(),
  tags,
  rules: z.array(securityRuleSchema).default([]),
});

const peeringSchema = z.strictObject({
  name: z.string(),
  remote: reference,
  state: z.enum(['Connected', 'Initiated', 'Disconnected']).default('Connected'),
  allowVirtualNetworkAccess: z.boolean().default(true),
});

const subnetSchema = z.strictObject({
  name: z.string(),
  prefix: z.string(),
  securityGroup: reference.optional(),
});

const networkSchema = z.strictObject({
  name: z.string(),
  location: z.string().optional(),
  tags,
  prefixes: z.array(z.string()).min(1),
  subnets: z.array(subnetSchema).default([]),
  peerings: z.array(peeringSchema).default([]),
});

const bastionSchema = z.strictObject({
  name: z.string(),
  location: z.string().optional(),
  tags,
  sku: z.enum(['Developer', 'Basic', 'Standard', 'Premium']).default('Standard'),
  /** The virtual network it stands in. */
  network: reference,
  provisioningState,
  /** Host name of its data plane; derived if absent. */
  dnsName: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/)
    .optional(),
  scaleUnits: z.number().int().min(1).max(50).default(2),
  enableTunneling: z.boolean().default(true),
  enableIpConnect: z.boolean().default(false),
  enableFileCopy: z.boolean().default(false),
  enableShareableLink: z.boolean().default(false),
  enableKerberos: z.boolean().default(false),
  enableSessionRecording: z.boolean().default(false),
  enablePrivateOnlyBastion: z.boolean().default(false),
  disableCopyPaste: z.boolean().default(false),
});

const extensionSchema = z.strictObject({
  name: z.string(),
  publisher: z.string().default('Microsoft.Azure.ActiveDirectory'),
  type: z.string().optional(),
  provisioningState,
});

/** What a VM does with its power. */
const powerStates = [
  'running',
  'starting',
  'stopping',
  'stopped',
  'deallocating',
  'deallocated',
  'unknown',
] as const;

const portTargets = z.record(z.string().regex(/^\d{1,5}$/), z.string()).default({});

const machineSchema = z.strictObject({
  name: z.string(),
  location: z.string().optional(),
  tags,
  zones: z.array(z.string()).default([]),
  vmId: guid.optional(),
  osType: z.enum(['Linux', 'Windows']),
  osName: z.string().optional(),
  osVersion: z.string().optional(),
  size: z.string().default('Standard_B2s'),
  computerName: z.string().optional(),
  adminUsername: z.string().default('azureuser'),
  disablePasswordAuthentication: z.boolean().default(false),
  power: z.enum(powerStates).default('running'),
  provisioningState,
  agent: z.enum(['Ready', 'Not Ready']).default('Ready'),
  /** `network/subnet` in the same resource group, `group/network/subnet`, or a full subnet id. */
  subnet: reference,
  privateIp: z.string(),
  /** Security group of the network interface. */
  securityGroup: reference.optional(),
  identity: z.enum(['None', 'SystemAssigned']).default('None'),
  extensions: z.array(extensionSchema).default([]),
  /** Name of a Flexible scale set in the same group that this VM is a member of. */
  scaleSet: z.string().optional(),
  rdpThumbPrint: z.string().optional(),
  /** Port of the VM to the name of a target. A port that is not named here refuses connections. */
  targets: portTargets,
});

const scaleSetSchema = z.strictObject({
  name: z.string(),
  location: z.string().optional(),
  tags,
  mode: z.enum(['Uniform', 'Flexible']).default('Uniform'),
  osType: z.enum(['Linux', 'Windows']).default('Linux'),
  size: z.string().default('Standard_B2s'),
  adminUsername: z.string().default('azureuser'),
  subnet: reference.optional(),
  instances: z
    .array(
      z.strictObject({
        id: z.string(),
        vmId: guid.optional(),
        power: z.enum(powerStates).default('running'),
        privateIp: z.string(),
        targets: portTargets,
      }),
    )
    .default([]),
});

const groupSchema = z.strictObject({
  name: z.string(),
  location: z.string(),
  tags,
  networks: z.array(networkSchema).default([]),
  securityGroups: z.array(securityGroupSchema).default([]),
  bastions: z.array(bastionSchema).default([]),
  vms: z.array(machineSchema).default([]),
  scaleSets: z.array(scaleSetSchema).default([]),
});

const subscriptionSchema = z.strictObject({
  id: guid,
  name: z.string(),
  tenant: guid,
  state: z.enum(['Enabled', 'Warned', 'PastDue', 'Disabled', 'Deleted']).default('Enabled'),
  resourceGroups: z.array(groupSchema).default([]),
});

const targetUser = z.strictObject({
  name: z.string().regex(/^[a-z_][a-z0-9_@.-]{0,63}$/, 'must be a Unix account name'),
  password: z.string().optional(),
  authorizedKeys: z.array(z.string()).default([]),
});

const sshOptions = {
  name: z.string(),
  users: z.array(targetUser).min(1),
  passwordAuthentication: z.boolean().default(true),
  keyboardInteractive: z.boolean().default(false),
  banner: z.string().optional(),
  /** Accept certificates that this estate's Entra signs. */
  trustCertificates: z.boolean().default(true),
};

const targetSchema = z.discriminatedUnion('kind', [
  /** `ssh`: a real sshd where one is installed and this process may start it, else the demo host. */
  z.strictObject({ kind: z.literal('ssh'), ...sshOptions }),
  z.strictObject({ kind: z.literal('sshd'), ...sshOptions }),
  z.strictObject({ kind: z.literal('ssh2'), ...sshOptions }),
  z.strictObject({ kind: z.literal('xrdp'), name: z.string(), users: z.array(targetUser).min(1) }),
  z.strictObject({
    kind: z.literal('tcp'),
    name: z.string(),
    host: z.enum(['127.0.0.1', 'localhost', '::1']).default('127.0.0.1'),
    port: z.number().int().min(1).max(65535),
  }),
]);

const latenciesSchema = z.strictObject({
  /** Before each answer of Entra and ARM, in milliseconds. */
  callMs: z.number().nonnegative().default(30),
  /** Token exchange of the data plane. */
  tokenMs: z.number().nonnegative().default(450),
  /** Upgrade of the data plane; with `tokenMs` the 700 ms that a new connection costs. */
  upgradeMs: z.number().nonnegative().default(250),
});

/** The whole estate: one JSON document. */
const estateSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1),
  name: z.string(),
  /** Applications that may sign in; the first is printed in the custom-cloud document. */
  clientIds: z.array(guid).min(1),
  tenants: z.array(tenantSchema).min(1),
  users: z.array(userSchema).default([]),
  servicePrincipals: z.array(servicePrincipalSchema).default([]),
  roles: z.array(roleSchema).default([]),
  roleAssignments: z.array(assignmentSchema).default([]),
  subscriptions: z.array(subscriptionSchema).default([]),
  targets: z.array(targetSchema).default([]),
  switches: switchesSchema.prefault({}),
  faults: faultsSchema.optional(),
  latencies: latenciesSchema.prefault({}),
});

/** A checked estate with every default filled in. */
export type Estate = z.output<typeof estateSchema>;
/** An estate as one writes it. */
export type EstateInput = z.input<typeof estateSchema>;
export type EstateTenant = Estate['tenants'][number];
export type EstateUser = Estate['users'][number];
export type EstateServicePrincipal = Estate['servicePrincipals'][number];
export type EstateRole = Estate['roles'][number];
export type EstateSubscription = Estate['subscriptions'][number];
export type EstateGroup = EstateSubscription['resourceGroups'][number];
export type EstateNetwork = EstateGroup['networks'][number];
export type EstateSecurityGroup = EstateGroup['securityGroups'][number];
export type EstateSecurityRule = EstateSecurityGroup['rules'][number];
export type EstateBastion = EstateGroup['bastions'][number];
export type EstateMachine = EstateGroup['vms'][number];
export type EstateScaleSet = EstateGroup['scaleSets'][number];
export type EstateTarget = Estate['targets'][number];
export type PowerState = (typeof powerStates)[number];
export type Latencies = Estate['latencies'];

/** Says where an estate is wrong, one line for each fault. */
export class EstateError extends Error {
  override readonly name = 'EstateError';
}

/** Checks an estate and fills in its defaults. Throws `EstateError` that names every wrong place. */
export function parseEstate(json: unknown): Estate {
  const result = estateSchema.safeParse(json);
  if (!result.success) {
    const lines = result.error.issues.map(
      (issue) => `${issue.path.join('.') || '(document)'}: ${issue.message}`,
    );
    throw new EstateError(`The estate is not valid:\n${lines.join('\n')}`);
  }
  const problems = findDangling(result.data);
  if (problems.length > 0) throw new EstateError(`The estate is not valid:\n${problems.join('\n')}`);
  return result.data;
}

/** References that lead nowhere, apart from those between resources, which Azure itself lets dangle. */
function findDangling(estate: Estate): string[] {
  const tenants = new Set(estate.tenants.map((tenant) => tenant.id.toLowerCase()));
  const principals = new Set([
    ...estate.users.map((user) => user.upn.toLowerCase()),
    ...estate.servicePrincipals.map((principal) => principal.clientId.toLowerCase()),
  ]);
  const targets = new Set([
    ...estate.targets.map((target) => target.name),
    'echo',
    'chargen',
    'discard',
    'banner',
    'sink',
  ]);
  const roles = new Set([...estate.roles, ...builtInRoles].map((role) => role.name.toLowerCase()));
  const problems: string[] = [];
  const needTenant = (id: string, where: string): void => {
    if (!tenants.has(id.toLowerCase())) problems.push(`${where}: no tenant has the id ${id}`);
  };
  for (const user of estate.users) {
    needTenant(user.home, `users ${user.upn}`);
    for (const tenant of user.guestOf) needTenant(tenant, `users ${user.upn}`);
  }
  for (const principal of estate.servicePrincipals)
    needTenant(principal.tenant, `servicePrincipals ${principal.name}`);
  for (const assignment of estate.roleAssignments) {
    if (!principals.has(assignment.principal.toLowerCase())) {
      problems.push(`roleAssignments: no user or service principal is called ${assignment.principal}`);
    }
    if (!roles.has(assignment.role.toLowerCase())) {
      problems.push(`roleAssignments: no role is called ${assignment.role}`);
    }
  }
  for (const subscription of estate.subscriptions) {
    needTenant(subscription.tenant, `subscriptions ${subscription.name}`);
    for (const group of subscription.resourceGroups) {
      const instances = group.scaleSets.flatMap((set) => set.instances);
      for (const machine of [...group.vms, ...instances.map((each) => ({ ...each, name: each.id }))]) {
        for (const target of Object.values(machine.targets)) {
          if (!targets.has(target)) problems.push(`vms ${machine.name}: no target is called ${target}`);
        }
      }
    }
  }
  return problems;
}
