import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureWineNode } from '../../scripts/lib/wine-node.mjs';

/**
 * The Windows branches as a real win32 process: Node for Windows under Wine runs `windows-process.ts`, and the results that
 * it writes are compared here.
 */
let folder: string;
let results: Readonly<Record<string, unknown>>;
let stopWine = (): void => undefined;

/** Stands for a Windows program: writes down its arguments and ends. */
const stub = `const { renameSync, writeFileSync } = require('node:fs');
const file = process.env.STUB_ARGV_FILE;
if (file !== undefined) {
  writeFileSync(file + '.part', JSON.stringify(process.argv));
  renameSync(file + '.part', file);
  process.exit(0);
}
`;

beforeAll(async () => {
  const { wine, wineserver, node } = await ensureWineNode();
  folder = await mkdtemp(join(tmpdir(), 'sallyport-wine-'));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: fileURLToPath(new URL('./windows-process.ts', import.meta.url)),
      target: 'node20',
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { format: 'cjs', entryFileNames: 'process.cjs' } },
    },
  });
  await writeFile(join(folder, 'stub.cjs'), stub);
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    // Without it Wine cannot name a file beyond ASCII.
    LC_ALL: 'C.UTF-8',
    WINEPREFIX: join(folder, 'prefix'),
    WINEDEBUG: '-all',
    NODE_SKIP_PLATFORM_CHECK: '1',
  };
  stopWine = () => void spawnSync(wineserver, ['-k', '-w'], { env });
  const run = (name: string, args: readonly string[]) => {
    // Wine's console cannot write to a pipe.
    const output = openSync(join(folder, `${name}.log`), 'w');
    const { status, error } = spawnSync(wine, args, {
      env,
      cwd: folder,
      stdio: ['ignore', output, output],
      timeout: 45_000,
    });
    closeSync(output);
    return error?.message ?? status;
  };
  expect(run('boot', ['wineboot', '-i'])).toBe(0);
  expect(run('version', ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'])).toBe(
    0,
  );
  const windowsPath = (name: string) => `Z:${join(folder, name).replaceAll('/', '\\')}`;
  const status = run('process', [
    node,
    windowsPath('process.cjs'),
    windowsPath('results.json'),
    windowsPath('stub.cjs'),
  ]);
  const output = await readFile(join(folder, 'process.log'), 'utf8');
  expect({ status, output }).toMatchObject({ status: 0 });
  results = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')) as Record<string, unknown>;
}, 90_000);

afterAll(async () => {
  stopWine();
  await rm(folder, { recursive: true, force: true });
});

test('it is Windows', () => {
  expect(results['platform']).toBe('win32');
});

test('Remote Desktop starts mstsc with one argument and stays until the user ends it', () => {
  expect(results['remoteDesktop']).toEqual({
    program: '\\System32\\mstsc.exe',
    // Node turns its first argument into a path: the slash has become the root of the drive.
    argv: [expect.stringMatching(/^[A-Z]:\\v:127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+:3389$/)],
    port: 3389,
    audience: 'same-user',
    isLiveAfterStart: true,
    state: 'closed',
    closed: ['session-1'],
    prompts: [],
    left: [],
  });
});

test('arguments for ssh arrive whole', () => {
  expect(results['quoting']).toMatchObject({ status: 0, isSame: true });
});

test('askpass answers over a named pipe whoever knows the secret, and nobody else', () => {
  expect(results['askpass']).toEqual({
    isPipe: true,
    strangers: ['refused', 'refused', 'refused'],
    askedByStrangers: 0,
    answered: { code: 0, output: 'pässword "1815" %x%\n' },
    cancelled: { code: 1, output: '' },
    questions: ['Password for ü: ', 'Really?'],
    after: 'refused',
  });
});

test('ssh.exe is found where Windows or its installer puts it', () => {
  expect(results['programs']).toEqual({
    usual: ['C:\\Windows\\System32\\OpenSSH\\ssh.exe', 'C:\\Program Files\\OpenSSH\\ssh.exe'],
    mstsc: ['D:\\Win\\System32\\mstsc.exe'],
    found: '<system>\\System32\\OpenSSH\\ssh.exe',
    second: '<programs>\\OpenSSH\\ssh.exe',
    none: null,
  });
});

test('a JSON file is replaced as a whole; a damaged one is set aside', () => {
  expect(results['jsonFile']).toEqual({
    absent: 'absent',
    saved: [true, true, true],
    written: { value: 3 },
    filesAfterSave: ['profiles.json'],
    loaded: 'damaged',
    aside: '{"value": 3',
    again: true,
    files: ['profiles.json', 'profiles.json.damaged-2026-11-24T00-00-00-000Z'],
  });
});

test('a listener opens on the address of the machine and takes one connection', () => {
  expect(results['loopback']).toEqual({
    localAddress: '127.71.63.216',
    address: '127.71.63.216',
    isOther: true,
    accepted: 1,
    secondEnd: 'refused',
  });
});

test('the folder of an earlier run is swept', () => {
  expect(results['sweep']).toEqual({ swept: 1, left: [] });
});
