import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEstate } from '../estate/schema.ts';
import { demo } from '../testing/estate.ts';
import { startTargets, type Targets } from './targets.ts';

/** Starts a program; `whenPrinted` resolves when it has written what matches. */
function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child: ChildProcess = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let printed = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr, child.stdio[3]]) {
    (stream as NodeJS.ReadableStream | null)?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      for (const check of waiting) check();
    });
  }
  return {
    child,
    whenPrinted: (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', () => reject(new Error(`${command} ended: ${printed.slice(-500)}`)));
        const check = (): void => {
          const hit = pattern.exec(printed);
          if (hit) resolve(hit[0]);
        };
        waiting.add(check);
        check();
      }),
  };
}

describe('the Remote Desktop target', () => {
  let folder: string;
  let targets: Targets;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xrdp-test-'));
    const estate = parseEstate({
      version: 1,
      name: 'Desk',
      clientIds: [demo.program],
      tenants: [{ id: demo.contoso, name: 'Contoso', domain: 'contoso.example' }],
      targets: [{ kind: 'xrdp', name: 'desk', users: [{ name: 'ada', password: 'correct horse 1815' }] }],
    });
    targets = await startTargets(estate, { folder, userAuthority: () => '', start: 'auto' });
    // Needs xrdp, xorgxrdp, and root: the reason is in the message if they are not there.
    expect(targets.missing).toEqual({});
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await targets.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** Follows the session manager's log. */
  const log = () => {
    const followed = start('tail', ['-n', '+1', '-F', targets.xrdp('desk').sesmanLogFile]);
    children.push(followed.child);
    return followed;
  };
  const connect = async (password: string): Promise<void> => {
    const screen = start('Xvfb', ['-displayfd', '3', '-screen', '0', '800x600x24', '-nolisten', 'tcp']);
    children.push(screen.child);
    const display = (await screen.whenPrinted(/\d+\n/)).trim();
    const client = start(
      'xfreerdp',
      [
        `/v:127.0.0.1:${targets.xrdp('desk').port}`,
        '/u:ada',
        `/p:${password}`,
        '/cert:ignore',
        '/size:640x480',
      ],
      { DISPLAY: `:${display}` },
    );
    client.child.on('error', () => undefined);
    children.push(client.child);
  };

  it('lets a user in whose password is right, and starts a session', async () => {
    await connect('correct horse 1815');
    const followed = log();
    await followed.whenPrinted(/access granted\): username ada/);
    await followed.whenPrinted(/Session started successfully for user ada/);
    const text = await readFile(targets.xrdp('desk').logFile, 'utf8');
    expect(text).toContain('TLS connection established');
  });

  it('keeps a user out whose password is wrong', async () => {
    await connect('wrong');
    expect(
      await log().whenPrinted(/AUTHFAIL|pam_authenticate failed|login failed|access denied/i),
    ).toBeTruthy();
  });
});
