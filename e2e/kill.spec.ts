import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningApp } from './support/app.ts';
import { ada, expect, signIn, test } from './support/fixtures.ts';
import { answerSecret, chooseMachine, connectByPassword } from './support/steps.ts';

/** Files below a folder that hold a secret; grep reads them as bytes. */
function findSecrets(folder: string): string {
  try {
    return execFileSync('grep', ['-rlaE', `eyJ[A-Za-z0-9_-]{10}|${ada.password}`, folder], {
      encoding: 'utf8',
    });
  } catch {
    // grep ends with 1 when it finds nothing.
    return '';
  }
}

const livingClients = () =>
  execFileSync('sh', ['-c', 'pgrep -x xfreerdp || true'], { encoding: 'utf8' }).trim();

test('a killed app leaves no secret, and the next start sweeps what it left', async ({
  emulator,
  dataFolder,
  launch,
}) => {
  // Home, data, logs and temporary files of the app are all below one folder here.
  const env = { TMPDIR: join(dataFolder, 'tmp') };
  await mkdir(env.TMPDIR);
  const app = await launch({ env });
  await signIn(app);
  await connectByPassword(app, 'web-01');
  await chooseMachine(app, 'win-web-01');
  await app.page.getByRole('button', { name: 'Connect RDP', exact: true }).click();
  await answerSecret(app, ada.password);
  await expect(app.page.getByText(/runs in its own window/)).toBeVisible();
  expect(livingClients()).not.toBe('');

  const runs = join(dataFolder, 'user-data', 'run');
  const [killedRun] = await readdir(runs);
  const exit = once(app.electron.process(), 'exit');
  process.kill(app.pid, 'SIGKILL');
  await exit;
  expect(await readdir(runs)).toEqual([killedRun]);
  expect(findSecrets(dataFolder)).toBe('');
  const left = emulator.sessions().length;

  const next = await launch({ env });
  await expect(next.page.getByRole('button', { name: 'Sign in with your browser' })).toBeVisible();
  const now = await readdir(runs);
  expect(now).toHaveLength(1);
  expect(now).not.toContain(killedRun);
  await expect.poll(livingClients).toBe('');

  // Tokens are never on disk, so the killed run's sessions end by the service's own clock; an orderly end adds none.
  await signIn(next);
  await connectByPassword(next, 'web-01', 'pinned');
  await next.page.getByRole('button', { name: 'Disconnect' }).click();
  await expect.poll(() => emulator.sessions().length).toBe(left);
  await next.quit();
  expect(emulator.sessions().length).toBe(left);
  expect(findSecrets(dataFolder)).toBe('');
  expect(await readdir(runs)).toEqual([]);
});

test('a second start hands over to the first', async ({ launch, emulator, dataFolder }) => {
  const app = await launch();
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
  const executable = process.env['SALLYPORT_ELECTRON'] as string;
  const args = [
    '--no-sandbox',
    join(import.meta.dirname, '..'),
    '--cloud',
    emulator.cloudFile,
    '--data-dir',
    join(dataFolder, 'user-data'),
  ];
  execFileSync(executable, args, { timeout: 30_000, stdio: 'ignore' });
  await expect
    .poll(() =>
      app.electron.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map((window) => window.isVisible()),
      ),
    )
    .toEqual([true]);
  await app.quit();
});

test('the window comes back where it was', async ({ launch }) => {
  const wanted = { x: 60, y: 40, width: 1010, height: 640 };
  const boundsOf = (app: RunningApp) =>
    app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds());
  const app = await launch();
  await app.electron.evaluate(
    ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
    wanted,
  );
  // The window system moves it in its own time.
  await expect.poll(() => boundsOf(app)).toEqual(wanted);
  await app.quit();
  const again = await launch();
  await expect.poll(() => boundsOf(again)).toEqual(wanted);
  await again.quit();
});
