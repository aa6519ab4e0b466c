import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { azCommand, findAz } from './az-command.ts';

const windows = { platform: 'win32', env: { SystemRoot: 'D:\\Windows' } } as const;
const linux = { platform: 'linux', env: {} } as const;
const args = ['account', 'get-access-token', '--scope', 'https://management.azure.com/.default'];

test('on Linux and macOS the program is started as it is', () => {
  expect(azCommand('/usr/bin/az', args, linux)).toEqual({ file: '/usr/bin/az', args, isVerbatim: false });
});

test('on Windows the batch file is started by the system’s cmd.exe, in one line with a quoted path', () => {
  expect(azCommand('C:\\Program Files (x86)\\CLI2\\wbin\\az.cmd', args, windows)).toEqual({
    file: 'D:\\Windows\\System32\\cmd.exe',
    args: [
      '/d',
      '/s',
      '/c',
      '""C:\\Program Files (x86)\\CLI2\\wbin\\az.cmd" account get-access-token --scope https://management.azure.com/.default"',
    ],
    isVerbatim: true,
  });
});

test.each(['a b', 'a&calc', '%PATH%', 'a"b', 'a^b', '', '$(id)', 'a\nb'])(
  'an argument with a character that a shell could read is a bug: %j',
  (arg) => {
    expect(() => azCommand('C:\\az.cmd', [arg], windows)).toThrow('not a plain argument');
    expect(() => azCommand('/usr/bin/az', [arg], linux)).toThrow('not a plain argument');
  },
);

test('the program is found in PATH, in absolute folders only, and only if it may be executed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'sallyport-az-'));
  try {
    const [plain, good] = [join(root, 'plain'), join(root, 'good')];
    for (const folder of [plain, good]) {
      await mkdir(folder);
      await writeFile(join(folder, 'az'), '#!/bin/sh\n');
    }
    await chmod(join(good, 'az'), 0o755);
    const find = (path: string) => findAz({ platform: 'linux', env: { PATH: path } });
    expect(await find(`.:${plain}:${good}`)).toBe(join(good, 'az'));
    expect(await find(`relative:${plain}`)).toBeNull();
  } finally {
    await rm(root, { recursive: true });
  }
});
