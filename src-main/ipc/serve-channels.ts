import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { appError } from '../../shared/errors.ts';
import type { Channel, Input, Output } from '../../shared/ipc.ts';
import { err, type Result } from '../../shared/result.ts';
import { describeError, type Log } from '../log/logger.ts';

/** One function a channel: parsed input in, a Result out. A throw is a bug and becomes `unexpected`. */
export type Handlers<C extends Record<string, Channel>> = {
  readonly [K in keyof C]: (input: Input<C, K>) => Promise<Result<Output<C, K>>> | Result<Output<C, K>>;
};

/**
 * Serves a set of channels to one window; what is asked before the handlers are there waits for them. For each call
 * sender and frame are checked, then the input is parsed, the handler runs,
 * and its answer is parsed again so that nothing leaves main that the contract does not name.
 */
export function serveChannels<C extends Record<string, Channel>>(
  ipcMain: Pick<IpcMain, 'handle'>,
  channels: C,
  handlers: Handlers<C> | Promise<Handlers<C>>,
  isTrusted: (event: IpcMainInvokeEvent) => boolean,
  log: Log,
): void {
  for (const [name, channel] of Object.entries(channels)) {
    ipcMain.handle(name, async (event, input: unknown): Promise<Result<unknown>> => {
      if (!isTrusted(event)) {
        log.error('ipc-untrusted-sender', { channel: name, url: event.senderFrame?.url });
        return err(appError('ipc-invalid-request', { detail: 'untrusted sender' }));
      }
      const parsed = channel.input.safeParse(input ?? null);
      if (!parsed.success) {
        const detail = parsed.error.issues
          .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
          .join('; ');
        log.warn('ipc-invalid-request', { channel: name, detail });
        return err(appError('ipc-invalid-request', { detail }));
      }
      try {
        const handler = (await handlers)[name] as (input: unknown) => Promise<Result<unknown>>;
        const result = await handler(parsed.data);
        return result.ok ? { ok: true, value: channel.output.parse(result.value) } : result;
      } catch (error) {
        log.error('unexpected', { channel: name, error: describeError(error) });
        return err(appError('unexpected', { detail: describeError(error) }));
      }
    });
  }
}
