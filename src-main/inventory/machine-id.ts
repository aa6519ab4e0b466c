import { parseResourceId } from '../azure/resource-id.ts';

/** A machine as an id names it. */
export interface NamedMachine {
  /** As it was written, without what stands behind the machine's name. */
  readonly armId: string;
  readonly kind: 'vm' | 'instance';
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Name of the machine; for an instance the number in its set. */
  readonly name: string;
  /** Empty for a machine that is not an instance. */
  readonly scaleSet: string;
}

const machinePath =
  /\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/(?:virtualMachines\/[^/]+|virtualMachineScaleSets\/([^/]+)\/virtualMachines\/[^/]+)/i;

/**
 * Finds a machine's id in what somebody has pasted: the id itself, or an address of the portal such as
 * `https://portal.azure.com/#@contoso.com/resource/subscriptions/…/virtualMachines/web-01/overview`. Null if there is none.
 */
export function findMachineId(text: string): NamedMachine | null {
  const [, path = ''] = /(\/subscriptions\/[^\s?"'<>]+)/i.exec(decode(text.trim())) ?? [];
  const match = machinePath.exec(path);
  const armId = match?.[0] ?? '';
  const parts = parseResourceId(armId);
  if (match === null || parts === null) return null;
  const scaleSet = match[1] ?? '';
  return { ...parts, armId, scaleSet, kind: scaleSet === '' ? 'vm' : 'instance' };
}

/** Some pages of the portal have the id with its slashes escaped. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign: it was not escaped
  }
}
