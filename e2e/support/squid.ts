import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = '/usr/sbin/squid';
const certificateHelper = '/usr/lib/squid/security_file_certgen';
const basicHelper = '/usr/lib/squid/basic_ncsa_auth';

/** How long a start may take on a busy machine. */
const startTimeoutMs = 20_000;

/** What one squid does. */
export interface SquidOptions {
  /** Names that it must find, all at 127.0.0.1. */
  readonly hosts: readonly string[];
  /** An authority, in PEM: connections are opened and signed anew with it. `trusts` is what squid itself trusts. */
  readonly bump?: { readonly caFile: string; readonly keyFile: string; readonly trusts: string };
  /** The one user, by Basic. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Wants Windows sign-in, which nobody here can give. */
  readonly wantsNegotiate?: boolean;
  /** Cuts connections on which nothing has come for so long. */
  readonly idleSeconds?: number;
}

/** A real squid on a port of its own. */
export interface Squid {
  readonly port: number;
  /** Every finished request so far: `CONNECT host:port status`. */
  readonly log: () => string[];
  readonly dispose: () => Promise<void>;
}

/** Starts a squid with a configuration, a folder and a port of its own; it ends with the test, by its pid. */
export async function startSquid(options: SquidOptions): Promise<Squid> {
  if (!existsSync(program) || !existsSync(certificateHelper))
    throw new Error('squid is missing: apt-get install -y --no-install-recommends squid-openssl');
  const folder = mkdtempSync(join(tmpdir(), 'squid-'));
  const port = await freePort();
  writeFileSync(join(folder, 'hosts'), options.hosts.map((host) => `127.0.0.1 ${host}\n`).join(''));
  writeFileSync(join(folder, 'squid.conf'), configurationOf(options, folder, port));
  handOver(folder, options);
  const child = spawn(program, ['-N', '-f', join(folder, 'squid.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  const dispose = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilListening(port, child);
  } catch (error) {
    await dispose();
    throw new Error(`squid does not start: ${String(error)}\n${words}`, { cause: error });
  }
  const logPath = join(folder, 'access.log');
  return {
    port,
    log: () => (existsSync(logPath) ? readFileSync(logPath, 'utf8').trim().split('\n') : []),
    dispose,
  };
}

function configurationOf(options: SquidOptions, folder: string, port: number): string {
  const { bump, user, wantsNegotiate, idleSeconds } = options;
  const inFolder = (name: string) => join(folder, name);
  const bumping =
    bump === undefined
      ? ''
      : ` ssl-bump tls-cert=${inFolder('ca.pem')} tls-key=${inFolder('ca.key')} generate-host-certificates=on`;
  return [
    `http_port 127.0.0.1:${port}${bumping}`,
    ...(bump === undefined
      ? []
      : [
          `sslcrtd_program ${certificateHelper} -s ${inFolder('certificates')} -M 4MB`,
          'sslcrtd_children 1 startup=1 idle=1',
          `tls_outgoing_options cafile=${inFolder('trusts.pem')}`,
          // Looks at the server's certificate first and makes one with the same names, as inspecting proxies do.
          'acl step1 at_step SslBump1',
          'acl step2 at_step SslBump2',
          'ssl_bump peek step1',
          'ssl_bump stare step2',
          'ssl_bump bump all',
          'http_upgrade_request_protocols websocket allow all',
        ]),
    ...(user === undefined
      ? []
      : [
          `auth_param basic program ${basicHelper} ${inFolder('users')}`,
          'auth_param basic children 1 startup=1 idle=1',
          'auth_param basic realm corp',
        ]),
    // The helper is never asked anything: nobody here has a ticket to show.
    ...(wantsNegotiate === true ? ['auth_param negotiate program /bin/cat'] : []),
    ...(user === undefined && wantsNegotiate !== true
      ? ['http_access allow all']
      : ['acl users proxy_auth REQUIRED', 'http_access allow users', 'http_access deny all']),
    ...(idleSeconds === undefined ? [] : [`read_timeout ${idleSeconds} seconds`]),
    `hosts_file ${inFolder('hosts')}`,
    'pid_filename none',
    `cache_log ${inFolder('cache.log')}`,
    'logformat short %rm %ru %>Hs',
    `access_log stdio:${inFolder('access.log')} short`,
    'cache deny all',
    'pinger_enable off',
    'netdb_filename none',
    'shutdown_lifetime 0 seconds',
    `coredump_dir ${folder}`,
    '',
  ].join('\n');
}

/** Writes what squid reads, and gives it the folder: started by root, it goes on as another user. */
function handOver(folder: string, { bump, user }: SquidOptions): void {
  const owned = [folder];
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    owned.push(join(folder, name));
  };
  if (bump !== undefined) {
    write('ca.pem', readFileSync(bump.caFile, 'utf8'));
    write('ca.key', readFileSync(bump.keyFile, 'utf8'));
    write('trusts.pem', bump.trusts);
    execFileSync(certificateHelper, ['-c', '-s', join(folder, 'certificates'), '-M', '4MB']);
    owned.push(...['', 'certs', 'index.txt', 'size'].map((name) => join(folder, 'certificates', name)));
  }
  if (user !== undefined) {
    const hash = execFileSync('openssl', ['passwd', '-apr1', user.password], { encoding: 'utf8' });
    write('users', `${user.name}:${hash}`);
  }
  if (process.getuid?.() !== 0) return;
  const uid = Number(execFileSync('id', ['-u', 'proxy'], { encoding: 'utf8' }));
  for (const path of owned) if (existsSync(path)) chownSync(path, uid, uid);
  chmodSync(folder, 0o755);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function untilListening(port: number, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let retry: NodeJS.Timeout | undefined;
    const finish = (error: Error | null) => {
      clearTimeout(timer);
      clearTimeout(retry);
      child.off('exit', exited);
      if (error === null) resolve();
      else reject(error);
    };
    const exited = () => finish(new Error('it ended'));
    const timer = setTimeout(() => finish(new Error('it does not listen')), startTimeoutMs);
    child.once('exit', exited);
    child.once('error', finish);
    const attempt = () => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        finish(null);
      });
      socket.once('error', () => {
        retry = setTimeout(attempt, 20);
      });
    };
    attempt();
  });
}
