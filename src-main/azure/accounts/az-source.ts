import { execFile } from 'node:child_process';
import type { CloudKey, SignInFlow, TokenPlace } from '../../../shared/account.ts';
import { type AppError, appError } from '../../../shared/errors.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { describeError } from '../../log/logger.ts';
import type { Cloud } from '../cloud.ts';
import type { AccountSource, SignInWish, SourceAccount, TokenAnswer, TokenWish } from './account-source.ts';
import { azCloudNames, readAzAccount, readAzToken, toAzError } from './az-answers.ts';
import { azCommand, findAz, isPlainArgument } from './az-command.ts';

interface Needs {
  readonly cloud: Cloud;
  /** The cloud's name among those that are known; null: the CLI's cloud is not compared. */
  readonly cloudKey: CloudKey | null;
  /** Whether the session is used without being asked for: false after a sign-out. */
  readonly isInUse: () => boolean;
  readonly setInUse: (isInUse: boolean) => Promise<void>;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs?: () => number;
}

type Ran = { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly error: AppError };

/** The CLI is a Python program, and renews tokens over the network. */
const timeoutMs = 60_000;
const mostOutputBytes = 4 * 1024 * 1024;
/** As MSAL does: a token that is about to expire is not handed out. */
const renewBeforeMs = 5 * 60_000;

/**
 * The session of the Azure CLI: whoever it is signed in as is the one account. It opens no browser and takes no claims;
 * where the CLI's session is not enough, the error names the command to run in a terminal.
 */
export class AzSource implements AccountSource {
  readonly place: TokenPlace = 'memory';
  private readonly needs: Needs;
  private readonly nowMs: () => number;
  private readonly tokens = new Map<string, { readonly token: string; readonly expiresAtMs: number }>();
  /** Ends the question that a click has started; questions for tokens go on. */
  private asking = new AbortController();

  constructor(needs: Needs) {
    this.needs = needs;
    this.nowMs = needs.nowMs ?? Date.now;
  }

  async list(): Promise<Result<readonly SourceAccount[]>> {
    if (!this.needs.isInUse()) return ok([]);
    const account = await this.who();
    return account.ok ? ok([account.value]) : account;
  }

  async signIn(_wish: SignInWish, onProgress: (flow: SignInFlow) => void): Promise<Result<SourceAccount>> {
    this.cancel();
    onProgress({ kind: 'az' });
    const account = await this.who(this.asking.signal);
    if (account.ok) {
      this.tokens.clear();
      await this.needs.setInUse(true);
    }
    return account;
  }

  cancel(): void {
    this.asking.abort();
    this.asking = new AbortController();
  }

  async forget(): Promise<Result<null>> {
    this.tokens.clear();
    await this.needs.setInUse(false);
    return ok(null);
  }

  async token(account: SourceAccount, tenantId: string, wish: TokenWish): Promise<TokenAnswer> {
    const scope = this.needs.cloud.arm.scope;
    const login = `az login --tenant ${tenantId} --scope ${scope}`;
    if (wish.claims !== null) {
      // The CLI gives the same token again until it is signed in anew.
      this.tokens.delete(tenantId);
      return { ok: false, error: appError('az-sign-in-needed', { detail: login }), claims: null };
    }
    const known = this.tokens.get(tenantId);
    if (!wish.isForced && known !== undefined && known.expiresAtMs - renewBeforeMs > this.nowMs())
      return { ok: true, ...known, isFresh: false };
    const [ran, who] = await Promise.all([
      this.run(
        ['account', 'get-access-token', '--tenant', tenantId, '--scope', scope, '--output', 'json'],
        login,
      ),
      this.who(),
    ]);
    if (!ran.ok) return { ok: false, error: ran.error, claims: null };
    if (!who.ok) return { ok: false, error: who.error, claims: null };
    // Somebody may have signed the CLI in as another one: that one's rights are not those that the window shows.
    if (who.value.id !== account.id) {
      const detail = `the Azure CLI is signed in as ${who.value.username} now`;
      return { ok: false, error: appError('az-sign-in-needed', { detail }), claims: null };
    }
    const read = readAzToken(ran.stdout);
    if (read === null)
      return { ok: false, error: appError('az-failed', { detail: 'no token in its answer' }), claims: null };
    this.tokens.set(tenantId, read);
    return { ok: true, ...read, isFresh: read.token !== known?.token };
  }

  private async who(signal?: AbortSignal): Promise<Result<SourceAccount>> {
    const ran = await this.run(['account', 'show', '--output', 'json'], 'az login', signal);
    if (!ran.ok) return ran;
    const account = readAzAccount(ran.stdout);
    if (account === null) return err(appError('az-failed', { detail: 'no account in its answer' }));
    const { cloudKey } = this.needs;
    if (cloudKey !== null && account.cloudName !== azCloudNames[cloudKey]) {
      const detail = `The CLI: ${account.cloudName}. Here: ${azCloudNames[cloudKey]}.`;
      return err(appError('az-other-cloud', { detail }));
    }
    const { username, homeTenantId } = account;
    return ok({ id: `az.${username}`, username, name: username, homeTenantId });
  }

  private async run(args: readonly string[], login: string, signal?: AbortSignal): Promise<Ran> {
    const { platform, env } = this.needs;
    const path = await findAz({ platform, env });
    if (path === null) return { ok: false, error: appError('az-not-found') };
    const odd = args.find((arg) => !isPlainArgument(arg));
    if (odd !== undefined)
      return { ok: false, error: appError('az-failed', { detail: `cannot be asked for ${odd}` }) };
    const command = azCommand(path, args, { platform, env });
    return new Promise((resolve) => {
      execFile(
        command.file,
        [...command.args],
        {
          env: { ...env, AZURE_CORE_NO_COLOR: 'true', AZURE_CORE_COLLECT_TELEMETRY: 'false' },
          windowsVerbatimArguments: command.isVerbatim,
          windowsHide: true,
          timeout: timeoutMs,
          maxBuffer: mostOutputBytes,
          ...(signal === undefined ? {} : { signal }),
        },
        (error, stdout, stderr) => {
          if (error === null) resolve({ ok: true, stdout });
          else if (signal?.aborted === true) resolve({ ok: false, error: appError('sign-in-cancelled') });
          else if (stderr.trim() !== '') resolve({ ok: false, error: toAzError(stderr, login) });
          else resolve({ ok: false, error: appError('az-failed', { detail: describeError(error) }) });
        },
      );
    });
  }
}
