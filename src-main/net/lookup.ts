import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';

type Callback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Name look-up with addresses of our own for some names, as a custom cloud's document gives them.
 * Everything else asks the system. Certificates are still checked against the name.
 */
export function makeLookup(hosts: Readonly<Record<string, string>>): LookupFunction {
  const own = new Map(Object.entries(hosts).map(([name, address]) => [name.toLowerCase(), address]));
  return (hostname: string, options: LookupOptions, callback: Callback) => {
    const address = own.get(hostname.toLowerCase());
    if (address === undefined) {
      systemLookup(hostname, options, callback as never);
      return;
    }
    const family = isIPv6(address) ? 6 : 4;
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
