import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent } from '../../profiles/json-file.ts';
import type { SecretBox } from '../../profiles/secret-box.ts';

/** Where tokens are kept, and in which form. */
export type TokenStore =
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'encrypted' | 'plain';
      readonly path: string;
      readonly encode: (text: string) => Promise<Buffer>;
      readonly decode: (data: Buffer) => Promise<string>;
    };

interface Wanted {
  readonly dataFolder: string;
  readonly authority: string;
  readonly clientId: string;
  readonly box: SecretBox;
  /** Whether the user has agreed to a file that is not encrypted, where no keyring exists. */
  readonly keepsPlain: boolean;
}

/** The store of one application in one cloud: their tokens never meet others. */
export function chooseTokenStore({ dataFolder, authority, clientId, box, keepsPlain }: Wanted): TokenStore {
  const path = tokenPath(dataFolder, authority, clientId);
  if (box.kind === 'encrypted')
    return { kind: 'encrypted', path: `${path}.bin`, encode: box.encrypt, decode: box.decrypt };
  if (!keepsPlain) return { kind: 'memory' };
  return {
    kind: 'plain',
    path: `${path}.json`,
    encode: (text) => Promise.resolve(Buffer.from(text)),
    decode: (data) => Promise.resolve(data.toString('utf8')),
  };
}

const tokenFolder = (dataFolder: string): string => join(dataFolder, 'tokens');

/** Removes every token file that is not encrypted. Throws if one stays. */
export async function removePlainTokens(dataFolder: string): Promise<void> {
  const folder = tokenFolder(dataFolder);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  const plain = names.filter((name) => /\.json(\.|$)/.test(name));
  for (const name of plain) await rm(join(folder, name), { force: true });
}

function tokenPath(dataFolder: string, authority: string, clientId: string): string {
  const key = createHash('sha256').update(`${authority}\n${clientId}`.toLowerCase()).digest('hex');
  return join(tokenFolder(dataFolder), key.slice(0, 16));
}
