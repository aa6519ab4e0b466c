import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a TLS server needs. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** An authority made for one test file. Uses the `openssl` program: Node can sign, but cannot write X.509. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'authority-'));
  readonly pem: string;
  private serial = 1;

  constructor(subject: string) {
    const limits = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    this.run(['req', '-x509', ...freshKey, '-subj', subject, '-days', '3', ...limits, ...this.out('ca')]);
    this.pem = readFileSync(this.path('ca.pem'), 'utf8');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A certificate for these names (`DNS:…`, `IP:…`). `days` may be negative: it has expired then. */
  issue(names: readonly string[], options: { readonly days?: number } = {}): Identity {
    const name = `leaf${++this.serial}`;
    writeFileSync(
      this.path(`${name}.ext`),
      `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth\n`,
    );
    this.run(['req', ...freshKey, '-subj', `/CN=${name}`, '-keyout', this.path(`${name}.key`)], name);
    const from = ['-in', this.path(`${name}.csr`), '-extfile', this.path(`${name}.ext`)];
    const signer = ['-CA', this.path('ca.pem'), '-CAkey', this.path('ca.key')];
    const life = ['-set_serial', String(this.serial), '-days', String(options.days ?? 3)];
    this.run(['x509', '-req', ...from, ...signer, ...life, '-out', this.path(`${name}.pem`)]);
    return {
      key: readFileSync(this.path(`${name}.key`), 'utf8'),
      cert: readFileSync(this.path(`${name}.pem`), 'utf8'),
    };
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private out(name: string): string[] {
    return ['-keyout', this.path(`${name}.key`), '-out', this.path(`${name}.pem`)];
  }

  private run(args: readonly string[], csr?: string): void {
    const out = csr === undefined ? [] : ['-out', this.path(`${csr}.csr`)];
    execFileSync('openssl', [...args, ...out], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const freshKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
