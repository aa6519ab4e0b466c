/** What was pasted in place of a name: the id of a machine, found in an id of a resource or an address of the portal. */
export interface PastedMachine {
  /** Lower-cased id of a virtual machine or of an instance of a scale set. */
  readonly id: string;
  readonly name: string;
}

const machine =
  /\/subscriptions\/[^/\s?#]+\/resourcegroups\/[^/\s?#]+\/providers\/microsoft\.compute\/(?:virtualmachines\/([^/\s?#]+)|virtualmachinescalesets\/([^/\s?#]+)\/virtualmachines\/([^/\s?#]+))/i;

/** Finds the machine in a pasted text; null if the text names none. */
export function pastedMachine(text: string): PastedMachine | null {
  let plain = text.trim();
  try {
    plain = decodeURIComponent(plain);
  } catch {
    // Not an address: taken as it is.
  }
  const match = machine.exec(plain);
  if (match === null) return null;
  const [found, single, scaleSet, instance] = match;
  return { id: found.toLowerCase(), name: single ?? `${scaleSet ?? ''} ${instance ?? ''}` };
}
