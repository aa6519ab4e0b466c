import { createHash } from 'node:crypto';

/**
 * A loopback address of its own for every target, always the same: what a client saves for it (credentials,
 * certificates, host keys) never meets another machine. Linux and Windows answer on all of 127.0.0.0/8;
 * macOS only on 127.0.0.1.
 */
export function loopbackAddressOf(resourceId: string, platform: NodeJS.Platform): string {
  if (platform !== 'linux' && platform !== 'win32') return '127.0.0.1';
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(resourceId.toLowerCase()).digest();
  // 127.64.0.1 to 127.127.255.254: away from the addresses that resolvers and distributions use.
  return `127.${64 + (a % 64)}.${b}.${1 + (c % 254)}`;
}
