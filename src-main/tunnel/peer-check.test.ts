import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { judgeRow, PeerChecker } from './peer-check.ts';
import { dialAsNobody } from './testing/dial-as-nobody.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:A001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 222 1
   2: 0100007F:A002 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 1
`;

test.each([
  [{ uid: 1000, inode: 222 }, 1000, 'same-user'],
  [{ uid: 1001, inode: 222 }, 1000, 'other'],
  [{ uid: 0, inode: 0 }, 0, 'other'],
  [null, 1000, 'other'],
])('%j for user %i: %s', (row, uid, kind) => {
  expect(judgeRow(row, uid).kind).toBe(kind);
});

test('a real connection of this user passes; as another user it would not', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  const client = connect(address.port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const uid = process.getuid?.() ?? -1;
  expect(await new PeerChecker('linux', uid).check(accepted)).toEqual({ kind: 'same-user' });
  expect(await new PeerChecker('linux', uid + 1).check(accepted)).toMatchObject({ kind: 'other' });
  expect(await new PeerChecker('freebsd', uid).check(accepted)).toEqual({ kind: 'not-checked' });
  client.destroy();
  accepted.destroy();
  server.close();
});

test.runIf(process.getuid?.() === 0)('a connection by another user is refused', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const child = dialAsNobody(port);
  const [accepted] = await connected;
  expect(await new PeerChecker('linux', 0).check(accepted)).toEqual({
    kind: 'other',
    reason: 'the program runs as user id 65534',
    uid: 65534,
  });
  accepted.destroy();
  server.close();
  child.kill();
});

/** A socket as far as the check looks at it. */
function peer(remotePort: number): Socket {
  const ends = { remoteAddress: '127.0.0.1', remotePort, localAddress: '127.0.0.1', localPort: 8080 };
  return ends as unknown as Socket;
}

/** A checker whose readings the test answers one by one. */
function controlled() {
  const readings: { readonly name: string; readonly answer: (table: string) => void }[] = [];
  const checker = new PeerChecker(
    'linux',
    1000,
    (name, take) =>
      new Promise((resolve) => {
        const answer = (text: string): void => {
          take(text);
          resolve();
        };
        readings.push({ name, answer });
      }),
  );
  return { checker, readings };
}

test('one reading answers all that wait, but never one that came after it began', async () => {
  const { checker, readings } = controlled();
  const first = checker.check(peer(0xa001));
  const second = checker.check(peer(0xa001));
  const third = checker.check(peer(0xa001));
  expect(readings).toHaveLength(1);
  // The others were accepted while the table was being read: it may not know them yet.
  readings[0]?.answer(table);
  expect(await first).toEqual({ kind: 'same-user' });
  await expect.poll(() => readings.length).toBe(2);
  readings[1]?.answer(table);
  expect(await Promise.all([second, third])).toEqual([{ kind: 'same-user' }, { kind: 'same-user' }]);
  expect(readings.map((each) => each.name)).toEqual(['tcp', 'tcp']);
});

test('a program that dials from a socket of both families is found in the other table', async () => {
  const { checker, readings } = controlled();
  const verdict = checker.check(peer(0xb001));
  readings[0]?.answer(table);
  await expect.poll(() => readings.length).toBe(2);
  expect(readings[1]?.name).toBe('tcp6');
  const mapped = (port: string) => `0000000000000000FFFF00000100007F:${port}`;
  readings[1]?.answer(
    `head\n   0: ${mapped('B001')} ${mapped('1F90')} 01 00000000:00000000 00:00000000 00000000  1000 0 333 1\n`,
  );
  expect(await verdict).toEqual({ kind: 'same-user' });
});

test('one that stands in neither table is not let in, after a second look', async () => {
  const { checker, readings } = controlled();
  const verdict = checker.check(peer(0xb002));
  for (const [index, name] of ['tcp', 'tcp6', 'tcp', 'tcp6'].entries()) {
    await expect.poll(() => readings.length).toBe(index + 1);
    expect(readings[index]?.name).toBe(name);
    readings[index]?.answer(table);
  }
  expect(await verdict).toMatchObject({ kind: 'other', uid: null });
});

test('a row that was missed by the first look is found by the second', async () => {
  const { checker, readings } = controlled();
  const verdict = checker.check(peer(0xa001));
  readings[0]?.answer('');
  await expect.poll(() => readings.length).toBe(2);
  readings[1]?.answer('');
  await expect.poll(() => readings.length).toBe(3);
  readings[2]?.answer(table);
  expect(await verdict).toEqual({ kind: 'same-user' });
});

test('a table that cannot be read lets nobody in', async () => {
  const checker = new PeerChecker('linux', 1000, () => Promise.reject(new Error('EACCES')));
  expect(await checker.check(peer(0xa001))).toMatchObject({ kind: 'other', uid: null });
});
