import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Estate } from '../estate/schema.ts';
import { startBuiltins } from './builtins.ts';
import { canJail } from './jail.ts';
import { startSsh2Host } from './ssh2-host.ts';
import { hasSshd, type SshServer, type SshTarget, startSshd } from './sshd.ts';
import { hasXrdp, startXrdp, type XrdpServer } from './xrdp.ts';

/** The servers behind an estate's machines. */
export interface Targets {
  /** Where a target listens; `undefined` if there is none by that name or it was not started. */
  address(name: string): { readonly host: string; readonly port: number } | undefined;
  /** A started SSH server. Throws if there is none by that name. */
  sshd(name: string): SshServer;
  /** A started Remote Desktop server. Throws if there is none by that name. */
  xrdp(name: string): XrdpServer;
  /** Targets that could not be started, with the reason in words. */
  readonly missing: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/** The name of the machine in front of a target, for its prompt. */
function hostNameOf(estate: Estate, target: string): string {
  const machines = estate.subscriptions.flatMap((subscription) =>
    subscription.resourceGroups.flatMap((group) => group.vms),
  );
  const machine = machines.find((vm) => Object.values(vm.targets).includes(target));
  return (machine?.computerName ?? machine?.name ?? target).slice(0, 63);
}

/**
 * Starts an estate's targets. `none` starts the built-in ones only. A target whose program is missing is listed in
 * `missing` and refuses connections; the others serve.
 */
export async function startTargets(
  estate: Estate,
  options: { readonly folder: string; readonly userAuthority: () => string; readonly start: 'auto' | 'none' },
): Promise<Targets> {
  const builtins = await startBuiltins();
  const ssh = new Map<string, SshServer>();
  const desks = new Map<string, XrdpServer>();
  const missing: Record<string, string> = {};
  const wanted = options.start === 'auto' ? estate.targets : [];
  const [isJailed, sshdFound, xrdpFound] =
    wanted.length > 0 ? await Promise.all([canJail(), hasSshd(), hasXrdp()]) : [false, false, false];

  const startSsh = async (target: SshTarget, folder: string): Promise<void> => {
    const useSshd = target.kind === 'sshd' || (target.kind === 'ssh' && isJailed && sshdFound);
    if (useSshd && !sshdFound) {
      missing[target.name] = 'sshd is not installed: apt-get install openssh-server';
      return;
    }
    const hostName = hostNameOf(estate, target.name);
    const server = useSshd
      ? await startSshd({ target, folder, hostName, userAuthority: options.userAuthority(), isJailed })
      : await startSsh2Host({ target, folder, hostName });
    ssh.set(target.name, server);
  };

  const jobs = wanted.map(async (target) => {
    if (target.kind === 'tcp') return;
    const folder = join(options.folder, target.name);
    await mkdir(folder, { recursive: true, mode: 0o755 });
    if (target.kind !== 'xrdp') {
      await startSsh(target, folder);
      return;
    }
    if (!xrdpFound) missing[target.name] = 'xrdp is not installed: apt-get install xrdp xorgxrdp';
    else if (!isJailed) missing[target.name] = 'xrdp wants root and the right to make namespaces';
    else
      desks.set(target.name, await startXrdp({ target, folder, hostName: hostNameOf(estate, target.name) }));
  });
  const dispose = async (): Promise<void> => {
    await Promise.all([
      builtins.dispose(),
      ...[...ssh.values(), ...desks.values()].map((server) => server.dispose()),
    ]);
  };
  const outcomes = await Promise.allSettled(jobs);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await dispose();
    throw failed.reason;
  }
  const plain = new Map(
    wanted.filter((target) => target.kind === 'tcp').map((target) => [target.name, target]),
  );
  return {
    missing,
    address(name) {
      const outside = plain.get(name);
      if (outside) return { host: outside.host, port: outside.port };
      const port = builtins.port(name) ?? ssh.get(name)?.port ?? desks.get(name)?.port;
      return port === undefined ? undefined : { host: '127.0.0.1', port };
    },
    sshd: (name) => ssh.get(name) ?? fail(name, missing),
    xrdp: (name) => desks.get(name) ?? fail(name, missing),
    dispose,
  };
}

function fail(name: string, missing: Readonly<Record<string, string>>): never {
  throw new Error(missing[name] ?? `No target of that kind is called ${name}`);
}
