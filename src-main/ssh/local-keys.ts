import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A private key file of the user. */
export interface LocalKey {
  readonly path: string;
  /** Type and comment out of the public half beside it; empty if there is none. */
  readonly comment: string;
}

/** In the order in which OpenSSH itself would try them; others follow by name. */
const preferred = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk'];

/** Finds private keys in a folder: files with a public half beside them. */
export async function findLocalKeys(folder: string): Promise<readonly LocalKey[]> {
  const names = await readdir(folder).catch((): string[] => []); // no ~/.ssh: no keys
  const found = names.filter((name) => names.includes(`${name}.pub`));
  const rank = (name: string) => (preferred.includes(name) ? preferred.indexOf(name) : preferred.length);
  const sorted = found.toSorted((left, right) => rank(left) - rank(right) || left.localeCompare(right));
  return Promise.all(
    sorted.map(async (name) => {
      const text = await readFile(join(folder, `${name}.pub`), 'utf8').catch(() => ''); // listed without its comment
      const [type = '', , ...comment] = text.trim().split(/\s+/);
      return { path: join(folder, name), comment: [type, ...comment].filter(Boolean).join(' ') };
    }),
  );
}
