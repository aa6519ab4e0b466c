import { expect, test } from 'vitest';
import { type ProxySetting, proxyUrlSchema } from '../../shared/network.ts';
import { isLoopback } from './loopback.ts';
import type { Proxy } from './proxy.ts';
import { makeResolveProxy } from './resolve-proxy.ts';

const direct: Proxy = { kind: 'direct' };
const http = (host: string, port: number, credentials: { user: string; password: string } | null = null) =>
  ({ kind: 'http', host, port, isTls: false, credentials }) as const;

const ada = { user: 'ada', password: 'p' };
const target = 'https://bst.azure.example/';
const manual = (bypass = ''): ProxySetting => ({ kind: 'manual', url: 'http://manual.example:1', bypass });

function resolver(
  setting: ProxySetting,
  system: string | Error | null,
  env: Record<string, string> = {},
  warnings: string[] = [],
) {
  return makeResolveProxy({
    setting: () => setting,
    system:
      system === null
        ? null
        : () => (system instanceof Error ? Promise.reject(system) : Promise.resolve(system)),
    env,
    hosts: { 'Mapped.example': '127.0.0.1', 'far.example': '10.0.0.1' },
    credentialsOf: (host, port) => (host === 'known.example' && port === 7 ? ada : null),
    log: { info: () => undefined, warn: (event) => warnings.push(event), error: () => undefined },
  });
}

const env = { HTTPS_PROXY: 'env.example:2' };

test.each<[string, ProxySetting, string | null, Record<string, string>, string, readonly Proxy[]]>([
  [
    'the system is asked first',
    { kind: 'system' },
    'PROXY sys.example:3; DIRECT',
    env,
    target,
    [http('sys.example', 3), direct],
  ],
  [
    'the environment where the system knows none',
    { kind: 'system' },
    'DIRECT',
    env,
    target,
    [http('env.example', 2)],
  ],
  ['the environment where nobody can ask', { kind: 'system' }, null, env, target, [http('env.example', 2)]],
  ['nothing at all', { kind: 'system' }, 'DIRECT', {}, target, [direct]],
  ['none means none', { kind: 'none' }, 'PROXY sys.example:3', env, target, [direct]],
  ['one set by hand wins', manual(), 'PROXY sys.example:3', env, target, [http('manual.example', 1)]],
  ['its bypass list', manual('azure.example'), null, env, target, [direct]],
  ['this computer: by hand', manual(), null, {}, 'https://127.0.0.1:8443/', [direct]],
  [
    'this computer, wanted',
    manual('<-loopback>'),
    null,
    {},
    'https://127.0.0.1:8443/',
    [http('manual.example', 1)],
  ],
  ['this computer: system', { kind: 'system' }, 'PROXY sys.example:3', env, 'https://localhost/', [direct]],
  [
    'a name mapped to it',
    { kind: 'system' },
    'PROXY sys.example:3',
    env,
    'https://mapped.example/',
    [direct],
  ],
  [
    'a name mapped elsewhere',
    { kind: 'system' },
    'PROXY sys.example:3',
    env,
    'https://far.example/',
    [http('sys.example', 3)],
  ],
  [
    'a sign-in that is known',
    { kind: 'system' },
    'PROXY known.example:7',
    {},
    target,
    [http('known.example', 7, ada)],
  ],
  [
    'only for its own port',
    { kind: 'system' },
    'PROXY known.example:8',
    {},
    target,
    [http('known.example', 8)],
  ],
  [
    'one in the address itself wins',
    { kind: 'system' },
    null,
    { HTTPS_PROXY: 'http://eve:q@known.example:7' },
    target,
    [http('known.example', 7, { user: 'eve', password: 'q' })],
  ],
])('%s', async (_what, setting, system, variables, url, expected) => {
  expect(await resolver(setting, system, variables)(url)).toEqual(expected);
});

test('a system that fails is logged, and the environment is asked', async () => {
  const warnings: string[] = [];
  const resolve = resolver({ kind: 'system' }, new Error('no script'), env, warnings);
  expect(await resolve(target)).toEqual([http('env.example', 2)]);
  expect(warnings).toEqual(['system-proxy-unknown']);
});

test('a system that never answers is not waited for, and the environment is asked', async () => {
  const warnings: string[] = [];
  const resolve = makeResolveProxy({
    setting: () => ({ kind: 'system' }),
    system: () => new Promise(() => undefined),
    env,
    hosts: {},
    credentialsOf: () => null,
    systemTimeoutMs: 1,
    log: { info: () => undefined, warn: (event) => warnings.push(event), error: () => undefined },
  });
  expect(await resolve(target)).toEqual([http('env.example', 2)]);
  expect(warnings).toEqual(['system-proxy-unknown']);
});

test('a changed setting holds for the next question', async () => {
  let setting: ProxySetting = { kind: 'none' };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const resolve = makeResolveProxy({
    setting: () => setting,
    system: null,
    env: {},
    hosts: {},
    credentialsOf: () => null,
    log,
  });
  expect(await resolve(target)).toEqual([direct]);
  setting = manual();
  expect(await resolve(target)).toEqual([http('manual.example', 1)]);
});

test.each([
  ['127.0.0.1', true],
  ['127.9.8.7', true],
  ['128.0.0.1', false],
  ['localhost', true],
  ['LOCALHOST.', true],
  ['app.localhost', true],
  ['notlocalhost', false],
  ['localhost.evil.example', false],
  ['[::1]', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::2', false],
])('is %s this computer: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test.each([
  ['http://proxy.example:3128', true],
  ['https://proxy.example/', true],
  ['socks5://proxy.example', true],
  ['socks5h://proxy.example:1', true],
  ['proxy.example:3128', false],
  ['http://ada@proxy.example', false],
  ['http://ada:p@proxy.example', false],
  ['http://proxy.example/path', false],
  ['http://proxy.example?x', false],
  ['http://proxy.example/#x', false],
  ['http://', false],
  ['ftp://proxy.example', false],
  ['javascript:alert(1)', false],
])('can %s be saved: %s', (text, expected) => {
  expect(proxyUrlSchema.safeParse(text).success).toBe(expected);
});
