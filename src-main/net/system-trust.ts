import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { certificatesIn, normalForm } from './pem.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** For the whole store; it is read beside everything else, and the first connection waits for it. */
const limitMs = 10_000;
const mostBytes = 32 * 1024 * 1024;

/** Where distributions keep the bundle that their own tools trust; the first that is there is taken. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch, Alpine
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, Red Hat
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/ssl/cert.pem', // others
];

/** The authorities that the operating system trusts, as PEM. Rejects if its store cannot be read in time. */
export function readSystemTrust(platform: NodeJS.Platform, env: Environment): Promise<readonly string[]> {
  if (platform !== 'win32' && platform !== 'darwin') return readLinuxBundle(env);
  if ('getCACertificates' in tls) return askNode();
  return platform === 'win32' ? askPowerShell(env) : askSecurity();
}

/** `SSL_CERT_FILE` replaces the bundle, as it does for OpenSSL. No bundle at all is no failure: Node's own list remains. */
export async function readLinuxBundle(
  env: Environment,
  paths: readonly string[] = bundles,
): Promise<readonly string[]> {
  const named = env['SSL_CERT_FILE'] ?? '';
  if (named !== '') return certificatesIn(await readFile(named, 'utf8'));
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => null); // not this distribution
    if (text !== null) return certificatesIn(text);
  }
  return [];
}

/** Node's own reader, which blocks while it reads: in a thread of its own. */
function askNode(): Promise<readonly string[]> {
  const program =
    "require('node:worker_threads').parentPort.postMessage(require('node:tls').getCACertificates('system'))";
  const worker = new Worker(program, { eval: true, name: 'system-trust' });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the system's certificates were not read in ${limitMs} ms`));
      void worker.terminate();
    }, limitMs);
    worker.once('message', (certificates: readonly string[]) => {
      clearTimeout(timer);
      resolve(certificates.flatMap((each) => normalForm(each) ?? []));
    });
    worker.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** Only the keychains that an administrator alone can write to. */
async function askSecurity(): Promise<readonly string[]> {
  const keychains = [
    '/System/Library/Keychains/SystemRootCertificates.keychain',
    '/Library/Keychains/System.keychain',
  ];
  return certificatesIn(await outputOf('/usr/bin/security', ['find-certificate', '-a', '-p', ...keychains]));
}

/** One line of base64 for each certificate. */
async function askPowerShell(env: Environment): Promise<readonly string[]> {
  const root = env['SystemRoot'] ?? 'C:\\Windows';
  const program = join(root, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const stores = 'Cert:\\LocalMachine\\Root, Cert:\\CurrentUser\\Root';
  const script = `Get-ChildItem ${stores} | ForEach-Object { [Convert]::ToBase64String($_.RawData) }`;
  return derLines(await outputOf(program, ['-NoProfile', '-NonInteractive', '-Command', script]));
}

/** Certificates from lines of base64. */
export function derLines(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.flatMap((line) => normalForm(Buffer.from(line, 'base64')) ?? []);
}

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...args],
      { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: mostBytes, windowsHide: true, shell: false },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    );
  });
}
