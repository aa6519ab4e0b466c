import { join } from 'node:path';
import { type AppError, type ErrorCode } from '../../shared/errors.ts';
import type { NetworkSettings } from '../../shared/network.ts';
import type { SecretBox } from '../profiles/secret-box.ts';
import { drop, type Log } from '../log/logger.ts';
import { ConnectorAgent } from './connector-agent.ts';
import { makeLookup } from './lookup.ts';
import type { ResolveProxy } from './proxy.ts';
import { ProxySignIns } from './proxy-sign-ins.ts';
import { makeResolveProxy } from './resolve-proxy.ts';
import { SecureConnector } from './secure-connector.ts';
import { loadTrust } from './trust.ts';

interface Needs {
  readonly settings: () => NetworkSettings;
  /** What the operating system says of a URL, in the words of a proxy script; null where nobody can ask it. */
  readonly systemProxy: ((url: string) => Promise<string>) | null;
  /** Certificates that replace every other list, as a custom cloud names them; null: the usual lists. */
  readonly ca: readonly string[] | null;
  /** Addresses of our own for names. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly dataFolder: string;
  readonly secretBox: SecretBox;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onCaFileProblem: (problem: AppError) => void;
  readonly log: Log;
}

/** The way to the outside: one list of trusted authorities and one way to choose proxies, for everything that is sent. */
export class Network {
  readonly resolveProxy: ResolveProxy;
  readonly proxySignIns: ProxySignIns;
  private readonly needs: Needs;
  private readonly connector: Promise<SecureConnector>;
  private readonly agents: ConnectorAgent[] = [];
  private readonly followers: (() => void)[] = [];
  private trusted: readonly string[] | null;

  /** Begins to read certificates and sign-ins; what is sent before waits for them. */
  constructor(needs: Needs) {
    this.needs = needs;
    this.trusted = needs.ca;
    this.proxySignIns = new ProxySignIns(
      join(needs.dataFolder, 'proxy-sign-ins.bin'),
      needs.secretBox,
      needs.log,
    );
    this.resolveProxy = makeResolveProxy({
      setting: () => needs.settings().proxy,
      system: needs.systemProxy,
      env: needs.env,
      hosts: needs.hosts,
      credentialsOf: (host, port) => this.proxySignIns.get(host, port),
      log: needs.log,
    });
    this.connector = this.prepare();
  }

  /**
   * Whom to trust. Before the lists have been read, those of Node itself: no Bastion is known before Azure has been asked,
   * and that waits for them.
   */
  get ca(): readonly string[] | null {
    return this.trusted;
  }

  /** An agent whose failures to connect have this code. */
  agent(unreachable: ErrorCode): ConnectorAgent {
    const agent = new ConnectorAgent({ connector: this.connector, unreachable });
    this.agents.push(agent);
    return agent;
  }

  /** After a change of the proxy: connections that were kept for later calls lead by the old one. */
  forgetConnections(): void {
    for (const agent of this.agents) agent.forgetIdle();
    for (const follow of this.followers) follow();
  }

  /** Calls back when others must let go of kept connections, too. */
  onForget(follow: () => void): void {
    this.followers.push(follow);
  }

  /** Ends what is under way and every kept connection. */
  dispose(): void {
    for (const agent of this.agents) agent.destroy();
    drop(
      this.needs.log,
      'network',
      this.connector.then((connector) => connector.dispose()),
    );
  }

  private async prepare(): Promise<SecureConnector> {
    const { needs } = this;
    const [, trust] = await Promise.all([
      this.proxySignIns.load(),
      needs.ca === null ? loadTrust({ ...needs, caFile: needs.settings().caFile }) : null,
    ]);
    if (trust !== null) {
      this.trusted = trust.ca;
      if (trust.problem !== null) needs.onCaFileProblem(trust.problem);
    }
    return new SecureConnector({
      ca: this.trusted,
      lookup: makeLookup(needs.hosts),
      resolveProxy: this.resolveProxy,
    });
  }
}
