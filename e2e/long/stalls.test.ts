import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { TunnelEngine } from '../../src-main/tunnel/engine.ts';
import type { TunnelEvent, TunnelSpec } from '../../src-main/tunnel/tunnel-types.ts';
import { openPlainTunnel, plainEngine } from '../support/plain-engine.ts';
import { pattern, type ScriptedService, startScriptedService } from '../support/scripted-service.ts';
import { dial } from '../support/tunnel-lab.ts';

// What takes longer than a time limit of the engine because somebody does not read is not to be cut by it.

let service: ScriptedService;
let engine: TunnelEngine;
const events: TunnelEvent[] = [];
beforeAll(async () => {
  service = await startScriptedService();
  engine = plainEngine(service, (event) => void events.push(event));
});
afterEach(async () => {
  await engine.close('t');
  events.length = 0;
});
afterAll(async () => {
  await engine?.dispose();
  await service?.dispose();
});

const open = (change: Partial<TunnelSpec> = {}) =>
  openPlainTunnel(engine, { id: 't', localAddress: '127.70.9.8', ...change });

const errors = () =>
  events.filter((event) => event.kind === 'failed' || (event.kind === 'closed' && event.error !== null));
const largeBytes = 40_000_000;

test('a program that closes its half and reads nothing for twelve seconds still gets the whole answer', async () => {
  // 5 MB a second: what is left when the reader goes on takes longer than any time limit.
  const parts = Array.from({ length: 100 }, (_each, seed) => pattern(largeBytes / 100, seed));
  const begun = service.play({
    acts: parts.flatMap((part, seed) => [
      { kind: 'message', length: part.length, seed, fragments: 1 } as const,
      { kind: 'wait', ms: 80 } as const,
    ]),
    pieces: [200_000],
    end: { kind: 'hear-out', bytes: 7 },
  });
  const program = await dial(await open());
  program.socket.pause();
  program.socket.end('request');
  await begun;
  await delay(12_000);
  program.socket.resume();
  expect(await program.ended).toBe('end');
  expect(program.received.length).toBe(largeBytes);
  expect(program.received.equals(Buffer.concat(parts))).toBe(true);
  expect(errors()).toEqual([]);
});

test.each(['on', 'off'] as const)(
  'pings %s: what a program has sent before it closed its half arrives at a service that reads nothing for twelve seconds',
  async (pings) => {
    const sent = pattern(3_000_000, 5);
    const begun = service.play({
      acts: [
        { kind: 'message', length: 1, seed: 1, fragments: 1 },
        { kind: 'stall', ms: 12_000 },
      ],
      pieces: [200_000],
      end: { kind: 'hear-out', bytes: sent.length },
    });
    const program = await dial(await open({ pings }));
    await program.receive(1);
    program.socket.end(sent);
    const record = await begun;
    await delay(9_500);
    // The session is what the bytes hang on.
    expect(service.counts.deletes).toBeLessThan(service.counts.posts);
    await record.ended;
    const received = Buffer.concat(record.received);
    expect(received.length).toBe(sent.length);
    expect(received.equals(sent)).toBe(true);
    expect(await program.ended).toBe('end');
    expect(errors()).toEqual([]);
  },
);

test('a download whose reader stops for a hundred seconds is not taken for dead', async () => {
  const begun = service.play({
    acts: [{ kind: 'message', length: largeBytes, seed: 9, fragments: 1 }],
    pieces: [200_000],
    end: { kind: 'hear-out', bytes: 1 },
  });
  const program = await dial(await open());
  await begun;
  await program.receive(1);
  program.socket.pause();
  await delay(100_000);
  expect(errors()).toEqual([]);
  program.socket.resume();
  await program.receive(largeBytes);
  program.socket.write('x');
  expect(await program.ended).toBe('end');
  expect(program.received.equals(pattern(largeBytes, 9))).toBe(true);
  expect(errors()).toEqual([]);
});
