import { request } from 'node:https';

/** What a baseline must know to open a tunnel of its own. Plain data: it crosses to worker threads. */
export interface TunnelPlan {
  readonly host: string;
  readonly port: number;
  readonly ca: readonly string[];
  /** The form of the token exchange, ready to send. */
  readonly form: string;
}

/** The path of a WebSocket, from one token exchange. */
export function exchangePath(plan: TunnelPlan): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: plan.port,
        servername: plan.host,
        ca: [...plan.ca],
        method: 'POST',
        path: '/api/tokens',
        headers: {
          host: plan.host,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(plan.form),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode !== 200) {
            reject(new Error(`token exchange: ${response.statusCode} ${text}`));
            return;
          }
          const answer = JSON.parse(text) as { readonly websocketToken: string; readonly nodeId: string };
          const node = encodeURIComponent(answer.nodeId);
          resolve(`/webtunnelv2/${answer.websocketToken}?X-Node-Id=${node}`);
        });
      },
    );
    call.on('error', reject);
    call.end(plan.form);
  });
}
