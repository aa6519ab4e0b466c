/** A second process at the same token cache: signs accounts in, or renews or removes one, in turns with the first. */
import { TokenCacheContext } from '@azure/msal-node';
import { TokenCache } from '../../src-main/azure/accounts/token-cache.ts';

const [path = '', prefix = '', count = '0'] = process.argv.slice(2);
const log = {
  info: () => undefined,
  warn: (event: string) => process.stderr.write(`${event}\n`),
  error: () => undefined,
};
const cache = new TokenCache(
  {
    kind: 'plain',
    path,
    encode: (text) => Promise.resolve(Buffer.from(text)),
    decode: (data) => Promise.resolve(data.toString()),
  },
  log,
);

/** MSAL's memory, as far as a plugin sees it. */
class Memory {
  text = '{}';
  serialize(): string {
    return this.text;
  }
  deserialize(text: string): void {
    this.text = text;
  }
}

for (let number = 0; number < Number(count); number++) {
  const memory = new Memory();
  const context = new TokenCacheContext(memory, true);
  await cache.beforeCacheAccess(context);
  const content = JSON.parse(memory.text) as Record<string, Record<string, unknown>>;
  const id = `${prefix}-${number}`;
  memory.text = JSON.stringify({
    ...content,
    Account: { ...content['Account'], [id]: { home_account_id: id } },
    RefreshToken: { ...content['RefreshToken'], [id]: { home_account_id: id, secret: id } },
  });
  await cache.afterCacheAccess(context);
  if (number % 5 === 4) await cache.forget(`${prefix}-${number - 4}`);
}
