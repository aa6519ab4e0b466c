import { generateKeyPairSync } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type Session } from 'ssh2';
import { serveSftp } from './ssh2-sftp.ts';
import { runCommand, serveShell } from './ssh2-shell.ts';
import type { SshServer, SshTarget } from './sshd.ts';

interface HostKey {
  readonly pem: string;
  readonly key: ParsedKey;
}

/** An RSA key in PKCS#1, the one form that both Node writes and ssh2 reads. */
function makeHostKey(): HostKey {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return { pem: privateKey, key: Array.isArray(key) ? (key[0] as ParsedKey) : key };
}

async function fingerprintOf(key: ParsedKey): Promise<string> {
  const { createHash } = await import('node:crypto');
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
}

function accepts(target: SshTarget, context: AuthContext): boolean {
  const user = target.users.find(({ name }) => name === context.username);
  if (!user) return false;
  if (context.method === 'password') {
    const { password } = context;
    return target.passwordAuthentication && user.password !== undefined && password === user.password;
  }
  if (context.method !== 'publickey') return false;
  return user.authorizedKeys.some((line) => {
    const key = ssh2.utils.parseKey(line);
    if (key instanceof Error) return false;
    const known = Array.isArray(key) ? (key[0] as ParsedKey) : key;
    const isSame = known.getPublicSSH().equals(context.key.data);
    if (!isSame || !context.signature || !context.blob) return isSame;
    return known.verify(context.blob, context.signature, context.hashAlgo);
  });
}

function serveSession(
  session: Session,
  user: { readonly name: string; readonly home: string; readonly host: string },
): void {
  let columns = 80;
  session.on('pty', (accept, _reject, info) => {
    columns = info.cols;
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    columns = info.cols;
    accept?.();
  });
  session.on('env', (accept) => accept?.());
  session.on('shell', (accept) => serveShell(accept(), user, () => columns));
  session.on('exec', (accept, _reject, info) => {
    const channel = accept();
    void runCommand(info.command, user, user.home).then((result) => {
      channel.write(result.output);
      channel.exit(result.exitCode);
      channel.end();
    });
  });
  session.on('sftp', (accept) => serveSftp(accept(), `/home/${user.name}`, user.home));
}

/**
 * Starts the demo host: an SSH server in this process for machines without sshd. It knows passwords and keys, a tiny
 * shell, and SFTP inside the user's home folder; it knows no certificates and no forwarding.
 */
export async function startSsh2Host(input: {
  readonly target: SshTarget;
  readonly folder: string;
  readonly hostName: string;
}): Promise<SshServer> {
  const { target, folder } = input;
  const logFile = join(folder, 'sshd.log');
  const homes: Record<string, string> = {};
  for (const user of target.users) {
    const home = join(folder, 'home', user.name);
    await mkdir(home, { recursive: true, mode: 0o750 });
    homes[user.name] = home;
  }
  let hostKey = makeHostKey();
  let fingerprint = await fingerprintOf(hostKey.key);
  const connections = new Set<Connection>();
  const log = (line: string): void => {
    void appendFile(logFile, `${line}\n`).catch(() => undefined);
  };

  const onConnection = (connection: Connection): void => {
    connections.add(connection);
    let name = '';
    connection.on('authentication', (context) => {
      if (accepts(target, context)) {
        name = context.username;
        log(`Accepted ${context.method} for ${name} from 127.0.0.1 port 0 ssh2`);
        context.accept();
        return;
      }
      if (context.method !== 'none')
        log(`Failed ${context.method} for ${context.username} from 127.0.0.1 port 0 ssh2`);
      const methods: ('password' | 'publickey')[] = ['publickey'];
      if (target.passwordAuthentication) methods.push('password');
      context.reject(methods);
    });
    connection.on('ready', () => {
      connection.on('session', (accept) =>
        serveSession(accept(), { name, home: homes[name] ?? folder, host: input.hostName }),
      );
    });
    connection.on('error', () => connection.end());
    connection.on('close', () => connections.delete(connection));
  };

  const open = (port: number): Promise<InstanceType<typeof ssh2.Server>> =>
    new Promise((resolve, reject) => {
      const options = {
        hostKeys: [hostKey.pem],
        ident: 'emulated',
        ...(target.banner === undefined ? {} : { banner: target.banner }),
      };
      const created = new ssh2.Server(options, onConnection);
      created.once('error', reject);
      created.listen(port, '127.0.0.1', () => resolve(created));
    });
  let server = await open(0);
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const connection of connections) connection.end();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  };
  log(`Server listening on 127.0.0.1 port ${port}.`);
  return {
    kind: 'ssh2',
    port,
    logFile,
    homes,
    hostKeyFingerprint: () => fingerprint,
    hostKeyLine: () => `ssh-rsa ${hostKey.key.getPublicSSH().toString('base64')}`,
    async rotateHostKey() {
      hostKey = makeHostKey();
      fingerprint = await fingerprintOf(hostKey.key);
      await close();
      server = await open(port);
    },
    dispose: close,
  };
}
