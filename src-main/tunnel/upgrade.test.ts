import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeUpgradeKey, readUpgradeAnswer, upgradeRequestText } from './upgrade.ts';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const good = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Accept: ${accept}`,
];
const read = (lines: readonly string[], rest = '') =>
  readUpgradeAnswer(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${rest}`), key);

test('the request is what the reference client sends: no extension, no credentials', () => {
  expect(upgradeRequestText({ authority: 'bst.example:444', path: '/webtunnelv2/t?X-Node-Id=n' }, key)).toBe(
    [
      'GET /webtunnelv2/t?X-Node-Id=n HTTP/1.1',
      'Host: bst.example:444',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Origin: https://bst.example:444',
      `Sec-WebSocket-Key: ${key}`,
      'Sec-WebSocket-Version: 13',
      '',
      '',
    ].join('\r\n'),
  );
});

test('keys are sixteen random bytes', () => {
  expect(Buffer.from(makeUpgradeKey(), 'base64')).toHaveLength(16);
  expect(makeUpgradeKey()).not.toBe(makeUpgradeKey());
});

test('a good answer is accepted, and the stream begins behind it', () => {
  const answer = read(good, 'frames');
  expect(answer).toEqual({ kind: 'accepted', bodyAt: good.join('\r\n').length + 4 });
});

test.each([
  ['other casing', good.map((line) => line.replace('Upgrade: websocket', 'upgrade: WebSocket'))],
  ['a list in Connection', good.map((line) => line.replace(': Upgrade', ': keep-alive, upgrade'))],
  ['no reason phrase', ['HTTP/1.1 101', ...good.slice(1)]],
  ['HTTP/1.0', ['HTTP/1.0 101 x', ...good.slice(1)]],
])('%s is accepted, too', (_name, lines) => {
  expect(read(lines).kind).toBe('accepted');
});

test('half of an answer is no answer yet', () => {
  expect(readUpgradeAnswer(Buffer.from(good.join('\r\n')), key)).toEqual({ kind: 'incomplete' });
});

test.each<[string, readonly string[], string]>([
  ['another status', ['HTTP/1.1 403 Forbidden'], 'status 403'],
  ['no HTTP', ['SSH-2.0-OpenSSH'], 'no HTTP'],
  ['no Upgrade header', good.filter((line) => !line.startsWith('Upgrade')), 'Upgrade: websocket'],
  ['another protocol', good.map((line) => line.replace('websocket', 'h2c')), 'Upgrade: websocket'],
  ['no Connection header', good.filter((line) => !line.startsWith('Connection')), 'Connection: Upgrade'],
  ['no Accept', good.slice(0, 3), 'Sec-WebSocket-Accept'],
  ['a wrong Accept', [...good.slice(0, 3), 'Sec-WebSocket-Accept: AAAA'], 'Sec-WebSocket-Accept'],
  ['an extension', [...good, 'Sec-WebSocket-Extensions: permessage-deflate'], 'extension'],
  ['a subprotocol', [...good, 'Sec-WebSocket-Protocol: mqtt'], 'extension'],
])('%s is refused', (_name, lines, said) => {
  const answer = read(lines);
  expect(answer).toMatchObject({ kind: 'refused', error: { code: 'websocket-refused' } });
  expect(answer.kind === 'refused' ? answer.error.detail : '').toContain(said);
});

test('a head without an end is refused when it is long', () => {
  const endless = Buffer.alloc(17 * 1024, 'x');
  expect(readUpgradeAnswer(endless, key).kind).toBe('refused');
});
