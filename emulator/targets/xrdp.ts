import { execFile } from 'node:child_process';
import { access, chmod, chown, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EstateTarget } from '../estate/schema.ts';
import { writeAccounts } from './accounts.ts';
import { accountMounts, freePort, quote, startJail } from './jail.ts';

const run = promisify(execFile);

/** A running Remote Desktop server. */
export interface XrdpServer {
  readonly port: number;
  /** What xrdp writes: connections. */
  readonly logFile: string;
  /** What its session manager writes: logins (`created session (access granted): username ada`). */
  readonly sesmanLogFile: string;
  /** Home folders by user, as seen from outside. */
  readonly homes: Readonly<Record<string, string>>;
  /** `sha256:` and hex of the certificate, as FreeRDP shows it. */
  readonly certificateFingerprint: string;
  dispose(): Promise<void>;
}

/** Whether xrdp and its X server driver are installed. */
export async function hasXrdp(): Promise<boolean> {
  try {
    await Promise.all(
      ['/usr/sbin/xrdp', '/usr/sbin/xrdp-sesman', '/usr/lib/xorg/Xorg'].map((file) => access(file)),
    );
    return true;
  } catch {
    return false;
  }
}

function xrdpIni(port: number): string {
  return `[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:${port}
tcp_nodelay=true
tcp_keepalive=true
security_layer=negotiate
crypt_level=high
certificate=/etc/xrdp/desk-cert.pem
key_file=/etc/xrdp/desk-key.pem
ssl_protocols=TLSv1.2, TLSv1.3
autorun=Desk
allow_channels=true
allow_multimon=true
bitmap_cache=true
bitmap_compression=true
bulk_compression=true
max_bpp=32
new_cursors=true
use_fastpath=both

[Logging]
LogFile=/run/xrdp/logs/xrdp.log
LogLevel=INFO
EnableSyslog=false

[Channels]
rdpdr=true
rdpsnd=true
drdynvc=true
cliprdr=true

[Desk]
name=Desk
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
code=20
`;
}

/** The machine's session settings with ports, logs and rights of our own. */
function sesmanIni(installed: string, port: number, display: number): string {
  const settings: Readonly<Record<string, string>> = {
    ListenAddress: '127.0.0.1',
    ListenPort: String(port),
    EnableUserWindowManager: 'false',
    DefaultWindowManager: '/etc/xrdp/startwm.sh',
    AllowRootLogin: 'false',
    X11DisplayOffset: String(display),
    KillDisconnected: 'true',
    LogFile: '/run/xrdp/logs/sesman.log',
    EnableSyslog: 'false',
  };
  return installed
    .split('\n')
    .map((line) => {
      const key = /^([A-Za-z0-9]+)=/.exec(line)?.[1];
      return key !== undefined && key in settings ? `${key}=${settings[key]}` : line;
    })
    .join('\n');
}

/** A desktop of one colour: enough to see that a session is there. */
const windowManager = `#!/bin/sh
xsetroot -solid '#2b5d8a'
exec sleep infinity
`;

/**
 * Starts both programs and prints what they log, by which their readiness is known. As the first process of the jail
 * it also reaps what they leave.
 */
const launcher = `tail -q -n +1 -F /run/xrdp/logs/xrdp.log /run/xrdp/logs/sesman.log 2>/dev/null &
xrdp-sesman -n -c /etc/xrdp/sesman.ini &
sesman=$!
xrdp -n -c /etc/xrdp/xrdp.ini &
wait $sesman
`;

/**
 * Starts a real xrdp with its session manager on free ports of 127.0.0.1, in a jail with private accounts, settings
 * and logs. Needs root. Rejects with what it printed if it does not come up.
 */
export async function startXrdp(input: {
  readonly target: Extract<EstateTarget, { kind: 'xrdp' }>;
  readonly folder: string;
  readonly hostName: string;
}): Promise<XrdpServer> {
  const { folder } = input;
  const etc = join(folder, 'etc');
  const logs = join(folder, 'logs');
  await cp('/etc/xrdp', etc, { recursive: true, filter: (source) => !/(cert|key)\.pem$/.test(source) });
  await mkdir(logs, { recursive: true });
  const accounts = await writeAccounts(folder, input.target.users);
  const [port, sesmanPort] = await Promise.all([freePort(), freePort()]);
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=${input.hostName}`,
    '-days',
    '30',
    '-keyout',
    join(etc, 'desk-key.pem'),
    '-out',
    join(etc, 'desk-cert.pem'),
  ]);
  const { stdout } = await run('openssl', [
    'x509',
    '-noout',
    '-fingerprint',
    '-sha256',
    '-in',
    join(etc, 'desk-cert.pem'),
  ]);
  await writeFile(join(etc, 'xrdp.ini'), xrdpIni(port));
  // X displays are shared by the whole machine: one block of a hundred for each target, far from usual numbers.
  const display = 1000 + (port % 500) * 100;
  const installed = await readFile('/etc/xrdp/sesman.ini', 'utf8');
  await writeFile(join(etc, 'sesman.ini'), sesmanIni(installed, sesmanPort, display));
  await writeFile(join(etc, 'startwm.sh'), windowManager, { mode: 0o755 });
  await chmod(join(etc, 'startwm.sh'), 0o755);
  await chmod(join(etc, 'desk-key.pem'), 0o600);
  await chown(etc, 0, 0);
  const jail = startJail({
    setup: [
      'mkdir -p /run/xrdp',
      'mount -t tmpfs tmpfs /run/xrdp',
      'mkdir -p /run/xrdp/sockdir /run/xrdp/logs',
      'chmod 3777 /run/xrdp/sockdir',
      `mount --bind ${quote(logs)} /run/xrdp/logs`,
      `mount --bind ${quote(etc)} /etc/xrdp`,
      ...accountMounts(folder),
      // X servers leave locks and sockets there. After all other mounts: the folder itself may lie under /tmp.
      'mount -t tmpfs tmpfs /tmp',
      'mkdir -m 1777 /tmp/.X11-unix',
      'chmod 1777 /tmp',
    ],
    command: ['sh', '-c', launcher],
    hostName: input.hostName,
    logFile: join(folder, 'xrdp.out'),
  });
  try {
    await Promise.all([jail.waitFor(/listening to port/), jail.waitFor(/starting xrdp-sesman with pid/)]);
  } catch (error) {
    await jail.dispose();
    throw error;
  }
  return {
    port,
    logFile: join(logs, 'xrdp.log'),
    sesmanLogFile: join(logs, 'sesman.log'),
    homes: Object.fromEntries(accounts.map((account) => [account.name, account.home])),
    certificateFingerprint: `sha256:${(stdout.split('=')[1] ?? '').trim().toLowerCase()}`,
    dispose: () => jail.dispose(),
  };
}
