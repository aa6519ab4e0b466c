import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Suffix of every data-plane host that an estate does not name itself; one wildcard covers them all. */
const dataPlaneSuffix = 'bastion.emulated.example';

/** A throw-away authority and the one leaf that all listeners use. */
export interface Certificates {
  /** PEM file of the authority: what a client must trust. */
  readonly caFile: string;
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

const freshKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * Makes an authority and a leaf for 127.0.0.1, localhost, `*.bastion.emulated.example` and `hosts` in `folder`, good
 * for 30 days. Uses the `openssl` program: Node can sign, but cannot write X.509. Rejects if openssl is missing.
 */
export async function makeCertificates(folder: string, hosts: readonly string[]): Promise<Certificates> {
  const file = (name: string): string => join(folder, name);
  const names = ['localhost', `*.${dataPlaneSuffix}`, ...hosts.filter((host) => !isCovered(host))];
  const extensions = [
    `subjectAltName=${['IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)].join(',')}`,
    'basicConstraints=CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth',
  ];
  // The names travel in a file: a long list is more than a command line may hold.
  await writeFile(file('leaf.ext'), `${extensions.join('\n')}\n`);
  const authority = ['-subj', '/CN=Emulator throw-away authority', '-days', '30'];
  const limits = [
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  ];
  const caOut = ['-keyout', file('ca.key'), '-out', file('ca.pem')];
  const leafOut = ['-subj', '/CN=emulated.example', '-keyout', file('leaf.key'), '-out', file('leaf.csr')];
  await Promise.all([
    run('openssl', ['req', '-x509', ...freshKey, ...authority, ...limits, ...caOut]),
    run('openssl', ['req', ...freshKey, ...leafOut]),
  ]);
  const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-set_serial', String(Date.now())];
  const leaf = [
    '-in',
    file('leaf.csr'),
    '-days',
    '30',
    '-extfile',
    file('leaf.ext'),
    '-out',
    file('leaf.pem'),
  ];
  await run('openssl', ['x509', '-req', ...leaf, ...signer]);
  await Promise.all(['ca.key', 'leaf.key'].map((name) => chmod(file(name), 0o600)));
  const [ca, key, cert] = await Promise.all(
    ['ca.pem', 'leaf.key', 'leaf.pem'].map((name) => readFile(file(name), 'utf8')),
  );
  return { caFile: file('ca.pem'), ca: ca ?? '', key: key ?? '', cert: cert ?? '' };
}

/** A wildcard stands for exactly one label. */
function isCovered(host: string): boolean {
  return host.endsWith(`.${dataPlaneSuffix}`) && !host.slice(0, -dataPlaneSuffix.length - 1).includes('.');
}
