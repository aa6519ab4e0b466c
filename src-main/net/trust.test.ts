import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificatesIn, normalForm } from './pem.ts';
import { derLines, readLinuxBundle, readSystemTrust } from './system-trust.ts';
import { Authority } from './testing/certificates.ts';
import { loadTrust, readCaFile } from './trust.ts';

let folder: string;
let corp: Authority;
let other: Authority;
let warnings: string[] = [];
const log = {
  info: () => undefined,
  warn: (event: string) => void warnings.push(event),
  error: () => undefined,
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trust-'));
  corp = new Authority('/CN=Corp Inspect CA');
  other = new Authority('/CN=Another CA');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  corp?.dispose();
  other?.dispose();
});

const path = (name: string) => join(folder, name);
const normal = (authority: Authority) => normalForm(authority.pem) ?? '';

test('PEM: every certificate of a text, once it is one, in one form', async () => {
  const windows = corp.pem.replaceAll('\n', '\r\n');
  const trusted = other.pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE');
  const nonsense = '-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----';
  const key = '-----BEGIN PRIVATE KEY-----\nbm9uc2Vuc2U=\n-----END PRIVATE KEY-----';
  expect(certificatesIn(`# Corp\n${windows}\n${nonsense}\n${key}\n${trusted}`)).toEqual([
    normal(corp),
    normal(other),
  ]);
  expect(certificatesIn('nothing')).toEqual([]);
});

test('DER: lines of base64, as PowerShell writes them', () => {
  const line = corp.pem.replaceAll(/-----.*-----|\s/g, '');
  expect(derLines(`${line}\r\n\r\nnonsense\r\n${line}\r\n`)).toEqual([normal(corp), normal(corp)]);
});

test('Linux: the first bundle that is there, or the one that SSL_CERT_FILE names', async () => {
  await writeFile(path('first.crt'), corp.pem);
  await writeFile(path('second.crt'), other.pem);
  const paths = [path('absent.crt'), path('first.crt'), path('second.crt')];
  expect(await readLinuxBundle({}, paths)).toEqual([normal(corp)]);
  expect(await readLinuxBundle({ SSL_CERT_FILE: path('second.crt') }, paths)).toEqual([normal(other)]);
  expect(await readLinuxBundle({}, [path('absent.crt')])).toEqual([]);
  await expect(readLinuxBundle({ SSL_CERT_FILE: path('absent.crt') }, paths)).rejects.toThrow('ENOENT');
});

test.runIf('getCACertificates' in tls)(
  'what the system trusts is what Node finds, in a thread of its own',
  async () => {
    // Windows and macOS are asked like that; here Node reads the lists of Linux, and some single files beside them.
    const byNode = new Set(await readSystemTrust('darwin', {}));
    const system = await readSystemTrust('linux', {});
    expect(system.length).toBeGreaterThan(0);
    expect(system.filter((each) => !byNode.has(each))).toEqual([]);
  },
);

test('all lists together, each certificate once', async () => {
  await writeFile(path('extra.pem'), `${corp.pem}${other.pem}`);
  await writeFile(path('own.pem'), corp.pem);
  const system = [normalForm(tls.rootCertificates[0] ?? '') ?? '', normal(corp)];
  const { ca, problem } = await loadTrust({
    platform: 'linux',
    env: { NODE_EXTRA_CA_CERTS: path('extra.pem') },
    caFile: path('own.pem'),
    log,
    readSystem: () => Promise.resolve(system),
  });
  expect(problem).toBeNull();
  expect(ca).toHaveLength(new Set(tls.rootCertificates).size + 2);
  expect(ca.slice(-2)).toEqual([normal(corp), normal(other)]);
});

test.each(['system', 'extra', 'own'] as const)('each list counts by itself: %s', async (which) => {
  await writeFile(path('one.pem'), corp.pem);
  const { ca } = await loadTrust({
    platform: 'linux',
    env: which === 'extra' ? { NODE_EXTRA_CA_CERTS: path('one.pem') } : {},
    caFile: which === 'own' ? path('one.pem') : null,
    log,
    readSystem: () => Promise.resolve(which === 'system' ? [normal(corp)] : []),
  });
  expect(ca).toContain(normal(corp));
});

test('a list that cannot be read is left out and logged; the others hold', async () => {
  warnings = [];
  const { ca, problem } = await loadTrust({
    platform: 'linux',
    env: { NODE_EXTRA_CA_CERTS: path('absent.pem') },
    caFile: path('absent.pem'),
    log,
    readSystem: () => Promise.reject(new Error('no store')),
  });
  expect(ca).toHaveLength(new Set(tls.rootCertificates).size);
  expect(warnings).toEqual(['trust-incomplete', 'trust-incomplete']);
  expect(problem).toMatchObject({
    code: 'ca-file-unreadable',
    detail: expect.stringContaining('absent.pem'),
  });
});

test('a file of authorities is explained where it cannot be used', async () => {
  await writeFile(path('text.pem'), 'hello');
  await writeFile(path('good.pem'), corp.pem);
  expect(await readCaFile(path('text.pem'))).toMatchObject({
    error: { code: 'ca-file-invalid', detail: expect.stringContaining('text.pem') },
  });
  expect(await readCaFile(path('absent.pem'))).toMatchObject({ error: { code: 'ca-file-unreadable' } });
  expect(await readCaFile(path('good.pem'))).toEqual({ ok: true, value: [normal(corp)] });
});
