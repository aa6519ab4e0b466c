import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A throw-away authority and the one leaf that all listeners use. */
export interface Certificates {
  /** PEM file of the authority: what a client must trust. */
  readonly caFile: string;
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

/**
 * Makes an authority and a leaf for 127.0.0.1, localhost and `hosts` in `folder`, good for 30 days. Uses the `openssl`
 * program: Node can sign, but cannot write X.509. Throws if openssl is missing.
 */
export async function makeCertificates(folder: string, hosts: readonly string[]): Promise<Certificates> {
  const file = (name: string): string => join(folder, name);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    'req',
    '-x509',
    ...curve,
    '-days',
    '30',
    '-subj',
    '/CN=Emulator throw-away authority',
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  ]);
  await chmod(file('ca.key'), 0o600);
  const leaf = await makeLeaf(folder, hosts);
  return { caFile: file('ca.pem'), ca: await readFile(file('ca.pem'), 'utf8'), ...leaf };
}

/** Makes another leaf under the authority in `folder`, for hosts that an estate gained since. */
export async function makeLeaf(
  folder: string,
  hosts: readonly string[],
): Promise<{ readonly key: string; readonly cert: string }> {
  const file = (name: string): string => join(folder, name);
  // The names travel in a file: an estate of thousands of Bastions is longer than a command line may be.
  const names = ['IP:127.0.0.1', 'DNS:localhost', ...hosts.map((host) => `DNS:${host}`)].join(',');
  await writeFile(
    file('leaf.ext'),
    `subjectAltName=${names}\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n`,
  );
  await run('openssl', [
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=emulated.example',
    '-keyout',
    file('leaf.key'),
    '-out',
    file('leaf.csr'),
  ]);
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    file('leaf.csr'),
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-set_serial',
    String(Date.now()),
    '-days',
    '30',
    '-extfile',
    file('leaf.ext'),
    '-out',
    file('leaf.pem'),
  ]);
  await chmod(file('leaf.key'), 0o600);
  return { key: await readFile(file('leaf.key'), 'utf8'), cert: await readFile(file('leaf.pem'), 'utf8') };
}
