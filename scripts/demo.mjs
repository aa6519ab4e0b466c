/**
 * `npm run demo`: Sallyport at its sign-in, connected to an embedded Azure with real SSH and Remote Desktop servers.
 *
 *   npm run demo                 opens the app; without a display it walks the main job and leaves pictures
 *   npm run demo -- --signed-in  opens it already signed in
 *   npm run demo -- --walk       walks the main job even where there is a display
 */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bootstrap, root } from './lib/bootstrap.mjs';

bootstrap({ purpose: 'app' });
const { ensureElectron } = await import('./lib/electron-runtime.mjs');
const { hasDisplay, startVirtualDisplay } = await import('./lib/display.mjs');
const { runProgram } = await import('./lib/run-steps.mjs');
const { binary } = await ensureElectron(root);
if ((await runProgram('electron-vite', ['build', '--logLevel', 'warn'])) !== 0) process.exit(1);

const flags = new Set(process.argv.slice(2));
process.exitCode = !hasDisplay() || flags.has('--walk') ? await walk() : await open(flags.has('--signed-in'));

/** Drives the app as the end-to-end test of the main job does; pictures and a transcript stay. */
async function walk() {
  const output = join(root, 'demo-output');
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output);
  const transcript = createWriteStream(join(output, 'transcript.txt'));
  const display = process.platform === 'linux' ? await startVirtualDisplay() : null;
  const child = spawn('playwright', ['test', '-c', 'e2e/playwright.config.ts', 'main-job'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      SALLYPORT_ELECTRON: binary,
      SALLYPORT_SCREENSHOTS: join(output, 'screenshots'),
      PLAYWRIGHT_LIST_PRINT_STEPS: '1',
      NO_COLOR: '1',
      ...(display === null ? {} : { DISPLAY: display.display }),
    },
  });
  child.stdout.pipe(process.stdout);
  child.stdout.pipe(transcript);
  const code = await new Promise((resolve) => child.once('close', resolve));
  await display?.stop();
  console.log(code === 0 ? `Pictures and transcript: ${output}` : 'The walk failed; see the transcript.');
  return code ?? 1;
}

/** Starts the emulator beside the app and ends it with the app. */
async function open(isSignedIn) {
  // Ctrl+C ends the app, which got it too; what follows here tidies up.
  process.on('SIGINT', () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-'));
  const emulator = spawn(
    'node',
    [
      '--disable-warning=ExperimentalWarning',
      'emulator/main.ts',
      '--estate',
      'emulator/estates/demo.json',
      '--exit-with-parent',
    ],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit'], shell: false },
  );
  const lines = createInterface(emulator.stdout);
  const line = await new Promise((resolve) => {
    lines.once('line', resolve);
    emulator.once('exit', () => resolve(undefined));
  });
  if (line === undefined) return 1;
  const { cloudFile } = JSON.parse(line);
  console.log(
    'Sign in as ada@contoso.example. SSH and Remote Desktop: user ada, password "correct horse 1815".',
  );
  try {
    if (isSignedIn) {
      process.env.SALLYPORT_ELECTRON = binary;
      const { startApp } = await import('../e2e/support/app.ts');
      const { signIn } = await import('../e2e/support/sign-in.ts');
      const app = await startApp({ cloudFile, dataFolder: folder });
      await signIn(app);
      await app.electron.waitForEvent('close', { timeout: 0 });
      return 0;
    }
    // Chromium cannot have its sandbox as root.
    const sandbox = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : [];
    return await runProgram(binary, [...sandbox, root, '--cloud', cloudFile, '--data-dir', folder]);
  } finally {
    emulator.stdin.end();
    await new Promise((resolve) =>
      emulator.exitCode === null ? emulator.once('exit', resolve) : resolve(undefined),
    );
    rmSync(folder, { recursive: true, force: true });
  }
}
