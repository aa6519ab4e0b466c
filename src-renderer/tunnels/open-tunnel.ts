import type { AppError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';
import type { TunnelDraft } from '../../shared/tunnel.ts';
import { run } from '../state/actions.ts';
import { useMirror } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';

/** How an opening went: it listens, it could not be opened, or the user did not want to wait for it. */
export type Opening =
  | { readonly kind: 'listening' }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'cancelled' };

/** Waits until main reports that a tunnel listens, has failed, or is gone. */
function settled(id: string, signal: AbortSignal): Promise<Opening> {
  return new Promise((resolve) => {
    let wasSeen = false;
    const finish = (opening: Opening) => {
      stop();
      signal.removeEventListener('abort', onAbort);
      resolve(opening);
    };
    const onAbort = () => finish({ kind: 'cancelled' });
    const check = () => {
      const tunnel = useMirror.getState().snapshot?.state.tunnels[id];
      // The answer to the call may overtake the patch with the tunnel.
      if (tunnel === undefined && !wasSeen) return;
      wasSeen = true;
      if (tunnel === undefined || tunnel.state.kind === 'stopped') finish({ kind: 'cancelled' });
      else if (tunnel.state.kind === 'listening') finish({ kind: 'listening' });
      else if (tunnel.state.kind === 'failed') finish({ kind: 'failed', error: tunnel.state.error });
    };
    const stop = useMirror.subscribe(check);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else check();
  });
}

/** Opens a tunnel and waits for how that goes. One that does not listen in the end is taken off the list again. */
export async function openTunnel(draft: TunnelDraft, signal: AbortSignal): Promise<Opening> {
  const opened: Result<{ readonly id: string }> = await bridge().calls['tunnel:open'](draft);
  if (!opened.ok) return { kind: 'failed', error: opened.error };
  const { id } = opened.value;
  const opening = await settled(id, signal);
  if (opening.kind !== 'listening') await run(bridge().calls['tunnel:remove']({ id }));
  return opening;
}
