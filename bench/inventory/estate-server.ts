/** An emulator in a process of its own that serves a generated estate, each call to ARM answered after 30 ms. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { generateEstate } from '../../emulator/generate.ts';

const armDelayMs = 30;
const main = resolve(import.meta.dirname, '../../emulator/main.ts');

/** What of the emulator's counters is looked at. */
interface Stats {
  readonly graphCalls: number;
  readonly requests: readonly {
    readonly at: number;
    readonly plane: string;
    readonly path: string;
    readonly status: number;
  }[];
}

/** A served estate. */
export interface EstateServer {
  readonly cloudFile: string;
  readonly stats: () => Promise<Stats>;
  readonly stop: () => void;
}

/** Serves so many machines in 50 subscriptions (or fewer, if there are fewer machines). */
export async function serveEstate(folder: string, vms: number): Promise<EstateServer> {
  const estate = generateEstate({ vms, subscriptions: Math.min(50, vms) });
  const file = join(folder, `estate-${vms}.json`);
  await writeFile(file, JSON.stringify({ ...estate, faults: { delayArm: { ms: armDelayMs } } }));
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      main,
      '--estate',
      file,
      '--no-targets',
      '--no-latency',
      '--admin',
      '--exit-with-parent',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  if (child.stdout === null) throw new Error('the emulator has no output');
  const [line] = await new Promise<[string]>((done, fail) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (text) => done([text]));
    child.once('exit', (code) => fail(new Error(`the emulator ended with ${code}`)));
  });
  const { cloudFile, adminUrl } = JSON.parse(line) as { cloudFile: string; adminUrl: string };
  return {
    cloudFile,
    stats: async () => (await (await fetch(`${adminUrl}/stats`)).json()) as Stats,
    stop: () => child.kill('SIGTERM'),
  };
}
