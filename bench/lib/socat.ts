import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.ts';

/** A running `socat` that carries TCP connections to a TLS port. */
export interface Socat {
  readonly port: number;
  /** CPU seconds of it and of all the processes it has made. */
  cpuSeconds(): Promise<number>;
  end(): Promise<void>;
}

const ticksPerSecond = 100;

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const wanted = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  return (await readFile('/proc/net/tcp', 'utf8')).includes(wanted);
}

/** Own time, and that of children that have ended. */
async function ticksOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Starts Debian's socat with blocks of 64 KiB; it makes a process for each connection. */
export async function startSocat(children: Children, tlsPort: number, caFile: string): Promise<Socat> {
  const port = await freePort();
  const listen = `TCP4-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr,nodelay`;
  const child: ChildProcess = children.start('socat', [
    '-b',
    '65536',
    listen,
    `OPENSSL:127.0.0.1:${tlsPort},cafile=${caFile},commonname=localhost,verify=1,nodelay`,
  ]);
  for (let tries = 0; !(await isListening(port)); tries += 1) {
    if (tries > 100) throw new Error('socat does not listen; is it installed? apt-get install socat');
    await delay(20);
  }
  const pid = child.pid ?? 0;
  return {
    port,
    async cpuSeconds() {
      const pids = [pid, ...(await childrenOf(pid))];
      const ticks = await Promise.all(pids.map(ticksOf));
      return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond;
    },
    end: () => children.end(child),
  };
}
