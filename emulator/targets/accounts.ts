import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EstateTarget } from '../estate/schema.ts';

/** A user of a target, as an estate writes it. */
export type TargetUser = Exclude<EstateTarget, { kind: 'tcp' }>['users'][number];

/** A user that was made. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  /** The home folder, seen from outside; inside it is `/home/{name}`. */
  readonly home: string;
}

/** First user id that is tried; far from those of people and services. */
const firstUid = 30_001;

/** The crypt(3) hash of a password. It travels by standard input, so that no process list shows it. */
function hashPassword(password: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('openssl', ['passwd', '-6', '-stdin'], (error, stdout) =>
      error ? reject(error) : resolve(stdout.trim()),
    );
    child.stdin?.end(`${password}\n`);
  });
}

/** Makes a home folder with a quiet prompt, owned by a user. */
async function makeHome(home: string, uid: number, keys: readonly string[]): Promise<void> {
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  const files: Readonly<Record<string, string>> = {
    '.ssh/authorized_keys': keys.map((key) => `${key}\n`).join(''),
    '.bashrc': "case $- in *i*) PS1='\\u@\\h:\\w\\$ ' ;; esac\nHISTFILE=\n",
    '.profile': '. "$HOME/.bashrc" 2>/dev/null\n',
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(home, name), text, { mode: 0o600 });
  }
  for (const path of ['', '.ssh', ...Object.keys(files)]) await chown(join(home, path), uid, uid);
  await chmod(home, 0o750);
}

/**
 * Writes private copies of `passwd`, `shadow` and `group` with the estate's users added, and their homes, into
 * `folder`. The machine's own files are only read. Needs root.
 */
export async function writeAccounts(
  folder: string,
  users: readonly TargetUser[],
): Promise<readonly Account[]> {
  const [passwd = '', shadow = '', group = ''] = await Promise.all(
    ['passwd', 'shadow', 'group'].map((name) => readFile(`/etc/${name}`, 'utf8')),
  );
  const names = new Set(users.map((user) => user.name));
  const others = (text: string): string[] =>
    text.split('\n').filter((line) => line !== '' && !names.has(line.split(':')[0] ?? ''));
  const taken = new Set(others(passwd).map((line) => Number(line.split(':')[2])));
  const lines = { passwd: others(passwd), shadow: others(shadow), group: others(group) };
  const accounts: Account[] = [];
  let uid = firstUid;
  await mkdir(join(folder, 'home'), { recursive: true, mode: 0o755 });
  for (const user of users) {
    while (taken.has(uid)) uid += 1;
    taken.add(uid);
    const home = join(folder, 'home', user.name);
    await makeHome(home, uid, user.authorizedKeys);
    lines.passwd.push(`${user.name}:x:${uid}:${uid}:${user.name}:/home/${user.name}:/bin/bash`);
    lines.group.push(`${user.name}:x:${uid}:`);
    // A star is no password, but no lock either: a locked account may not even use a key.
    const hash = user.password === undefined ? '*' : await hashPassword(user.password);
    lines.shadow.push(`${user.name}:${hash}:20000:0:99999:7:::`);
    accounts.push({ name: user.name, uid, home });
  }
  await chmod(join(folder, 'home'), 0o755);
  await writeFile(join(folder, 'passwd'), `${lines.passwd.join('\n')}\n`, { mode: 0o644 });
  await writeFile(join(folder, 'group'), `${lines.group.join('\n')}\n`, { mode: 0o644 });
  await writeFile(join(folder, 'shadow'), `${lines.shadow.join('\n')}\n`, { mode: 0o600 });
  return accounts;
}
