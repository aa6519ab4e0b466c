import { expect, test } from 'vitest';
import { marksServerText, readSshVersion } from './ssh-version.ts';

test.each([
  ['OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19', true],
  ['OpenSSH_8.5p1', true],
  ['OpenSSH_8.4p1', false],
  ['OpenSSH_for_Windows_8.1p1, LibreSSL 3.0.2', false],
  ['OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2', true],
  ['OpenSSH_10.0p2', true],
  ['something else', false],
  ['', false],
])('%s', (version, expected) => {
  expect(marksServerText(version)).toBe(expected);
});

test('asks the real client', async () => {
  expect(await readSshVersion('ssh')).toContain('OpenSSH');
  expect(await readSshVersion('/nowhere/ssh')).toBe('');
});
