import { describe, expect, it } from 'vitest';
import { appError } from '../../shared/errors.ts';
import { initialState } from '../../shared/initial-state.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Patch, Snapshot } from '../../shared/state.ts';
import { catchUp, startMirror } from './mirror.ts';

const empty = initialState({ cloud: { name: 'Azure', custom: false }, platform: 'linux', version: '1' });

const snapshot = (sequence: number, version = '1'): Snapshot => ({ sequence, state: { ...empty, version } });
const patch = (sequence: number): Patch => ({
  sequence,
  values: { version: `v${String(sequence)}` },
  upserts: {},
  removals: {},
});

/** A main process whose answers are given by hand. */
function fakeMain() {
  const published: string[] = [];
  const failures: string[] = [];
  const asked: ((answer: Result<Snapshot>) => void)[] = [];
  let send: (patch: Patch) => void = () => undefined;
  const stop = startMirror(
    {
      load: () => new Promise((resolve) => asked.push(resolve)),
      subscribe: (listener) => {
        send = listener;
        return () => {
          send = () => undefined;
        };
      },
    },
    {
      publish: ({ sequence, state }) => published.push(`${String(sequence)} ${state.version}`),
      fail: (error) => failures.push(error.code),
    },
  );
  const answer = async (result: Result<Snapshot>) => {
    asked.shift()?.(result);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { published, failures, asked, send: (value: Patch) => send(value), answer, stop };
}

describe('catchUp', () => {
  it('skips what the snapshot already holds and applies the rest', () => {
    expect(catchUp(snapshot(4), [patch(3), patch(4), patch(5), patch(6)])?.state.version).toBe('v6');
  });

  it('gives up at a gap', () => {
    expect(catchUp(snapshot(4), [patch(5), patch(7)])).toBeNull();
  });
});

describe('startMirror', () => {
  it('publishes the snapshot and then every patch', async () => {
    const main = fakeMain();
    await main.answer(ok(snapshot(1)));
    main.send(patch(2));
    main.send(patch(3));
    expect(main.published).toEqual(['1 1', '2 v2', '3 v3']);
  });

  it('applies patches that came before the snapshot', async () => {
    const main = fakeMain();
    main.send(patch(2));
    await main.answer(ok(snapshot(1)));
    expect(main.published).toEqual(['2 v2']);
  });

  it('ignores a patch that the snapshot already holds', async () => {
    const main = fakeMain();
    await main.answer(ok(snapshot(5)));
    main.send(patch(5));
    expect(main.published).toEqual(['5 1']);
    expect(main.asked).toHaveLength(0);
  });

  it('asks for a new snapshot after a gap and loses nothing meanwhile', async () => {
    const main = fakeMain();
    await main.answer(ok(snapshot(1)));
    main.send(patch(4));
    main.send(patch(5));
    expect(main.asked).toHaveLength(1);
    await main.answer(ok(snapshot(4, 'fresh')));
    expect(main.published).toEqual(['1 1', '5 v5']);
  });

  it('asks again if the snapshot is older than what was missed', async () => {
    const main = fakeMain();
    main.send(patch(9));
    await main.answer(ok(snapshot(1)));
    expect(main.published).toEqual([]);
    expect(main.asked).toHaveLength(1);
    await main.answer(ok(snapshot(9)));
    expect(main.published).toEqual(['9 1']);
  });

  it('reports a refusal and recovers with the next patch', async () => {
    const main = fakeMain();
    await main.answer(err(appError('unexpected')));
    expect(main.failures).toEqual(['unexpected']);
    main.send(patch(3));
    await main.answer(ok(snapshot(3)));
    expect(main.published).toEqual(['3 1']);
  });

  it('is silent once it has been stopped', async () => {
    const main = fakeMain();
    main.stop();
    await main.answer(ok(snapshot(1)));
    main.send(patch(2));
    expect(main.published).toEqual([]);
  });
});
