import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findRows, kernelAddress, readKernelTable, type TableRow } from './peer-table.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:A001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 222 1
   2: 0000000000000000FFFF00000100007F:A002 0000000000000000FFFF00000100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 1
   3: 0000000000000000000000000100007F:A003 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 00:00000000 00000000     5        0 7 1
`;

test('addresses as the kernel prints them', () => {
  expect(kernelAddress('127.0.0.1', 8080)).toBe('0100007F:1F90');
  expect(kernelAddress('127.70.1.2', 22)).toBe('0201467F:0016');
  expect(kernelAddress('::ffff:127.0.0.1', 8080)).toBe('0100007F:1F90');
});

test('finds rows of both families however the table is cut into pieces', () => {
  const ends = ['0100007F:A001 0100007F:1F90', '0100007F:A002 0100007F:1F90', '0100007F:A003 0100007F:1F90'];
  fc.assert(
    fc.property(fc.array(fc.nat(table.length), { maxLength: 8 }), (cuts) => {
      const found: [string, TableRow][] = [];
      const take = findRows(
        (each) => ends.includes(each),
        (each, row) => found.push([each, row]),
      );
      const places = [0, ...cuts.toSorted((a, b) => a - b), table.length];
      places.slice(1).forEach((place, index) => take(table.slice(places[index], place)));
      expect(found).toEqual([
        [ends[0], { uid: 1000, inode: 222 }],
        [ends[1], { uid: 0, inode: 0 }],
      ]);
    }),
  );
});

test.runIf(process.platform === 'linux')('stops reading the real table when it has seen enough', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const wanted = [
    kernelAddress('127.0.0.1', accepted.remotePort ?? 0),
    kernelAddress('127.0.0.1', accepted.localPort ?? 0),
  ].join(' ');
  const found: TableRow[] = [];
  const take = findRows(
    (ends) => ends === wanted,
    (_ends, row) => found.push(row),
  );
  let piecesAfter = 0;
  await readKernelTable('tcp', (text) => {
    if (found.length > 0) piecesAfter += 1;
    take(text);
    return found.length > 0 ? 'enough' : 'more';
  });
  expect(found).toEqual([{ uid: process.getuid?.(), inode: expect.any(Number) }]);
  expect(found[0]?.inode).toBeGreaterThan(0);
  expect(piecesAfter).toBe(0);
  await expect(readKernelTable('nowhere' as 'tcp', () => 'more')).rejects.toThrow('ENOENT');
  client.destroy();
  accepted.destroy();
  server.close();
});
