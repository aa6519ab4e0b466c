import { expect, test } from 'vitest';
import { explainFailure, noProgress, readLogLine } from './ssh-log.ts';

const read = (text: string) => text.split('\n').reduce(readLogLine, noProgress);

const greeting = `OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19 27 Jan 2026
debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1
debug1: Server host key: ssh-ed25519 SHA256:abcdef`;

test('a connection that works', () => {
  expect(read(`${greeting}\nAuthenticated to 127.70.1.2 ([127.70.1.2]:4022) using "password".`)).toEqual({
    ...noProgress,
    hostKey: { keyType: 'ssh-ed25519', fingerprint: 'SHA256:abcdef' },
    isAuthenticated: true,
  });
});

test.each([
  [
    '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.',
    'ssh-host-key-changed',
  ],
  ['Host key verification failed.', 'ssh-host-key-refused'],
  ['ada@127.70.1.2: Permission denied (publickey,password).', 'ssh-auth-failed'],
  ['Received disconnect from 127.70.1.2 port 40: 2: Too many authentication failures', 'ssh-auth-failed'],
  [
    'Load key "/home/ada/id": bad permissions\nada@127.70.1.2: Permission denied (publickey).',
    'ssh-key-unreadable',
  ],
  [
    'no such identity: /home/ada/id: No such file or directory\nada@h: Permission denied (publickey).',
    'ssh-key-unreadable',
  ],
  ['Connection closed by 127.70.1.2 port 4022', 'ssh-failed'],
])('%s', (lines, code) => {
  const error = explainFailure(read(`${greeting}\n${lines}`));
  expect(error.code).toBe(code);
  expect(error.detail).toContain(lines.split('\n')[0]);
});

test('a sign-in is only believed in the form that this client prints for its tunnel', () => {
  const foreign = 'Authenticated to vm ([10.2.3.4]:22) using "none".';
  expect(readLogLine(noProgress, foreign).isAuthenticated).toBe(false);
});
