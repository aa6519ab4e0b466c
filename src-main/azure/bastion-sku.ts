/** What decides which of several Bastions is taken. */
interface Ranked {
  readonly sku: string;
  readonly isTunnelingEnabled: boolean;
  readonly provisioningState: string;
}

const skus = ['basic', 'standard', 'premium'];

/** Higher is better: one that can work now, then one that is ready, then the same network, then the higher SKU. */
export function rankBastion(
  { sku, isTunnelingEnabled, provisioningState }: Ranked,
  isSameNetwork: boolean,
): number {
  const place = skus.indexOf(sku.toLowerCase());
  return (
    (place > 0 && isTunnelingEnabled ? 100 : 0) +
    (provisioningState === 'Succeeded' ? 50 : 0) +
    (isSameNetwork ? 10 : 0) +
    place
  );
}

/** Whether a Bastion of this SKU is a front door that only names the pod to talk to, and stays in its own network. */
export function isTwoStep(sku: string): boolean {
  return ['developer', 'quickconnect'].includes(sku.toLowerCase());
}
