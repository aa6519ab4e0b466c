import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePacket, packetType, type SftpAnswer, SftpParser, SftpProtocolError } from './sftp-packets.ts';

const status = encodePacket(packetType.status, [7, 3, 'Permission denied', 'en']);
const handle = encodePacket(packetType.handle, [8, Buffer.from([0, 1, 2, 255])]);
const name = encodePacket(packetType.name, [9, 1, '/home/ada', 'long name', 0]);
const attrs = encodePacket(packetType.attrs, [10, 0x05, 12_345_678_901n, 0o100_644]);
const version = encodePacket(packetType.version, [3, 'posix-rename@openssh.com', '1']);
const stream = Buffer.concat([version, status, handle, name, attrs]);
const answers: SftpAnswer[] = [
  { kind: 'version', version: 3, extensions: new Set(['posix-rename@openssh.com']) },
  { kind: 'status', id: 7, code: 3, message: 'Permission denied' },
  { kind: 'handle', id: 8, handle: Buffer.from([0, 1, 2, 255]) },
  { kind: 'name', id: 9, names: ['/home/ada'] },
  { kind: 'attrs', id: 10, sizeBytes: 12_345_678_901, mode: 0o100_644 },
];

test('however the stream is cut, the answers are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const parser = new SftpParser();
      const got: SftpAnswer[] = [];
      let at = 0;
      for (let turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        got.push(...parser.push(stream.subarray(at, at + size)));
        at += size;
      }
      expect(got).toEqual(answers);
    }),
  );
});

test('text of a login script is named as what it is', () => {
  expect(() => new SftpParser().push(Buffer.from('Welcome to web-01\n'))).toThrow(SftpProtocolError);
  expect(() => new SftpParser().push(Buffer.from('Welcome to web-01\n'))).toThrow(/Welcome/);
});

test('a truncated answer is an error, never a hang or a wrong value', () => {
  const cut = Buffer.from(status);
  cut.writeUInt32BE(7, 0);
  expect(() => new SftpParser().push(cut.subarray(0, 11))).toThrow(SftpProtocolError);
});
