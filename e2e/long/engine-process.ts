/** The engine as the app runs it, in a worker thread, in a process whose memory is nobody else's. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { answerCalls } from '../../bench/lib/rpc.ts';
import { loadCloud } from '../../src-main/azure/load-cloud.ts';
import { ServicePrincipal } from '../../src-main/cli/service-principal.ts';
import { ConnectorAgent } from '../../src-main/net/connector-agent.ts';
import { makeLookup } from '../../src-main/net/lookup.ts';
import { SecureConnector } from '../../src-main/net/secure-connector.ts';
import { EngineClient } from '../../src-main/tunnel/engine-client.ts';
import { type TunnelAddress, type TunnelSpec } from '../../src-main/tunnel/tunnel-types.ts';

const worker = join(import.meta.dirname, '../../src-main/tunnel/worker.ts');
const robot = {
  clientId: 'c2c2c2c2-6b3a-4f1d-9e55-0d1e2f3a4b5c',
  clientSecret: 'not-a-real-secret-night-shift',
};

/** What the engine has told about ended connections. */
interface Tally {
  inOrder: number;
  sentBytes: number;
  receivedBytes: number;
  /** Every error, and how often. */
  readonly errors: Record<string, number>;
}

const tally: Tally = { inOrder: 0, sentBytes: 0, receivedBytes: 0, errors: {} };
let engine: EngineClient | undefined;

function count(error: { readonly code: string; readonly detail?: string | undefined }): void {
  const name = `${error.code}: ${error.detail ?? ''}`;
  tally.errors[name] = (tally.errors[name] ?? 0) + 1;
}

const calls = {
  async start({ cloudFile, tenantId }: { cloudFile: string; tenantId: string }): Promise<null> {
    const loaded = await loadCloud(cloudFile);
    if (!loaded.ok) throw new Error(loaded.error.detail);
    const { cloud, ca } = loaded.value;
    const direct = () => Promise.resolve([{ kind: 'direct' } as const]);
    const connector = new SecureConnector({ ca, lookup: makeLookup({}), resolveProxy: direct });
    const agent = new ConnectorAgent({
      connector: Promise.resolve(connector),
      unreachable: 'authority-unreachable',
    });
    const principal = new ServicePrincipal(cloud, { tenantId, ...robot }, agent);
    const say = (event: string) => process.stderr.write(`${event}\n`);
    engine = new EngineClient({
      workerPath: worker,
      dataPlane: { port: cloud.dataPlane?.port ?? 0, hosts: cloud.dataPlane?.hosts ?? {}, ca },
      armToken: (_tenantId, renewal) => principal.token(renewal),
      resolveProxy: direct,
      log: { info: () => undefined, warn: say, error: say },
    });
    return null;
  },
  async open(spec: TunnelSpec): Promise<TunnelAddress> {
    if (engine === undefined) throw new Error('the engine has not been started');
    const opened = await engine.open(spec, (event) => {
      if (event.kind === 'failed') count(event.error);
      if (event.kind !== 'closed') return;
      if (event.error === null) tally.inOrder++;
      else count(event.error);
      tally.sentBytes += event.sentBytes;
      tally.receivedBytes += event.receivedBytes;
    });
    if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail ?? ''}`);
    return opened.value;
  },
  tally: (_params: null): Tally => tally,
  /** Memory of the process with all its threads, and its open files. */
  usage: (_params: null) => ({
    rssBytes: process.memoryUsage.rss(),
    files: readdirSync('/proc/self/fd').length,
  }),
  async stop(_params: null): Promise<null> {
    await engine?.dispose();
    return null;
  },
};

/** What this process answers. */
export type EngineCalls = typeof calls;

answerCalls(Number(process.env['LONG_HUB']), 'engine', calls);
