import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  checkWithLsof,
  checkWithNetstat,
  findProcess,
  readProcessUser,
  runProgram,
} from './peer-programs.ts';
import { dialAsNobody } from './testing/dial-as-nobody.ts';

const netstat = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN          1044
  TCP    127.0.0.1:50123        127.70.1.2:3389        HERGESTELLT      7788
  TCP    127.70.1.2:3389        127.0.0.1:50123        HERGESTELLT      4321
  TCP    127.0.0.1:50124        127.70.1.2:3389        WARTEND          0
  UDP    0.0.0.0:500            *:*                                     2000
`.replaceAll('\n', '\r\n');
const ada =
  '"mstsc.exe","7788","Console","1","45.000 K","Running","CONTOSO\\ada","0:00:01","web-01, a ""quoted"" title"\r\n';
const nobody = '"svc.exe","7788","Services","0","5.000 K","Unknown","N/A","0:00:00","N/A"\r\n';

test('the process of a connection is found whatever the language of the headings', () => {
  expect(findProcess(netstat, '127.0.0.1:50123', '127.70.1.2:3389')).toBe(7788);
  expect(findProcess(netstat, '127.70.1.2:3389', '127.0.0.1:50123')).toBe(4321);
  expect(findProcess(netstat, '127.0.0.1:5012', '127.70.1.2:3389')).toBeNull();
  expect(findProcess('', '127.0.0.1:50123', '127.70.1.2:3389')).toBeNull();
});

test('the user of a process is read; what is not told is nobody', () => {
  expect(readProcessUser(ada)).toBe('contoso\\ada');
  expect(readProcessUser(nobody)).toBeNull();
  expect(readProcessUser('INFO: No tasks are running which match the specified criteria.')).toBeNull();
});

function windows(answers: Readonly<Record<string, string>>) {
  const calls: string[] = [];
  const run = (program: string, args: readonly string[]) => {
    calls.push([program, ...args].join(' '));
    const answer = Object.entries(answers).find(([name]) => program.endsWith(name))?.[1];
    return answer === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(answer);
  };
  return { run, calls };
}

test.each([
  [
    'our own program',
    { 'netstat.exe': netstat, 'whoami.exe': 'contoso\\Ada\r\n', 'tasklist.exe': ada },
    'same-user',
  ],
  [
    'another user',
    { 'netstat.exe': netstat, 'whoami.exe': 'contoso\\eve\r\n', 'tasklist.exe': ada },
    'other',
  ],
  [
    'a user that is not told',
    { 'netstat.exe': netstat, 'whoami.exe': 'contoso\\ada', 'tasklist.exe': nobody },
    'other',
  ],
  [
    'a connection that is gone',
    { 'netstat.exe': '', 'whoami.exe': 'contoso\\ada', 'tasklist.exe': ada },
    'other',
  ],
  ['a program that is missing', { 'netstat.exe': netstat, 'whoami.exe': 'contoso\\ada' }, 'other'],
])('Windows, %s: %s', async (_name, answers, kind) => {
  const { run, calls } = windows(answers);
  const verdict = await checkWithNetstat('127.0.0.1:50123', '127.70.1.2:3389', 'C:\\Windows', run);
  expect(verdict.kind).toBe(kind);
  expect(calls[0]).toContain('-ano -p TCP');
  if (calls[2] !== undefined) expect(calls[2]).toContain('/FI PID eq 7788 /V /FO CSV /NH');
});

/** The real program (the test machine installs it): its answers have the form of macOS. */
const lsof = spawnSync('sh', ['-c', 'command -v lsof']).stdout.toString().trim();

test('lsof knows a connection of ours, and none of another user', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = connect(port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const ends = [`127.0.0.1:${client.localPort}`, `127.0.0.1:${port}`] as const;
  const uid = process.getuid?.() ?? -1;
  expect(await checkWithLsof(...ends, uid, runProgram, lsof)).toEqual({ kind: 'same-user' });
  expect(await checkWithLsof(...ends, uid + 1, runProgram, lsof)).toMatchObject({ kind: 'other' });
  client.destroy();
  accepted.destroy();
  if (uid === 0) {
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const child = dialAsNobody(port);
    const [foreign] = await connected;
    const theirs = `127.0.0.1:${foreign.remotePort}`;
    expect(await checkWithLsof(theirs, ends[1], 0, runProgram, lsof)).toMatchObject({ kind: 'other' });
    expect(await checkWithLsof(theirs, ends[1], 65_534, runProgram, lsof)).toEqual({ kind: 'same-user' });
    foreign.destroy();
    child.kill();
  }
  server.close();
});

test('without the program nobody is let in', async () => {
  expect(await checkWithLsof('127.0.0.1:1', '127.0.0.1:2', 0, runProgram, '/nonexistent/lsof')).toMatchObject(
    {
      kind: 'other',
    },
  );
});
