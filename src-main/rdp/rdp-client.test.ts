import { expect, test } from 'vitest';
import { candidatePaths } from '../ssh/find-program.ts';
import { freerdpCommand, mstscCommand, windowsAppCommand } from './rdp-client.ts';
import { explainRdpExit } from './rdp-errors.ts';

const target = { vmName: 'win 01', address: '127.70.1.2', port: 3389, user: 'ada' };

test('mstsc gets the machine’s own address as one argument', () => {
  expect(mstscCommand('C:\\Windows\\System32\\mstsc.exe', target)).toMatchObject({
    args: ['/v:127.70.1.2:3389'],
    stdin: null,
  });
  expect(candidatePaths('mstsc', { platform: 'win32', env: { SystemRoot: 'D:\\W' } })).toEqual([
    'D:\\W\\System32\\mstsc.exe',
  ]);
});

test('FreeRDP gets the password on standard input and never as an argument', () => {
  const command = freerdpCommand('/usr/bin/xfreerdp', target, 'hunter 2');
  expect(command.args.join(' ')).not.toContain('hunter');
  expect(command.stdin).toBe('hunter 2\n');
  expect(command.args).toContain('/cert:tofu');
});

test('the Windows App opens a file without a secret in it', () => {
  const command = windowsAppCommand('/usr/bin/open', target, '/run/rdp-1');
  expect(command.args).toEqual(['-a', 'Windows App', '/run/rdp-1/win-01.rdp']);
  expect(command.file?.text).toContain('full address:s:127.70.1.2:3389\r\nusername:s:ada\r\n');
});

test.each([
  [0, '', null],
  [11, '', null],
  [132, '[ERROR][com.freerdp.core] - ERRCONNECT_LOGON_FAILURE [0x00020014]', 'rdp-auth-failed'],
  [
    131,
    'The host key for 127.70.1.2:3389 has changed\nHost key verification failed.',
    'rdp-certificate-changed',
  ],
  [131, '[ERROR] ERRCONNECT_CONNECT_TRANSPORT_FAILED', 'rdp-failed'],
])('exit code %i with %j', (code, output, expected) => {
  expect(explainRdpExit(code, output)?.code ?? null).toBe(expected);
});
