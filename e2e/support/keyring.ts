import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A session bus with an unlocked GNOME keyring of its own. */
export interface Keyring {
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => void;
}

/** Starts a real keyring over D-Bus; its files go into `home`. */
export async function startKeyring(home: string): Promise<Keyring> {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [address] = (await once(bus.stdout, 'data')) as [Buffer];
  const env = { DBUS_SESSION_BUS_ADDRESS: address.toString().trim(), HOME: home, XDG_DATA_HOME: `${home}/data`, XDG_RUNTIME_DIR: home };
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  keyring.stdin.end('a keyring password');
  // It prints its environment when it serves.
  await once(keyring.stdout, 'data');
  const stop = (child: ChildProcess) => child.kill('SIGKILL');
  return {
    env,
    stop: () => {
      stop(keyring);
      stop(bus);
    },
  };
}
