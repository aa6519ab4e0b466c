import type { Agent } from 'node:https';
import type { CloudKey, Identity, IdentitySettings, Registration } from '../../../shared/account.ts';
import { appError } from '../../../shared/errors.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { describeError, type Log } from '../../log/logger.ts';
import type { Policy } from '../../policy/policy.ts';
import type { SecretBox } from '../../profiles/secret-box.ts';
import type { Cloud } from '../cloud.ts';
import type { AccountSource } from './account-source.ts';
import type { Accounts } from './accounts.ts';
import { AzSource } from './az-source.ts';
import { MsalSource } from './msal-source.ts';
import { TokenCache } from './token-cache.ts';
import { chooseTokenStore, removePlainTokens, type TokenStore } from './token-store.ts';

/** The public application id that Azure's developer tools sign in with. */
export const developerClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

interface Needs {
  readonly cloud: Cloud;
  /** The cloud's name among those that are known; null: a custom cloud. */
  readonly cloudKey: CloudKey | null;
  readonly cloudFrom: Identity['cloudFrom'];
  readonly policy: Policy;
  readonly dataFolder: string;
  readonly box: SecretBox;
  readonly agent: Agent;
  readonly openBrowser: (url: string) => Promise<void>;
  readonly accounts: Accounts;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: () => IdentitySettings;
  readonly saveSettings: (change: Partial<IdentitySettings>) => Promise<Result<null>>;
  readonly onIdentity: (identity: Identity) => void;
  readonly log: Log;
}

interface Decided {
  readonly registration: Registration | null;
  readonly from: Identity['registrationFrom'];
}

/** Decides whose application signs in to which cloud and where its tokens are kept, and gives the accounts their source. */
export class IdentityChoice {
  private readonly needs: Needs;
  private cache: TokenCache | null = null;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Takes up the accounts of the last run. */
  async start(): Promise<void> {
    const dropped = await this.dropPlainLeftovers();
    if (!dropped.ok) this.needs.log.error('plain-tokens-not-removed', { detail: dropped.error.detail });
    await this.apply();
  }

  /** The user's choice. Accounts of another application stay on disk until that one is chosen again. */
  async setRegistration(registration: Registration): Promise<Result<null>> {
    if (this.decide().from !== 'user') return err(appError('policy-pinned'));
    const { settings, saveSettings } = this.needs;
    const saved = await saveSettings({
      registrations: { ...settings().registrations, [this.registrationKey]: registration },
      usesAzSession: true,
    });
    if (!saved.ok) return saved;
    await this.apply();
    return ok(null);
  }

  /** The cloud of the next start: tokens, machines and endpoints of two clouds must never meet in one run. */
  async setCloud(cloud: CloudKey): Promise<Result<null>> {
    if (this.needs.cloudFrom === 'policy') return err(appError('policy-pinned'));
    const saved = await this.needs.saveSettings({ cloud });
    if (saved.ok) this.report();
    return saved;
  }

  /** Keeps tokens in a file that is not encrypted, or deletes that file; the tokens of this run stay usable. */
  async setPlainCache(isOn: boolean): Promise<Result<null>> {
    if (isOn && !this.mayKeepPlain) return err(appError('policy-pinned'));
    const saved = await this.needs.saveSettings({ keepsPlainTokens: isOn });
    if (!saved.ok) return saved;
    const { registration } = this.decide();
    const moved =
      this.cache === null || registration === null
        ? ok(null)
        : await this.cache.moveTo(this.storeFor(registration));
    const dropped = await this.dropPlainLeftovers();
    this.report();
    this.needs.accounts.report();
    return moved.ok ? dropped : moved;
  }

  /** Remembers whom the user wants to be used in a directory. */
  async chooseForTenant(tenantId: string, accountId: string): Promise<Result<null>> {
    const { accounts, settings, saveSettings } = this.needs;
    if (!accounts.list().some((account) => account.id === accountId))
      return err(appError('account-not-found'));
    const serving = { ...settings().serving, [tenantId]: accountId };
    const saved = await saveSettings({ serving });
    if (saved.ok) accounts.setChoices(serving);
    return saved;
  }

  /** Whether a file that is not encrypted is the user's to choose: only where there is no keyring. */
  get mayKeepPlain(): boolean {
    return this.needs.box.kind === 'memory' && this.needs.policy.allowUnencryptedTokens !== false;
  }

  private async apply(): Promise<void> {
    const { registration } = this.decide();
    this.report();
    await this.needs.accounts.use(registration === null ? null : this.sourceFor(registration));
  }

  private decide(): Decided {
    const { policy, cloud, settings } = this.needs;
    if (policy.registration !== undefined) return { registration: policy.registration, from: 'policy' };
    if (cloud.clientId !== undefined) {
      return {
        registration: { kind: 'own', clientId: cloud.clientId, tenant: null },
        from: 'cloud-document',
      };
    }
    return { registration: settings().registrations[this.registrationKey] ?? null, from: 'user' };
  }

  private get registrationKey(): string {
    return this.needs.cloudKey ?? `custom ${new URL(this.needs.cloud.authority).host}`;
  }

  private storeFor(registration: Registration): TokenStore {
    if (registration.kind === 'az') return { kind: 'memory' };
    const { dataFolder, cloud, box, settings } = this.needs;
    return chooseTokenStore({
      dataFolder,
      authority: cloud.authority,
      clientId: clientIdOf(registration),
      box,
      keepsPlain: this.mayKeepPlain && settings().keepsPlainTokens,
    });
  }

  private sourceFor(registration: Registration): AccountSource {
    const { cloud, cloudKey, agent, openBrowser, settings, saveSettings, platform, env, log } = this.needs;
    if (registration.kind === 'az') {
      this.cache = null;
      return new AzSource({
        cloud,
        cloudKey,
        isInUse: () => settings().usesAzSession,
        setInUse: async (usesAzSession) => {
          await saveSettings({ usesAzSession });
        },
        platform,
        env,
      });
    }
    this.cache = new TokenCache(this.storeFor(registration), log);
    return new MsalSource({
      cloud,
      clientId: clientIdOf(registration),
      tenantId: registration.kind === 'own' ? registration.tenant : null,
      agent,
      cache: this.cache,
      openBrowser,
      log,
    });
  }

  /** A file that is not encrypted never outlives the wish for it, or the day on which a keyring is found. */
  private async dropPlainLeftovers(): Promise<Result<null>> {
    if (this.mayKeepPlain && this.needs.settings().keepsPlainTokens) return ok(null);
    try {
      await removePlainTokens(this.needs.dataFolder);
      return ok(null);
    } catch (error) {
      return err(appError('save-failed', { detail: describeError(error) }));
    }
  }

  private report(): void {
    const { cloud, cloudKey, cloudFrom, policy, settings, onIdentity } = this.needs;
    const { registration, from } = this.decide();
    onIdentity({
      registration,
      registrationFrom: from,
      clientId: registration === null ? '' : clientIdOf(registration),
      authority: cloud.authority,
      cloudFrom,
      nextCloud: cloudFrom === 'user' ? settings().cloud : (cloudKey ?? settings().cloud),
      tokenPlace:
        registration === null ? this.storeFor({ kind: 'developer' }).kind : this.storeFor(registration).kind,
      mayKeepPlain: this.mayKeepPlain,
      plainFrom: policy.allowUnencryptedTokens === undefined ? 'user' : 'policy',
    });
  }
}

function clientIdOf(registration: Registration): string {
  switch (registration.kind) {
    case 'own':
      return registration.clientId;
    case 'developer':
      return developerClientId;
    case 'az':
      return '';
  }
}
