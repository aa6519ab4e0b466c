import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** A session bus with an unlocked GNOME keyring of its own. */
export interface Keyring {
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => void;
}

/** Starts a real keyring over D-Bus; its files go into `home`. */
export async function startKeyring(home: string): Promise<Keyring> {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [address] = (await once(bus.stdout, 'data')) as [Buffer];
  const env = {
    DBUS_SESSION_BUS_ADDRESS: address.toString().trim(),
    HOME: home,
    XDG_DATA_HOME: `${home}/data`,
    XDG_RUNTIME_DIR: home,
  };
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, ...env },
  });
  keyring.stdin.end('a keyring password');
  await waitForSecretService(env);
  const stop = (child: ChildProcess) => child.kill('SIGKILL');
  return {
    env,
    stop: () => {
      stop(keyring);
      stop(bus);
    },
  };
}

/** The daemon says nothing when it is ready: it then owns its name on the bus. */
async function waitForSecretService(env: Readonly<Record<string, string>>): Promise<void> {
  const question = [
    '--session',
    '--dest=org.freedesktop.DBus',
    '--print-reply',
    '/',
    'org.freedesktop.DBus.NameHasOwner',
    'string:org.freedesktop.secrets',
  ];
  for (let tries = 0; tries < 100; tries++) {
    const answer = execFileSync('dbus-send', question, { encoding: 'utf8', env: { ...process.env, ...env } });
    if (answer.includes('boolean true')) return;
    await delay(100);
  }
  throw new Error('gnome-keyring-daemon does not serve secrets');
}
