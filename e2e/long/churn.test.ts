import { randomBytes, randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TunnelAddress } from '../../src-main/tunnel/tunnel-types.ts';
import { type LongLab, startLongLab } from './long-lab.ts';

const connections = Number(process.env['CHURN_CONNECTIONS'] ?? 10_000);
const atATime = 32;
/** Longer than a connection may take whose first attempt was a failure. */
const patienceMs = 30_000;

let lab: LongLab;
beforeAll(async () => {
  lab = await startLongLab({ targetPort: 9 });
});
afterAll(() => lab?.dispose());

type Outcome = 'right' | 'corrupted' | 'hung' | 'ended' | 'reset';

/** One short life: says something, hears it again, leaves; every second one by a reset. */
function live({ address, port }: TunnelAddress, isHard: boolean): Promise<Outcome> {
  return new Promise((resolve) => {
    const said = randomBytes(randomInt(1, 20 * 1024 + 1));
    const socket = connect({ host: address, port, noDelay: true });
    let heardBytes = 0;
    const finish = (outcome: Outcome) => {
      clearTimeout(timer);
      if (isHard) socket.resetAndDestroy();
      else socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish('hung'), patienceMs);
    socket.on('error', () => finish('reset'));
    socket.on('end', () => finish('ended'));
    socket.on('data', (chunk: Buffer) => {
      const isSame = said.subarray(heardBytes, heardBytes + chunk.length).equals(chunk);
      heardBytes += chunk.length;
      if (!isSame) finish('corrupted');
      else if (heardBytes === said.length) finish('right');
    });
    socket.write(said);
  });
}

test(`${connections} short connections, ${atATime} at a time: every one gets its own bytes, and nothing is left`, async () => {
  // A program that has closed only one direction, as far as can be seen, is given time: there are more than its share.
  const address = await lab.open({ maximumConnections: 4_096 });
  const outcomes: Record<Outcome, number> = { right: 0, corrupted: 0, hung: 0, ended: 0, reset: 0 };
  const before = await lab.engine.call('usage', null);
  const startMs = performance.now();
  let next = 0;
  const line = async () => {
    while (next < connections) outcomes[await live(address, next++ % 2 === 0)]++;
  };
  await Promise.all(Array.from({ length: atATime }, line));
  const seconds = (performance.now() - startMs) / 1000;
  await expect
    .poll(async () => (await lab.emulator.call('counts', null)).sessions, { timeout: 60_000 })
    .toBe(0);
  const [counts, tally, after] = await Promise.all([
    lab.emulator.call('counts', null),
    lab.engine.call('tally', null),
    lab.engine.call('usage', null),
  ]);
  console.log(
    `${connections} connections in ${seconds.toFixed(1)} s: ${JSON.stringify({ outcomes, counts, tally, before, after })}`,
  );
  expect(outcomes).toEqual({ right: connections, corrupted: 0, hung: 0, ended: 0, reset: 0 });
  expect(counts).toEqual({ posts: connections, upgrades: connections, deletes: connections, sessions: 0 });
  expect(tally).toMatchObject({ inOrder: connections, errors: {} });
  expect(tally.sentBytes).toBe(tally.receivedBytes);
  expect(after.files - before.files).toBeLessThan(32);
});
