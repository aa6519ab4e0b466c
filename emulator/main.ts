import { copyFile, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startAdmin } from './admin.ts';
import { EstateError, startEmulator } from './index.ts';
import type { LinkOptions } from './net/link.ts';
import { switchesOf } from './replay.ts';

const usage = `Usage: npm run emulator -- --estate FILE [options]

  --estate FILE         the estate to serve (see emulator/ESTATE.md)
  --cloud-out FILE      also write the custom-cloud document there
  --work-dir DIR        keys, logs and home folders (a temporary folder if absent)
  --port N              first of the ports (free ones if absent)
  --no-latency          answer at once
  --no-targets          start no sshd and no xrdp
  --link RTT[,MBIT]     a round trip in ms, and a rate each way, in front of the data plane
  --replay FILE         behave as the service did that a probe looked at (see docs/live.md)
  --admin               open the admin address and print it
  --exit-with-parent    end when standard input closes
`;

/** `30,20`: 30 ms, 20 Mbit/s. */
function parseLink(text: string): LinkOptions {
  const [rttMs, mbitPerSecond] = text.split(',').map(Number);
  if (!(Number(rttMs) >= 0) || (mbitPerSecond !== undefined && !(mbitPerSecond > 0)))
    throw new Error(`--link ${text}: wanted is RTT or RTT,MBIT`);
  return { rttMs: rttMs ?? 0, ...(mbitPerSecond === undefined ? {} : { mbitPerSecond }) };
}

/** An estate's document, with the switches of a probe's fixture over its own. */
async function readEstate(path: string, replayPath: string | undefined): Promise<unknown> {
  const estate = JSON.parse(await readFile(path, 'utf8')) as { readonly switches?: object };
  if (replayPath === undefined) return estate;
  const switches = switchesOf(JSON.parse(await readFile(replayPath, 'utf8')));
  return { ...estate, switches: { ...estate.switches, ...switches } };
}

/** Serves an estate until told to end; gives the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      estate: { type: 'string' },
      'cloud-out': { type: 'string' },
      'work-dir': { type: 'string' },
      port: { type: 'string' },
      'no-latency': { type: 'boolean' },
      'no-targets': { type: 'boolean' },
      link: { type: 'string' },
      replay: { type: 'string' },
      admin: { type: 'boolean' },
      'exit-with-parent': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || values.estate === undefined) {
    process.stderr.write(usage);
    return values.help ? 0 : 2;
  }
  const emulator = await startEmulator({
    estate: await readEstate(values.estate, values.replay),
    ...(values['work-dir'] === undefined ? {} : { workDir: values['work-dir'] }),
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values.link === undefined ? {} : { link: parseLink(values.link) }),
    latencies: values['no-latency'] ? 'none' : 'real',
    targets: values['no-targets'] ? 'none' : 'auto',
  });
  if (values['cloud-out'] !== undefined) await copyFile(emulator.cloudFile, values['cloud-out']);
  const admin = values.admin ? await startAdmin(emulator) : undefined;
  for (const [name, reason] of Object.entries(emulator.targets.missing)) {
    process.stderr.write(`Target ${name} does not run: ${reason}\n`);
  }
  const ready = { ready: true, cloudFile: values['cloud-out'] ?? emulator.cloudFile, adminUrl: admin?.url };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    if (values['exit-with-parent']) {
      process.stdin.resume();
      process.stdin.once('end', () => resolve());
      process.stdin.once('close', () => resolve());
    }
  });
  await admin?.dispose();
  await emulator.dispose();
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof EstateError ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
