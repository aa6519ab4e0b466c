import type { AppError } from '../../shared/errors.ts';
import { useMirror } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';

/** How long the window waits for main to report a machine that it has just found. */
const reportWithinMs = 2_000;

/** Resolves when the mirror has the machine, or after a while without it. */
function whenKnown(vmId: string): Promise<void> {
  const isKnown = () => useMirror.getState().snapshot?.state.vms[vmId] !== undefined;
  if (isKnown()) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(finish, reportWithinMs);
    const stop = useMirror.subscribe(() => {
      if (isKnown()) finish();
    });
  });
}

/** Asks Azure for a machine that no list shows. Returns its id, or why it was not found. */
export async function lookUpMachine(text: string): Promise<{ readonly id: string } | AppError> {
  const result = await bridge().calls['inventory:find']({ text });
  if (!result.ok) return result.error;
  await whenKnown(result.value.id);
  return result.value;
}
