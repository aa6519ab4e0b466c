import { setTimeout as delay } from 'node:timers/promises';
import type { AppError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ConnectorAgent } from '../net/connector-agent.ts';
import { callHttp, type HttpAnswer } from '../net/https-request.ts';
import { BareConnection } from '../tunnel/bare-connection.ts';
import { messageOf, toReachError } from '../tunnel/bastion-errors.ts';
import { BufferPool } from '../tunnel/buffer-pool.ts';
import { FrameReader, opcodes } from '../tunnel/frame-reader.ts';
import { writeControl, writeMessages } from '../tunnel/frame-writer.ts';
import { resourceIdOf, type Wanted } from '../tunnel/token-exchange.ts';
import { makeUpgradeKey, readUpgradeAnswer, upgradeRequestText } from '../tunnel/upgrade.ts';
import type { CliServices } from './cli-services.ts';

const timeoutMs = 30_000;

/** The three fields of a session, or as many of them as came. */
export interface ProbeSession {
  readonly authToken: string;
  readonly nodeId: string;
  readonly websocketToken: string;
}

/** An exchange as it went, whatever it answered. */
export interface ProbeExchange {
  readonly status: number;
  readonly message: string;
  readonly headerNames: readonly string[];
  readonly session: ProbeSession | null;
  readonly durationMs: number;
}

/** What one WebSocket did. */
export interface ProbeSocket {
  /** Status of the upgrade; 0: no answer. */
  readonly status: number;
  /** Not a WebSocket after the 101. */
  isGarbled: boolean;
  closeCode: number | null;
  /** The connection ended; how long after the upgrade. */
  endedAfterMs: number | null;
  firstByteAfterMs: number | null;
  receivedBytes: number;
  servicePings: number;
  pongs: number;
  frameSizes: Set<number>;
  readonly send: (bytes: Buffer, messageBytes: number) => void;
  readonly sendFragmented: (bytes: Buffer) => void;
  readonly ping: () => void;
  /** Resolves when it has ended, or after the time. */
  readonly wait: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Talks to one Bastion step by step, where the engine would do all of it at once. */
export class ProbeClient {
  private readonly services: CliServices;
  private readonly host: string;
  private readonly isTwoStep: boolean;
  private readonly wanted: Wanted;
  private readonly agent: ConnectorAgent;
  private readonly pool = new BufferPool();
  private readonly sessions = new Set<ProbeSession>();

  constructor(services: CliServices, host: string, isTwoStep: boolean, wanted: Wanted) {
    this.services = services;
    this.host = host;
    this.isTwoStep = isTwoStep;
    this.wanted = wanted;
    const connector = Promise.resolve(services.connector);
    this.agent = new ConnectorAgent({ connector, unreachable: 'bastion-unreachable' });
  }

  /** Asks for a session; `change` replaces fields of the form. */
  async exchange(change: Readonly<Record<string, string>> = {}): Promise<Result<ProbeExchange>> {
    const token = await this.services.armToken({ kind: 'cached' });
    if (!token.ok) return token;
    const { target } = this.wanted;
    const form = new URLSearchParams({
      resourceId: resourceIdOf(this.wanted),
      protocol: 'tcptunnel',
      workloadHostPort: String(this.wanted.remotePort),
      aztoken: token.value,
      ...(target.kind === 'ip' ? { hostname: target.address } : {}),
      ...change,
    });
    const startMs = performance.now();
    const answer = await this.call('POST', '/api/tokens', form.toString());
    if (!answer.ok) return answer;
    const session = sessionOf(answer.value.body);
    if (session !== null) this.sessions.add(session);
    return ok({
      status: answer.value.status,
      message: answer.value.status === 200 ? '' : messageOf(answer.value.body),
      headerNames: Object.keys(answer.value.headers).toSorted(),
      session,
      durationMs: performance.now() - startMs,
    });
  }

  /** Ends a session; its status. */
  async end(session: ProbeSession): Promise<number> {
    this.sessions.delete(session);
    const path = `/api/tokens/${encodeURIComponent(session.authToken)}`;
    const answer = await this.call('DELETE', path, null, { 'x-node-id': session.nodeId });
    return answer.ok ? answer.value.status : 0;
  }

  /** Opens the WebSocket of a session. */
  async open(session: ProbeSession): Promise<Result<ProbeSocket>> {
    const { port } = this.services.dataPlane;
    const opened = await BareConnection.open(
      this.services.connector,
      this.pool,
      { host: this.host, port },
      { signal: AbortSignal.timeout(timeoutMs), timeoutMs },
    );
    if (!opened.ok) return opened;
    return ok(await this.upgrade(opened.value, session));
  }

  /** Ends every session that is left. */
  async dispose(): Promise<void> {
    for (const session of this.sessions) await this.end(session);
    this.agent.destroy();
  }

