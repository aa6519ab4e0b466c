import type { AuthMethod } from '../../shared/vm-detail.ts';

/** Everything that decides how `ssh` is called; the same for a terminal and for file transfer. */
export interface SshTarget {
  /** Shown in prompts of the client; only characters that a host name may have are kept. */
  readonly vmName: string;
  readonly user: string;
  readonly method: AuthMethod;
  readonly keyPath: string | null;
  /** The local end of the tunnel. */
  readonly address: string;
  readonly port: number;
  /** Name under which the host key is pinned. */
  readonly hostKeyAlias: string;
  readonly knownHostsPath: string;
  /** Run by the client itself once it has signed in; null where the log has to tell (Windows). */
  readonly localCommand: string | null;
  /** File for the client's own log (`-E`); kept out of the terminal. */
  readonly logPath: string;
}

/** Sign-in methods that are tried, by what the user chose. Password never offers keys: sshd would count them as failures. */
function authenticationOptions({ method, keyPath }: SshTarget): readonly string[] {
  switch (method) {
    case 'password':
      return ['PubkeyAuthentication=no', 'PreferredAuthentications=keyboard-interactive,password'];
    case 'key':
      return [
        'IdentitiesOnly=yes',
        ...(keyPath === null ? [] : [`IdentityFile=${quoteValue(keyPath)}`]),
        // A key that is not accepted is followed by a question, not by a dead end.
        'PreferredAuthentications=publickey,keyboard-interactive,password',
      ];
    case 'agent':
      return ['PreferredAuthentications=publickey,keyboard-interactive,password'];
  }
}

/** `ssh -o` splits a value at blanks and expands `%`; quotes and doubled percent signs keep a path whole. */
function quoteValue(path: string): string {
  return `"${path.replaceAll('%', '%%').replaceAll('"', '\\"')}"`;
}

/** Options that make the call depend on nothing but this list: no configuration file, no multiplexing, no forwarding. */
function fixedOptions(target: SshTarget): readonly string[] {
  return [
    `HostName=${target.address}`,
    `HostKeyAlias=${target.hostKeyAlias}`,
    `UserKnownHostsFile=${quoteValue(target.knownHostsPath)}`,
    'GlobalKnownHostsFile=none',
    'StrictHostKeyChecking=ask',
    'CheckHostIP=no',
    'UpdateHostKeys=no',
    'HashKnownHosts=no',
    'VerifyHostKeyDNS=no',
    'ProxyCommand=none',
    'ControlMaster=no',
    'ControlPath=none',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    ...(target.localCommand === null
      ? ['PermitLocalCommand=no']
      : ['PermitLocalCommand=yes', `LocalCommand=${target.localCommand}`]),
    'ConnectionAttempts=1',
    'ConnectTimeout=60',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
    'NumberOfPasswordPrompts=3',
    'EscapeChar=none',
    'SendEnv=LANG LC_*',
  ];
}

/** Options as arguments. The first value of an option counts. */
function optionArguments(options: readonly string[]): string[] {
  return options.flatMap((option) => ['-o', option]);
}

function commonArguments(target: SshTarget, own: readonly string[]): string[] {
  const options = [...own, ...fixedOptions(target), ...authenticationOptions(target)];
  const { logPath, port, user } = target;
  return ['-F', 'none', '-v', '-E', logPath, '-p', String(port), '-l', user, ...optionArguments(options)];
}

/** A host word that cannot be taken for an option; it is only shown, `HostName` decides. */
export function hostWord(vmName: string): string {
  const word = vmName.replaceAll(/[^A-Za-z0-9.-]/g, '-').replace(/^-+/, '');
  return word === '' ? 'vm' : word;
}

/** Arguments for a terminal. */
export function terminalArguments(target: SshTarget): readonly string[] {
  return [...commonArguments(target, ['RequestTTY=force']), '--', hostWord(target.vmName)];
}

/**
 * Arguments for SFTP over the client's standard input and output. On Linux and macOS the connection is also a
 * control master at `controlPath`, so that hashes can be asked for without a second sign-in.
 */
export function sftpArguments(target: SshTarget, controlPath: string | null): readonly string[] {
  const control =
    controlPath === null
      ? []
      : ['ControlMaster=yes', `ControlPath=${quoteValue(controlPath)}`, 'ControlPersist=no'];
  return [
    ...commonArguments(target, ['RequestTTY=no', ...control]),
    '-s',
    '--',
    hostWord(target.vmName),
    'sftp',
  ];
}

/** Arguments that run a command over the control connection of a transfer. Never opens a connection of its own. */
export function controlArguments(target: SshTarget, controlPath: string, command: string): readonly string[] {
  // Without the control connection this would be a real one: to nowhere.
  const options = [
    `ControlPath=${quoteValue(controlPath)}`,
    'ControlMaster=no',
    'BatchMode=yes',
    'ProxyCommand=false',
  ];
  return [
    '-F',
    'none',
    '-l',
    target.user,
    ...optionArguments(options),
    '--',
    hostWord(target.vmName),
    command,
  ];
}
