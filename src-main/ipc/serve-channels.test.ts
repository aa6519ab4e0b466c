import type { IpcMainInvokeEvent } from 'electron';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ok, type Result } from '../../shared/result.ts';
import { serveChannels } from './serve-channels.ts';

const channels = {
  'test:double': { input: z.object({ value: z.number() }), output: z.object({ doubled: z.number() }) },
} as const;

function serve(trusted: boolean, answer: (value: number) => unknown = (value) => ({ doubled: value * 2 })) {
  const served = new Map<string, (event: IpcMainInvokeEvent, input: unknown) => Promise<Result<unknown>>>();
  const lines: string[] = [];
  const write = (event: string) => lines.push(event);
  serveChannels(
    { handle: (name, handler) => void served.set(name, handler) },
    channels,
    { 'test:double': ({ value }) => ok(answer(value) as { doubled: number }) },
    () => trusted,
    { info: write, warn: write, error: write },
  );
  const call = (input: unknown) =>
    served.get('test:double')?.({ senderFrame: null } as IpcMainInvokeEvent, input);
  return { call, lines };
}

test('parses, runs and answers', async () => {
  expect(await serve(true).call({ value: 4 })).toEqual({ ok: true, value: { doubled: 8 } });
});

test('a sender that is not ours gets an error and is logged', async () => {
  const { call, lines } = serve(false);
  expect(await call({ value: 4 })).toMatchObject({ ok: false, error: { code: 'ipc-invalid-request' } });
  expect(lines).toEqual(['ipc-untrusted-sender']);
});

test.each([[null], ['x'], [{ value: '4' }], [{}]])('refuses the input %j', async (input) => {
  expect(await serve(true).call(input)).toMatchObject({ ok: false, error: { code: 'ipc-invalid-request' } });
});

test('an answer outside the contract does not leave main', async () => {
  const { call } = serve(true, () => ({ secret: 'x' }));
  const result = await call({ value: 1 });
  expect(result).toMatchObject({ ok: false, error: { code: 'unexpected' } });
});

test('what is asked before the handlers are there waits for them', async () => {
  let give: (handlers: { 'test:double': (input: { value: number }) => Result<{ doubled: number }> }) => void =
    () => undefined;
  const served = new Map<string, (event: IpcMainInvokeEvent, input: unknown) => Promise<Result<unknown>>>();
  const silent = () => undefined;
  serveChannels(
    { handle: (name, handler) => void served.set(name, handler) },
    channels,
    new Promise((resolve) => {
      give = resolve;
    }),
    () => true,
    { info: silent, warn: silent, error: silent },
  );
  const answer = served.get('test:double')?.({ senderFrame: null } as IpcMainInvokeEvent, { value: 2 });
  give({ 'test:double': ({ value }) => ok({ doubled: value * 2 }) });
  expect(await answer).toEqual({ ok: true, value: { doubled: 4 } });
});