  private async call(
    method: 'POST' | 'DELETE',
    path: string,
    body: string | null,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Result<HttpAnswer>> {
    try {
      return ok(
        await callHttp({
          method,
          url: `https://${this.authority}${path}`,
          headers: {
            ...headers,
            ...(body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
          ...(body === null ? {} : { body }),
          timeoutMs,
          agent: this.agent,
        }),
      );
    } catch (error) {
      return err<HttpAnswer>(toReachError(error) satisfies AppError);
    }
  }

  private get authority(): string {
    const { port } = this.services.dataPlane;
    return port === 443 ? this.host : `${this.host}:${port}`;
  }

  private upgrade(bare: BareConnection, session: ProbeSession): Promise<ProbeSocket> {
    const key = makeUpgradeKey();
    const name = encodeURIComponent(session.websocketToken);
    const path = this.isTwoStep
      ? `/omni/webtunnel/${name}`
      : `/webtunnelv2/${name}?X-Node-Id=${encodeURIComponent(session.nodeId)}`;
    return new Promise((resolve) => {
      let head: Buffer | null = Buffer.alloc(0);
      let openedAtMs = performance.now();
      let ended: () => void = () => undefined;
      const end = new Promise<void>((done) => {
        ended = done;
      });
      const make = (status: number): ProbeSocket => ({
        status,
        isGarbled: false,
        closeCode: null,
        endedAfterMs: null,
        firstByteAfterMs: null,
        receivedBytes: 0,
        servicePings: 0,
        pongs: 0,
        frameSizes: new Set(),
        send: (bytes, messageBytes) => {
          writeMessages(bare.writer, bytes, 0, bytes.length, messageBytes);
          bare.writer.flush();
        },
        sendFragmented: (bytes) => bare.socket.write(fragments(bytes)),
        ping: () => {
          writeControl(bare.writer, opcodes.ping, Buffer.from('probe'));
          bare.writer.flush();
        },
        wait: (ms) => Promise.race([end, delay(ms)]).then(() => undefined),
        close: async () => {
          const code = Buffer.alloc(2);
          code.writeUInt16BE(1000);
          writeControl(bare.writer, opcodes.close, code);
          bare.writer.flush();
          await Promise.race([end, delay(3_000)]);
          bare.socket.destroy();
        },
      });
      let socket: ProbeSocket | null = null;
      const reader = new FrameReader({
        onData: (_buffer, start, until) => {
          if (socket === null) return;
          socket.firstByteAfterMs ??= performance.now() - openedAtMs;
          socket.receivedBytes += until - start;
          socket.frameSizes.add(until - start);
        },
        onControl: (opcode, payload) => {
          if (socket === null) return;
          if (opcode === opcodes.ping) {
            socket.servicePings++;
            writeControl(bare.writer, opcodes.pong, payload);
            bare.writer.flush();
          } else if (opcode === opcodes.pong) socket.pongs++;
          else {
            socket.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
            socket.endedAfterMs ??= performance.now() - openedAtMs;
            ended();
          }
        },
      });
      const feed = (buffer: Buffer, from: number, until: number) => {
        if (socket !== null && !socket.isGarbled && reader.feed(buffer, from, until) !== null)
          socket.isGarbled = true;
      };
      bare.attach({
        onWritten: () => undefined,
        onRead: (buffer, bytes) => {
          if (head === null) {
            feed(buffer, 0, bytes);
            return;
          }
          head = Buffer.concat([head, buffer.subarray(0, bytes)]);
          const answer = readUpgradeAnswer(head, key);
          if (answer.kind === 'incomplete') return;
          openedAtMs = performance.now();
          socket = make(Number(/^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, 20))?.[1] ?? 0));
          const rest = answer.kind === 'accepted' ? head.subarray(answer.bodyAt) : null;
          head = null;
          if (rest === null) bare.socket.destroy();
          else feed(rest, 0, rest.length);
          resolve(socket);
        },
        onEnd: () => {
          socket ??= make(0);
          socket.endedAfterMs ??= performance.now() - openedAtMs;
          ended();
          resolve(socket);
        },
      });
      bare.socket.write(upgradeRequestText({ authority: this.authority, path }, key));
    });
  }
}

/** One message in two frames, unmasked in effect: a key of zeros. The engine never sends such a thing. */
function fragments(bytes: Buffer): Buffer {
  const half = bytes.length >> 1;
  const frame = (first: number, part: Buffer) =>
    Buffer.concat([Buffer.from([first, 0x80 | part.length, 0, 0, 0, 0]), part]);
  return Buffer.concat([
    frame(opcodes.binary, bytes.subarray(0, half)),
    frame(0x80 | opcodes.continuation, bytes.subarray(half)),
  ]);
}

function sessionOf(body: string): ProbeSession | null {
  try {
    const { authToken, nodeId, websocketToken } = JSON.parse(body) as Record<string, unknown>;
    if (typeof authToken !== 'string' || typeof nodeId !== 'string' || typeof websocketToken !== 'string')
      return null;
    return { authToken, nodeId, websocketToken };
  } catch {
    return null; // an error page: the status says what it is
  }
}
