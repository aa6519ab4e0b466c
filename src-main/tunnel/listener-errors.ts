import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type AppError, appError } from '../../shared/errors.ts';
import { describeError } from '../log/logger.ts';
import { errorCodeOf } from '../net/network-errors.ts';

/** A range of ports that Windows keeps for itself (Hyper-V, WSL, containers). */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const commandTimeoutMs = 3_000;

/** Reads the table of `netsh interface ipv4 show excludedportrange protocol=tcp`, whatever language its headings are in. */
export function parseExcludedRanges(output: string): readonly PortRange[] {
  return [...output.matchAll(/^\s*(\d{1,5})\s+(\d{1,5})\s*\*?\s*$/gm)].map((match) => ({
    first: Number(match[1]),
    last: Number(match[2]),
  }));
}

/** Explains why a local port cannot be listened on. */
export async function explainListenError(
  error: Error,
  address: string,
  port: number,
  platform: NodeJS.Platform,
  readRanges = readExcludedRanges,
): Promise<AppError> {
  const where = `${address}:${port}`;
  const code = errorCodeOf(error);
  if (code === 'EADDRINUSE')
    return appError('listener-port-in-use', { detail: `${where}: ${describeError(error)}` });
  if (code === 'EADDRNOTAVAIL') return appError('listener-address-missing', { detail: where });
  if (code !== 'EACCES') return appError('listener-failed', { detail: `${where}: ${describeError(error)}` });
  if (platform !== 'win32') {
    return appError('listener-port-forbidden', { detail: `${where}: ports below 1024 need special rights` });
  }
  const range = (await readRanges()).find((each) => port >= each.first && port <= each.last);
  const reason =
    range === undefined
      ? 'Windows does not allow this port'
      : `Windows has reserved the ports ${range.first} to ${range.last}, usually for Hyper-V, WSL or containers`;
  return appError('listener-port-forbidden', { detail: `${where}: ${reason}` });
}

function readExcludedRanges(): Promise<readonly PortRange[]> {
  const netsh = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'netsh.exe');
  const args = ['interface', 'ipv4', 'show', 'excludedportrange', 'protocol=tcp'];
  return new Promise((resolve) => {
    execFile(netsh, args, { timeout: commandTimeoutMs, windowsHide: true }, (error, stdout) => {
      // Without the table the port is still forbidden; only the reason is missing.
      resolve(error === null ? parseExcludedRanges(stdout) : []);
    });
  });
}
