import { request } from 'node:https';

/** What a baseline must know to open a tunnel of its own. Plain data: it crosses to worker threads. */
export interface TunnelPlan {
  readonly host: string;
  readonly port: number;
  readonly ca: readonly string[];
  /** The form of the token exchange, ready to send. */
  readonly form: string;
}

/** One session of the data plane. */
export interface Exchanged {
  /** The path of its WebSocket. */
  readonly path: string;
  /** Deletes it. */
  readonly end: () => void;
}

function call(
  plan: TunnelPlan,
  method: 'POST' | 'DELETE',
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: plan.port,
      servername: plan.host,
      ca: [...plan.ca],
      method,
      path,
      headers: { host: plan.host, 'content-length': Buffer.byteLength(body), ...headers },
    };
    const asked = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200 || response.statusCode === 204) resolve(text);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Trades the token for a session. */
export async function exchange(plan: TunnelPlan): Promise<Exchanged> {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = JSON.parse(await call(plan, 'POST', '/api/tokens', form, plan.form)) as {
    readonly authToken: string;
    readonly websocketToken: string;
    readonly nodeId: string;
  };
  const node = encodeURIComponent(answer.nodeId);
  return {
    path: `/webtunnelv2/${answer.websocketToken}?X-Node-Id=${node}`,
    end() {
      const headers = { 'X-Node-Id': answer.nodeId };
      // One that is left over only takes room in the emulator.
      call(plan, 'DELETE', `/api/tokens/${answer.authToken}`, headers).catch(() => undefined);
    },
  };
}
