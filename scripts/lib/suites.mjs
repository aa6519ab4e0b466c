/** The parts of the test suite. */
import { ensureElectron } from './electron-runtime.mjs';
import { root } from './bootstrap.mjs';
import { startVirtualDisplay } from './display.mjs';
import { readPlaywright, readVitest, runCheck, runProgram, runTests } from './run-steps.mjs';

/** What needs no program but Node: seconds. */
export async function runStatic() {
  await runCheck('types', 'tsc', ['-p', '.']);
  await runCheck('types of the preloads', 'tsc', ['-p', 'src-main/tsconfig.preload.json']);
  await runCheck('types of the renderer', 'tsc', ['-p', 'src-renderer']);
  await runCheck('lint', 'oxlint', ['--type-aware', '--deny-warnings']);
  await runCheck('format', 'biome', ['format', '.']);
  await runCheck('unused code', 'knip', []);
  await runCheck('generated documents', 'node', ['scripts/generate-docs.mjs', '--check']);
}

/** Unit tests, and integration tests with real servers. */
export function runVitest(name, filters = []) {
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=test-results/vitest.json',
    ...filters,
  ];
  return runTests(name, 'vitest', args, 'vitest.json', readVitest);
}

/** Builds the app and drives it in a real Electron. */
export async function runE2e(args = []) {
  const { binary } = await ensureElectron(root);
  if ((await runProgram('electron-vite', ['build', '--logLevel', 'warn'])) !== 0) {
    console.error('the app does not build');
    process.exitCode = 1;
    return;
  }
  const display = process.platform === 'linux' ? await startVirtualDisplay() : null;
  try {
    await runTests(
      'end to end',
      'playwright',
      ['test', '-c', 'e2e/playwright.config.ts', ...args],
      'e2e.json',
      readPlaywright,
      {
        SALLYPORT_ELECTRON: binary,
        ...(display === null ? {} : { DISPLAY: display.display }),
      },
    );
  } finally {
    await display?.stop();
  }
}
