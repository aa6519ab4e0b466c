import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TunnelEngine } from '../../src-main/tunnel/engine.ts';
import { type TunnelAddress, type TunnelEvent, usualOptions } from '../../src-main/tunnel/tunnel-types.ts';
import { openPlainTunnel, plainEngine } from '../support/plain-engine.ts';
import {
  pattern,
  type ScriptedService,
  type ServiceAct,
  type ServiceScript,
  startScriptedService,
} from '../support/scripted-service.ts';
import { dial, type LocalProgram } from '../support/tunnel-lab.ts';

// Whatever the two sides do, and however the bytes are cut: what arrives is what was sent, in order, both ways; a stream that
// was cut is never taken for a whole one; and without a cut there is no error.

let service: ScriptedService;
let engine: TunnelEngine;
let address: TunnelAddress;
const events: TunnelEvent[] = [];

beforeAll(async () => {
  service = await startScriptedService();
  engine = plainEngine(service, (event) => void events.push(event));
  address = await openPlainTunnel(engine, { id: 'p', localAddress: '127.70.9.9' });
});
afterAll(async () => {
  await engine?.dispose();
  await service?.dispose();
});

const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 300 }) },
  { weight: 3, arbitrary: fc.constantFrom(1, 125, 126, 4095, 4096, 4097, 8192, 65_535, 65_536, 70_000) },
  { weight: 1, arbitrary: fc.integer({ min: 100_000, max: 900_000 }) },
);

const serviceAct: fc.Arbitrary<ServiceAct> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('message' as const),
      length: size,
      seed: fc.nat(255),
      fragments: fc.constantFrom(1, 1, 1, 2, 5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ping' as const), bytes: fc.nat(125) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'stray-pong' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'empty' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: fc.nat(30) }) },
);

type LocalAct =
  | { readonly kind: 'write'; readonly length: number; readonly seed: number }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Reads nothing for a while. */
  | { readonly kind: 'stall'; readonly ms: number };

const localAct: fc.Arbitrary<LocalAct> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      length: size,
      seed: fc.nat(255),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: fc.nat(30) }) },
);

const acts = fc.record({
  service: fc.array(serviceAct, { maxLength: 8 }),
  local: fc.array(localAct, { maxLength: 8 }),
  pieces: fc.array(fc.constantFrom(1, 2, 3, 7, 100, 1_000, 5_000, 20_000, 200_000), {
    minLength: 1,
    maxLength: 4,
  }),
});

const sentBy = (list: readonly ServiceAct[]): Buffer =>
  Buffer.concat(list.flatMap((act) => (act.kind === 'message' ? [pattern(act.length, act.seed)] : [])));
const writtenBy = (list: readonly LocalAct[]): Buffer =>
  Buffer.concat(list.flatMap((act) => (act.kind === 'write' ? [pattern(act.length, act.seed)] : [])));

/** One-byte pieces of a large stream would take minutes; they are tried on small ones. */
const reasonable = (pieces: readonly number[], bytes: number): readonly number[] =>
  bytes > 20_000 ? pieces.map((each) => Math.max(each, 1_000)) : pieces;

async function act(program: LocalProgram, list: readonly LocalAct[]): Promise<void> {
  for (const each of list) {
    if (each.kind === 'wait') await delay(each.ms);
    else if (each.kind === 'stall') {
      program.socket.pause();
      await delay(each.ms);
      program.socket.resume();
    } else program.socket.write(pattern(each.length, each.seed));
  }
}

async function play(script: ServiceScript, local: readonly LocalAct[]) {
  events.length = 0;
  const begun = service.play(script);
  const program = await dial(address);
  const record = await begun;
  await act(program, local);
  return { program, record };
}

const errors = () =>
  events.filter((event) => event.kind === 'failed' || (event.kind === 'closed' && event.error !== null));

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 60) };
const limitMs = Math.max(120_000, runs.numRuns * 1_000);

test(
  'exactly the bytes, in order, both ways, and no error, whatever the interleaving',
  async () => {
    await fc.assert(
      fc.asyncProperty(acts, async ({ service: ours, local, pieces }) => {
        const down = sentBy(ours);
        const up = writtenBy(local);
        const { program, record } = await play(
          {
            acts: ours,
            pieces: reasonable(pieces, down.length),
            end: { kind: 'hear-out', bytes: up.length },
          },
          local,
        );
        expect(await program.ended).toBe('end');
        await record.ended;
        expect(program.received.equals(down)).toBe(true);
        expect(Buffer.concat(record.received).equals(up)).toBe(true);
        expect(record.fault).toBeNull();
        expect(record.largestMessage).toBeLessThanOrEqual(usualOptions.messageBytes);
        expect(errors()).toEqual([]);
        program.close();
      }),
      runs,
    );
  },
  limitMs,
);

test.each(['reset', 'vanish'] as const)(
  'a stream that ends by %s is never taken for a whole one',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(acts, async ({ service: ours, local, pieces }) => {
        const down = sentBy(ours);
        const up = writtenBy(local);
        const { program, record } = await play(
          { acts: ours, pieces: reasonable(pieces, down.length), end: { kind } },
          local,
        );
        expect(await program.ended).toBe('reset');
        await record.ended;
        const { received } = program;
        expect(received.equals(down.subarray(0, received.length))).toBe(true);
        const heard = Buffer.concat(record.received);
        expect(heard.equals(up.subarray(0, heard.length))).toBe(true);
        program.close();
      }),
      { numRuns: Math.ceil(runs.numRuns / 3) },
    );
  },
  limitMs,
);

test(
  'a program that leaves in mid-stream harms nobody: what the service heard is a true beginning',
  async () => {
    await fc.assert(
      fc.asyncProperty(acts, fc.boolean(), async ({ service: ours, local, pieces }, isHard) => {
        const up = writtenBy(local);
        const { program, record } = await play(
          {
            acts: ours,
            pieces: reasonable(pieces, sentBy(ours).length),
            end: { kind: 'hear-out', bytes: isHard ? up.length + 1 : up.length },
          },
          local,
        );
        if (isHard) program.close();
        else program.socket.end();
        await record.ended;
        const heard = Buffer.concat(record.received);
        expect(record.fault).toBeNull();
        if (isHard) expect(heard.equals(up.subarray(0, heard.length))).toBe(true);
        else expect(heard.equals(up)).toBe(true);
        program.close();
      }),
      { numRuns: Math.ceil(runs.numRuns / 3) },
    );
  },
  limitMs,
);

test('as many DELETEs as POSTs', async () => {
  await expect.poll(() => service.counts.posts - service.counts.deletes, { timeout: 9_000 }).toBe(0);
  expect(service.counts.posts).toBeGreaterThan(50);
});
