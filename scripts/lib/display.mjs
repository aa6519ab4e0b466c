/** A display for windows: the one that is there, or a virtual one of our own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts Xvfb on a free display.
 * @param {string} size e.g. 1600x1000
 * @returns {Promise<{ display: string, stop: () => Promise<void> }>}
 */
export async function startVirtualDisplay(size = '1600x1000') {
  const child = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-noreset'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(`Xvfb does not start: ${error.message}`);
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`Xvfb ended with code ${code}`);
  });
  ended.catch(() => undefined);
  failed.catch(() => undefined);
  const [chunk] = await Promise.race([once(child.stdio[3], 'data'), failed, ended]);
  return {
    display: `:${String(chunk).trim()}`,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Whether windows can be shown to a person here. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}
