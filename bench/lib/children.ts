import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Starts programs that end with this process, and ends them by their own ids. */
export interface Children {
  start(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  /** Ends one and waits for it. */
  end(child: ChildProcess): Promise<void>;
  endAll(): Promise<void>;
}

const killAfterMs = 3000;

/** No program yet. What they say goes to standard error, if `isLoud`. */
export function createChildren(isLoud: boolean): Children {
  const all = new Set<ChildProcess>();
  const end = async (child: ChildProcess): Promise<void> => {
    all.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    await exited;
    clearTimeout(timer);
  };
  return {
    start(command, args, env = {}) {
      const child = spawn(command, args, {
        stdio: ['ignore', isLoud ? 2 : 'ignore', isLoud ? 2 : 'ignore'],
        env: { ...process.env, ...env },
      });
      child.on('error', (error) => process.stderr.write(`${command}: ${error.message}\n`));
      all.add(child);
      return child;
    },
    end,
    endAll: async () => {
      await Promise.all([...all].map(end));
    },
  };
}
