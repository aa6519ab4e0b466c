import { createHash, createPublicKey } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSshAuthority, type SshAuthority } from '../entra/ssh-certificate.ts';
import { parseEstate } from '../estate/schema.ts';
import { demo } from '../testing/estate.ts';
import { runProgram, type SshTools, sshTools } from '../testing/ssh.ts';
import type { SshServer } from './sshd.ts';
import { startTargets, type Targets } from './targets.ts';

const password = 'correct horse 1815';

describe.each(['sshd', 'ssh2'] as const)('the SSH target %s', (kind) => {
  let tools: SshTools;
  let authority: SshAuthority;
  let targets: Targets;
  let server: SshServer;
  let keyFile: string;
  const accountsBefore: string[] = [];
  const accounts = async (): Promise<string[]> =>
    Promise.all(['/etc/passwd', '/etc/shadow', '/etc/group'].map((file) => readFile(file, 'utf8')));

  beforeAll(async () => {
    accountsBefore.push(...(await accounts()));
    tools = await sshTools(password);
    keyFile = join(tools.folder, 'key');
    await runProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
    authority = createSshAuthority();
    const estate = parseEstate({
      version: 1,
      name: 'Targets',
      clientIds: [demo.program],
      tenants: [{ id: demo.contoso, name: 'Contoso', domain: 'contoso.example' }],
      targets: [
        {
          kind,
          name: 'linux',
          banner: 'Authorised use only',
          users: [
            { name: 'ada', password },
            { name: 'kay', authorizedKeys: [(await readFile(`${keyFile}.pub`, 'utf8')).trim()] },
            { name: 'ada@contoso.example' },
          ],
        },
      ],
    });
    targets = await startTargets(estate, {
      folder: join(tools.folder, 'targets'),
      userAuthority: () => authority.publicKeyLine,
      start: 'auto',
    });
    server = targets.sshd('linux');
  });
  afterAll(async () => {
    await targets.dispose();
    await tools.dispose();
  });

  it('is the program that was asked for', () => {
    expect(server.kind).toBe(kind);
  });

  it('lets a user in by password, and shows a home of their own', async () => {
    const outcome = await tools.ssh(server.port, 'ada', ['pwd']);
    expect(outcome).toMatchObject({ code: 0, stdout: '/home/ada\n' });
  });

  it('lets a user in by key', async () => {
    const outcome = await tools.ssh(
      server.port,
      'kay',
      ['uname'],
      ['-i', keyFile, '-o', 'PasswordAuthentication=no'],
    );
    expect(outcome).toMatchObject({ code: 0, stdout: 'Linux\n' });
  });

  it.each([
    ['a user without that key', 'ada', ['-o', 'PasswordAuthentication=no']],
    ['a user without a password', 'kay', ['-o', 'PubkeyAuthentication=no']],
    ['a user it does not know', 'mallory', []],
    ['root', 'root', []],
  ])('keeps %s out', async (_name, user, more) => {
    const outcome = await tools.ssh(
      server.port,
      user,
      ['true'],
      more.includes('PasswordAuthentication=no') ? ['-i', keyFile, ...more] : more,
    );
    expect([outcome.code, outcome.stderr.includes('Permission denied')]).toEqual([255, true]);
  });

  it('returns the code of a command', async () => {
    expect((await tools.ssh(server.port, 'ada', ['exit 7'])).code).toBe(7);
  });

  it('takes a file by SFTP, and gives it back', async () => {
    const file = join(tools.folder, 'upload.txt');
    const back = join(tools.folder, 'back.txt');
    await writeFile(file, 'first programme\n');
    const batch = `mkdir notes\nput ${file} notes/upload.txt\nrename notes/upload.txt notes/kept.txt\nls notes\nget notes/kept.txt ${back}\n`;
    const outcome = await tools.sftp(server.port, 'ada', batch);
    expect([
      outcome.code,
      outcome.stdout.includes('kept.txt'),
      await readFile(back, 'utf8'),
      await readFile(join(server.homes['ada'] ?? '', 'notes/kept.txt'), 'utf8'),
    ]).toEqual([0, true, 'first programme\n', 'first programme\n']);
  });

  it('shows another host key after a rotation', async () => {
    const scan = async (): Promise<string> => {
      const { stdout } = await runProgram('ssh-keyscan', ['-p', String(server.port), '127.0.0.1']);
      return (
        stdout
          .split('\n')
          .map((line) => line.split(' ').slice(1, 3).join(' '))
          .find((line) => line === server.hostKeyLine()) ?? ''
      );
    };
    const before = server.hostKeyFingerprint();
    const seenBefore = await scan();
    await server.rotateHostKey();
    const seenAfter = await scan();
    expect([
      seenBefore !== '',
      seenAfter !== '',
      seenBefore === seenAfter,
      before === server.hostKeyFingerprint(),
    ]).toEqual([true, true, false, false]);
  });

  it('logs who came in', async () => {
    const log = await readFile(server.logFile, 'utf8');
    expect([log.includes('Accepted password for ada'), log.includes('Accepted publickey for kay')]).toEqual([
      true,
      true,
    ]);
  });

  it('leaves the accounts of this machine alone', async () => {
    expect(await accounts()).toEqual(accountsBefore);
  });

  if (kind === 'sshd') {
    it('takes a certificate of the estate', async () => {
      const rsa = join(tools.folder, 'rsa');
      await runProgram('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '', '-f', rsa]);
      const { n = '', e = '' } = createPublicKey(await readFile(rsa, 'utf8')).export({ format: 'jwk' });
      const certificate = authority.sign({
        exponent: Buffer.from(e, 'base64url'),
        modulus: Buffer.from(n, 'base64url'),
        upn: demo.ada,
        name: 'Ada Lovelace',
        oid: 'a0a0a0a0-1815-4d12-a10b-1852c0de0001',
        tid: demo.contoso,
        now: Math.floor(Date.now() / 1000),
      });
      const file = `${rsa}-cert.pub`;
      await writeFile(file, `ssh-rsa-cert-v01@openssh.com ${certificate}\n`);
      const shown = await runProgram('ssh-keygen', ['-L', '-f', file]);
      const more = ['-i', rsa, '-o', `CertificateFile=${file}`, '-o', 'IdentitiesOnly=yes'];
      more.push('-o', 'PasswordAuthentication=no');
      const login = await tools.ssh(server.port, demo.ada, ['whoami'], more);
      const other = await tools.ssh(server.port, 'ada', ['whoami'], more);
      expect({
        keyId: /Key ID: "([^"]+)"/.exec(shown.stdout)?.[1],
        principal: shown.stdout.includes(`Principals: \n                ${demo.ada}\n`),
        login: login.stdout,
        other: other.code,
        fingerprint: createHash('sha256').update(certificate).digest('hex').length,
      }).toEqual({
        keyId: `a0a0a0a0-1815-4d12-a10b-1852c0de0001@${demo.contoso}`,
        principal: true,
        login: `${demo.ada}\n`,
        other: 255,
        fingerprint: 64,
      });
    });
  } else {
    it('does not let SFTP out of the home folder', async () => {
      const stolen = join(tools.folder, 'stolen');
      const get = await tools.sftp(server.port, 'ada', `get /etc/passwd ${stolen}\n`);
      const put = await tools.sftp(server.port, 'ada', `put ${keyFile}.pub /home/kay/.ssh/authorized_keys\n`);
      const left = await readdir(tools.folder);
      expect([get.code, left.includes('stolen'), put.code, put.stderr.includes('Permission denied')]).toEqual(
        [1, false, 1, true],
      );
    });
  }
});
