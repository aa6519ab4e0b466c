import type { Result } from '../../shared/result.ts';
import type { TokenRenewal } from './tunnel-types.ts';

type Ask = (tenantId: string, renewal: TokenRenewal) => Promise<Result<string>>;

/** How long a token is used again without asking whoever keeps it, who renews it when it is about to expire. */
const shelfMs = 20_000;

interface Shelved {
  readonly token: Promise<Result<string>>;
  readonly atMs: number;
}

/**
 * Tokens for Azure, for connections that follow one another: a crowd asks once, and the connection after a warm-up asks nobody.
 * A token that was refused is never taken from here.
 */
export class TokenShelf {
  private readonly ask: Ask;
  private readonly nowMs: () => number;
  private readonly shelved = new Map<string, Shelved>();

  constructor(ask: Ask, nowMs: () => number = () => performance.now()) {
    this.ask = ask;
    this.nowMs = nowMs;
  }

  get(tenantId: string, renewal: TokenRenewal): Promise<Result<string>> {
    const found = this.shelved.get(tenantId);
    if (renewal.kind === 'cached' && found !== undefined && this.nowMs() - found.atMs < shelfMs)
      return found.token;
    const token = this.ask(tenantId, renewal);
    const entry = { token, atMs: this.nowMs() };
    this.shelved.set(tenantId, entry);
    const forget = () => {
      if (this.shelved.get(tenantId) === entry) this.shelved.delete(tenantId);
    };
    token.then((result) => {
      if (!result.ok) forget();
    }, forget);
    return token;
  }

  /** After a sign-out, or a change of whoever is signed in. */
  clear(): void {
    this.shelved.clear();
  }
}
