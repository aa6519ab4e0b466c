import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type as systemType } from 'node:os';
import { promisify } from 'node:util';

/** Where and with what a run was made. */
export interface Machine {
  readonly date: string;
  readonly system: string;
  readonly processor: string;
  readonly memory: string;
  /** Processes that wanted to run at the start, averaged over a minute. */
  readonly load: number;
  readonly electron: string;
  readonly electronNode: string;
  readonly node: string;
  readonly socat: string;
  readonly commit: string;
}

const run = promisify(execFile);

async function firstLine(command: string, args: readonly string[], pattern: RegExp): Promise<string> {
  try {
    const { stdout } = await run(command, args);
    return pattern.exec(stdout)?.[1] ?? '?';
  } catch {
    return '?';
  }
}

/** Looks around. */
export async function describeMachine(versions: { electron: string; node: string }): Promise<Machine> {
  const processors = cpus();
  const [socat, commit] = await Promise.all([
    firstLine('socat', ['-V'], /socat version (\S+)/),
    firstLine('git', ['rev-parse', '--short', 'HEAD'], /(\S+)/),
  ]);
  return {
    date: new Date().toISOString().slice(0, 10),
    system: `${systemType()} ${release()}`,
    processor: `${processors[0]?.model.trim() ?? '?'}, ${processors.length} cores`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    electron: versions.electron,
    electronNode: versions.node,
    node: process.version,
    socat,
    commit,
  };
}
