import { expect, test } from 'vitest';
import { terminalFlow } from '../../shared/ipc.ts';
import { TerminalStream } from './terminal-stream.ts';

function makePort() {
  const sent: Uint8Array[] = [];
  let receive: (data: unknown) => void = () => undefined;
  return {
    sent,
    send: (data: unknown) => receive(data),
    port: {
      postMessage: (bytes: Uint8Array) => void sent.push(bytes),
      onMessage: (listener: (data: unknown) => void) => {
        receive = listener;
      },
      close: () => undefined,
    },
  };
}

function makeSource() {
  const calls: string[] = [];
  return {
    calls,
    source: {
      write: (text: string) => void calls.push(`write ${text}`),
      resize: (columns: number, rows: number) => void calls.push(`resize ${columns}x${rows}`),
      pause: () => void calls.push('pause'),
      resume: () => void calls.push('resume'),
    },
  };
}

test('a page gets exactly the bytes, never the pool that they came from', () => {
  const stream = new TerminalStream();
  const { port, sent } = makePort();
  stream.attach(port);
  stream.push(Buffer.from('hi'));
  stream.flush();
  expect(sent.map((bytes) => [Buffer.from(bytes).toString(), bytes.buffer.byteLength])).toEqual([['hi', 2]]);
});

test('output before a page is there waits for it', () => {
  const stream = new TerminalStream();
  stream.push(Buffer.from('early '));
  stream.push(Buffer.from('words'));
  stream.flush();
  const { port, sent } = makePort();
  stream.attach(port);
  expect(Buffer.concat(sent).toString()).toBe('early words');
});

test('the source is paused above the high water and goes on below the low water', () => {
  const stream = new TerminalStream();
  const { port, sent, send } = makePort();
  const { source, calls } = makeSource();
  stream.setSource(source);
  stream.attach(port);
  stream.push(Buffer.alloc(terminalFlow.highWaterBytes + 1));
  stream.flush();
  expect(calls).toEqual(['pause']);
  const total = sent.reduce((sum, bytes) => sum + bytes.length, 0);
  send({ kind: 'ack', bytes: total - terminalFlow.lowWaterBytes });
  expect(calls).toEqual(['pause']);
  send({ kind: 'ack', bytes: 1 });
  expect(calls).toEqual(['pause', 'resume']);
});

test('keys without a program are dropped, nonsense is ignored, the size is remembered', () => {
  const stream = new TerminalStream();
  const { port, send } = makePort();
  stream.attach(port);
  send({ kind: 'input', text: 'rm -rf /\n' });
  send({ kind: 'shell', command: 'x' });
  send({ kind: 'resize', columns: 120, rows: 40 });
  send({ kind: 'resize', columns: -1, rows: 40 });
  const { source, calls } = makeSource();
  stream.setSource(source);
  expect(calls).toEqual([]);
  expect(stream.size).toEqual({ columns: 120, rows: 40 });
});

test('what the next program prints waits for the page that attaches anew', () => {
  const stream = new TerminalStream();
  const old = makePort();
  stream.setSource(makeSource().source);
  stream.attach(old.port);
  stream.setSource(null);
  stream.setSource(makeSource().source);
  stream.push(Buffer.from('message of the day'));
  stream.flush();
  expect(old.sent).toEqual([]);
  const next = makePort();
  stream.attach(next.port);
  expect(Buffer.concat(next.sent).toString()).toBe('message of the day');
});
