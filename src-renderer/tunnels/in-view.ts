import { reportError } from '../state/actions.ts';
import { useMirror } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { type TabsState, vmTabId } from '../state/tabs.ts';
import { useUi } from '../state/ui-store.ts';

/** A machine counts as looked at when its page has stayed for so long: not while the arrow keys run through the tree. */
const enterMs = 300;
/** And for so long after it was left: the connection that a click begins still uses what stands ready. */
const leaveMs = 5_000;

/** The machine whose page is on screen in a window that is used; null: none. */
export function vmInView(
  { tabs, activeId }: TabsState,
  vms: Readonly<Record<string, unknown>>,
  isWatched: boolean,
): string | null {
  if (!isWatched || activeId !== vmTabId) return null;
  const tab = tabs.find((open) => open.kind === 'vm');
  return tab !== undefined && Object.hasOwn(vms, tab.vmId) ? tab.vmId : null;
}

/** What a follower needs: how to tell, and the clock. */
interface FollowerNeeds {
  readonly tell: (vmId: string | null) => void;
  readonly setTimer: (run: () => void, ms: number) => unknown;
  readonly clearTimer: (timer: unknown) => void;
}

/** Tells of another machine in view when that has settled, and of none only after a while. Tells nothing twice. */
export function makeFollower({ tell, setTimer, clearTimer }: FollowerNeeds): (vmId: string | null) => void {
  let told: string | null = null;
  let wanted: string | null = null;
  let timer: unknown = null;
  return (vmId) => {
    if (vmId === wanted) return;
    wanted = vmId;
    if (timer !== null) clearTimer(timer);
    timer = null;
    if (vmId === told) return;
    timer = setTimer(
      () => {
        timer = null;
        told = vmId;
        tell(vmId);
      },
      vmId === null ? leaveMs : enterMs,
    );
  };
}

function isWatchedNow(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

/** Tells main which machine is in view, so that its Bastion is made ready. Returns the function that ends it. */
export function connectInView(): () => void {
  const follow = makeFollower({
    tell: (vmId) => {
      void bridge()
        .calls['tunnel:in-view']({ vmId })
        .then((result) => {
          if (!result.ok) reportError(result.error);
        });
    },
    setTimer: (run, ms) => window.setTimeout(run, ms),
    clearTimer: (timer) => window.clearTimeout(timer as number),
  });
  const check = () => {
    const vms = useMirror.getState().snapshot?.state.vms ?? {};
    follow(vmInView(useUi.getState(), vms, isWatchedNow()));
  };
  const stops = [useUi.subscribe(check), useMirror.subscribe(check)];
  const events = ['focus', 'blur'] as const;
  for (const event of events) window.addEventListener(event, check);
  document.addEventListener('visibilitychange', check);
  return () => {
    for (const stop of stops) stop();
    for (const event of events) window.removeEventListener(event, check);
    document.removeEventListener('visibilitychange', check);
  };
}
