import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Log } from '../log/logger.ts';
import { parseCommand, usage } from './arguments.ts';
import { makeOutput } from './cli-output.ts';
import { makeCliServices } from './cli-services.ts';
import { runProbe } from './run-probe.ts';
import { runTunnel } from './run-tunnel.ts';

/** What the program around gives: plain Node and Electron differ in it. */
export interface CliSurroundings {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly workerPath: string;
  readonly systemProxy: ((url: string) => Promise<string>) | null;
}

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Runs one command and resolves with its exit code: 0, 1 for a failure, 2 for a command line that is not understood. */
export async function runCli({
  args,
  env,
  platform,
  workerPath,
  systemProxy,
}: CliSurroundings): Promise<number> {
  const parsed = parseCommand(args);
  const streams = {
    out: (text: string) => void process.stdout.write(text),
    error: (text: string) => void process.stderr.write(text),
  };
  if (!parsed.ok && parsed.isHelp === true) {
    streams.out(`${usage}\n`);
    return 0;
  }
  if (!parsed.ok) {
    streams.error(`${parsed.problem}\n\n${usage}\n`);
    return 2;
  }
  const { command } = parsed;
  const output = makeOutput(command.verb === 'tunnel' ? command.output : 'text', streams);
  // A pipe that nobody reads any more ends the command like Ctrl+C: in order.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    process.stdout.on('error', () => resolve());
  });
  const services = await makeCliServices({
    cloudPath: command.cloudPath,
    platform,
    env,
    systemProxy,
    log: silent,
  });
  if (!services.ok) {
    output.fail(services.error);
    return 1;
  }
  try {
    if (command.verb === 'tunnel') {
      return await runTunnel({ command, services: services.value, workerPath, output, log: silent, stopped });
    }
    return await runProbe({ command, services: services.value, output, confirm: askOnTerminal });
  } finally {
    services.value.dispose();
  }
}

async function askOnTerminal(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // An input that ends is no answer, which is a no.
    const ended = once(terminal, 'close').then(() => '');
    return /^y(es)?$/i.test((await Promise.race([terminal.question(`${question} [y/N] `), ended])).trim());
  } finally {
    terminal.close();
  }
}
