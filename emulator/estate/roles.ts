import { guidFrom } from './ids.ts';
import type { Estate, EstateRole } from './schema.ts';

/** What a role grants, as ARM's permission API writes it. */
export interface PermissionSet {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

/** A role with its well-known or derived id. */
export interface Role extends PermissionSet {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
}

const builtIn = (id: string, name: string, parts: Partial<PermissionSet>): Role => ({
  id,
  name,
  builtIn: true,
  actions: [],
  notActions: [],
  dataActions: [],
  notDataActions: [],
  ...parts,
});

const readParts = [
  'Microsoft.Compute/virtualMachines/*/read',
  'Microsoft.Network/networkInterfaces/read',
  'Microsoft.Network/publicIPAddresses/read',
  'Microsoft.Network/virtualNetworks/read',
];

/** The built-in roles that matter for reaching a VM. */
export const builtInRoles: readonly Role[] = [
  builtIn('8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', { actions: ['*'] }),
  builtIn('b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor', {
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
    ],
  }),
  builtIn('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', { actions: ['*/read'] }),
  builtIn('9980e02c-c2be-4d73-94e8-173b1dc7cf3c', 'Virtual Machine Contributor', {
    actions: [
      'Microsoft.Authorization/*/read',
      'Microsoft.Compute/virtualMachines/*',
      'Microsoft.Compute/virtualMachineScaleSets/*',
      'Microsoft.Network/networkInterfaces/*',
      'Microsoft.Network/networkSecurityGroups/join/action',
      'Microsoft.Network/networkSecurityGroups/read',
      'Microsoft.Network/publicIPAddresses/read',
      'Microsoft.Network/virtualNetworks/read',
      'Microsoft.Network/virtualNetworks/subnets/join/action',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
    ],
  }),
  builtIn('4d97b98b-1d4f-4787-a291-c67834d212e7', 'Network Contributor', {
    actions: [
      'Microsoft.Authorization/*/read',
      'Microsoft.Network/*',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
    ],
  }),
  builtIn('1c0163c0-47e6-4577-8991-ea5c82e286e4', 'Virtual Machine Administrator Login', {
    actions: readParts,
    dataActions: [
      'Microsoft.Compute/virtualMachines/login/action',
      'Microsoft.Compute/virtualMachines/loginAsAdmin/action',
    ],
  }),
  builtIn('fb879df8-f326-4884-b1cf-06f3ad86be52', 'Virtual Machine User Login', {
    actions: readParts,
    dataActions: ['Microsoft.Compute/virtualMachines/login/action'],
  }),
];

/** The role of that name: an estate's own roles come first. */
export function findRole(estate: Estate, name: string): Role | undefined {
  const wanted = name.toLowerCase();
  const own = estate.roles.find((role) => role.name.toLowerCase() === wanted);
  return own ? customRole(own) : builtInRoles.find((role) => role.name.toLowerCase() === wanted);
}

function customRole(role: EstateRole): Role {
  return { ...role, id: guidFrom(`role ${role.name}`), builtIn: false };
}

const patterns = new Map<string, RegExp>();

/** Whether an action matches a pattern of a role; `*` stands for anything, casing does not matter. */
export function actionMatches(pattern: string, action: string): boolean {
  let compiled = patterns.get(pattern);
  if (!compiled) {
    const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
    compiled = new RegExp(`^${source}$`, 'i');
    patterns.set(pattern, compiled);
  }
  return compiled.test(action);
}

/** Whether one permission set grants an action. */
export function grants(set: PermissionSet, action: string): boolean {
  return (
    set.actions.some((pattern) => actionMatches(pattern, action)) &&
    !set.notActions.some((pattern) => actionMatches(pattern, action))
  );
}
