import { randomBytes } from 'node:crypto';
import type { Emulator } from './index.ts';
import { type Call, type Handler, type Listener, listen, type Outcome, serve } from './net/http.ts';

/** The admin address: lets another process steer this emulator. */
export interface Admin {
  /** `http://127.0.0.1:P/{random}`: who knows it may do everything. */
  readonly url: string;
  dispose(): Promise<void>;
}

async function readJson(call: Call): Promise<Record<string, unknown>> {
  const text = await call.body();
  const json: unknown = text === '' ? {} : JSON.parse(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('The body must be an object.');
  return json as Record<string, unknown>;
}

function targetOf(emulator: Emulator, name: string): Record<string, unknown> {
  const isDesk = emulator.estate().targets.some((target) => target.name === name && target.kind === 'xrdp');
  if (isDesk) {
    const { port, logFile, sesmanLogFile, homes, certificateFingerprint } = emulator.targets.xrdp(name);
    return { kind: 'xrdp', port, logFile, sesmanLogFile, homes, certificateFingerprint };
  }
  const server = emulator.targets.sshd(name);
  return {
    kind: server.kind,
    port: server.port,
    logFile: server.logFile,
    homes: server.homes,
    hostKeyFingerprint: server.hostKeyFingerprint(),
    hostKeyLine: server.hostKeyLine(),
  };
}

async function act(emulator: Emulator, call: Call, path: string): Promise<unknown> {
  const rotate = /^\/targets\/([^/]+)\/rotate-host-key$/.exec(path)?.[1];
  const target = /^\/targets\/([^/]+)$/.exec(path)?.[1];
  const verb = `${call.method} ${path}`;
  if (call.method === 'POST' && rotate !== undefined) {
    await emulator.targets.sshd(decodeURIComponent(rotate)).rotateHostKey();
    return targetOf(emulator, decodeURIComponent(rotate));
  }
  if (call.method === 'GET' && target !== undefined) return targetOf(emulator, decodeURIComponent(target));
  switch (verb) {
    case 'GET /sessions':
      return emulator.sessions();
    case 'GET /stats':
      return emulator.stats();
    case 'GET /estate':
      return emulator.estate();
    case 'GET /cloud':
      return emulator.cloud;
    case 'POST /faults': {
      emulator.setFaults(await readJson(call));
      return {};
    }
    case 'DELETE /faults':
      emulator.clearFaults();
      return {};
    case 'POST /estate': {
      // Either `{ merge }` for the whole document, or `{ resource, set }` for one resource; both may be given.
      const { merge, resource, set } = await readJson(call);
      if (typeof resource === 'string') emulator.updateResource(resource, set as Record<string, unknown>);
      if (merge !== undefined) emulator.updateEstate(merge as Record<string, unknown>);
      return {};
    }
    case 'POST /refresh-tokens/revoke':
      emulator.revokeRefreshTokens();
      return {};
    default:
      return undefined;
  }
}

/** Opens the admin address on a free port of 127.0.0.1. */
export async function startAdmin(emulator: Emulator): Promise<Admin> {
  const secret = `/${randomBytes(24).toString('base64url')}`;
  const handler: Handler = async (call): Promise<Outcome> => {
    if (!call.url.pathname.startsWith(`${secret}/`)) return { status: 404, body: '' };
    try {
      const result = await act(emulator, call, call.url.pathname.slice(secret.length));
      return result === undefined ? { status: 404, body: '' } : { status: 200, body: result };
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  };
  const listener: Listener = await listen({ port: 0 }, serve(handler, 'http'));
  return { url: `http://127.0.0.1:${listener.port}${secret}`, dispose: () => listener.dispose() };
}
