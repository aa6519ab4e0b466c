import { networkInterfaces } from 'node:os';
import type { Session, SessionState } from '../../shared/session.ts';
import { mayRetry, retryDelaysMs, steadyMs } from './reconnect-plan.ts';

interface Needs {
  readonly isAutomatic: () => boolean;
  /** Changes what the window shows of a session. */
  readonly update: (id: string, change: (session: Session) => Session) => void;
  readonly connect: (id: string, attempt: number) => void;
  readonly isOnline?: () => boolean;
}

interface Tries {
  count: number;
  timer: NodeJS.Timeout | null;
  /** When the latest connection was made; null: it was not. */
  openSinceMs: number | null;
}

/** How often it is looked whether this computer is online again. */
const onlineCheckMs = 1000;

/** Gets lost sessions back by itself, where the user wants that: counts down, waits while offline, and gives up after some tries. */
export class Reconnector {
  private readonly needs: Needs;
  private readonly isOnline: () => boolean;
  private readonly tries = new Map<string, Tries>();

  constructor(needs: Needs) {
    this.needs = needs;
    this.isOnline = needs.isOnline ?? makeOnlineCheck();
  }

  /** Hears of every new state of a session. */
  follow(id: string, state: SessionState): void {
    const tries = this.tries.get(id);
    if (state.kind === 'connecting') return;
    if (state.kind === 'open') {
      if (tries !== undefined) tries.openSinceMs ??= Date.now();
      return;
    }
    if (tries?.timer !== undefined && tries.timer !== null) return;
    const wasSteady = state.kind === 'lost' && wasSteadyUntilNow(tries);
    const count = wasSteady ? 0 : (tries?.count ?? 0);
    const delayMs = retryDelaysMs[count];
    if (!mayRetry(state, count > 0) || delayMs === undefined || !this.needs.isAutomatic()) {
      this.tries.delete(id);
      return;
    }
    const next: Tries = { count, timer: null, openSinceMs: null };
    this.tries.set(id, next);
    this.countDown(id, next, delayMs);
  }

  /** A person connects, disconnects or closes: nothing happens by itself any more. */
  cancel(id: string): void {
    const tries = this.tries.get(id);
    if (tries === undefined) return;
    this.tries.delete(id);
    if (tries.timer === null) return;
    clearTimeout(tries.timer);
    this.show(id, null);
  }

  dispose(): void {
    for (const id of this.tries.keys()) this.cancel(id);
  }

  private countDown(id: string, tries: Tries, delayMs: number): void {
    const facts = { attempt: tries.count + 1, attempts: retryDelaysMs.length };
    this.show(id, { ...facts, atMs: Date.now() + delayMs });
    tries.timer = setTimeout(() => this.due(id, tries), delayMs);
  }

  private due(id: string, tries: Tries): void {
    if (!this.needs.isAutomatic()) {
      this.cancel(id);
      return;
    }
    if (!this.isOnline()) {
      this.show(id, { attempt: tries.count + 1, attempts: retryDelaysMs.length, atMs: null });
      tries.timer = setTimeout(() => this.due(id, tries), onlineCheckMs);
      return;
    }
    tries.timer = null;
    tries.count++;
    this.show(id, null);
    this.needs.connect(id, tries.count);
  }

  private show(id: string, retry: Session['retry']): void {
    this.needs.update(id, (session) => ({ ...session, retry }));
  }
}

function wasSteadyUntilNow(tries: Tries | undefined): boolean {
  return (
    tries?.openSinceMs !== undefined &&
    tries.openSinceMs !== null &&
    Date.now() - tries.openSinceMs >= steadyMs
  );
}

/**
 * Offline: every address that reached beyond this computer is gone. A computer that never had one, such as a container,
 * may still reach what it wants.
 */
function makeOnlineCheck(): () => boolean {
  let wasOnline = false;
  return () => {
    const isOnline = Object.values(networkInterfaces()).some((list) => list?.some((each) => !each.internal));
    wasOnline ||= isOnline;
    return isOnline || !wasOnline;
  };
}
