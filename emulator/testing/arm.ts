import { readFile } from 'node:fs/promises';
import type { CustomCloudDocument } from '../cloud.ts';
import { type Answer, fetchText, signIn } from './walk.ts';

/** Calls the resource manager as one user in one tenant. */
export interface ArmClient {
  readonly token: string;
  get(path: string): Promise<Answer>;
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Runs a Resource Graph query. */
  graph(query: string, more?: Readonly<Record<string, unknown>>): Promise<Answer>;
}

const apiVersion = '2024-07-01';

/** Signs in and gives a client. */
export async function armClient(
  cloud: CustomCloudDocument,
  upn: string,
  tenant = 'organizations',
): Promise<ArmClient> {
  const ca = await readFile(cloud.caFile, 'utf8');
  const { access_token: token = '' } = await signIn(cloud, upn, tenant);
  const send = (method: string, path: string, body?: unknown): Promise<Answer> => {
    const url = new URL(path, cloud.arm.endpoint);
    if (!url.searchParams.has('api-version')) url.searchParams.set('api-version', apiVersion);
    return fetchText(url.toString(), {
      method,
      ca,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  return {
    token,
    get: (path) => send('GET', path),
    send,
    graph: (query, more = {}) =>
      send('POST', '/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01', { query, ...more }),
  };
}
