import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { hostWord, sftpArguments, type SshTarget, terminalArguments } from './ssh-arguments.ts';

const target: SshTarget = {
  vmName: 'web-01',
  user: 'ada@contoso.example',
  method: 'key',
  keyPath: '/home/ada lovelace/100%/id "x"',
  address: '127.70.1.2',
  port: 40_022,
  hostKeyAlias: 'vm-00ff',
  knownHostsPath: '/data with blank/known_hosts',
  logPath: '/tmp/ssh.log',
  localCommand: null,
};

/** What the real client makes of the arguments (`ssh -G`): option names in lower case. */
function evaluate(args: readonly string[]): Record<string, string> {
  const withoutLog = args.filter((arg, index) => arg !== '-E' && args[index - 1] !== '-E' && arg !== '-v');
  const at = withoutLog.indexOf('--');
  const text = execFileSync('ssh', ['-G', ...withoutLog.slice(0, at), withoutLog[at + 1] ?? ''], {
    encoding: 'utf8',
  });
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
}

test('the real client understands the options as they are meant', () => {
  expect(evaluate(terminalArguments(target))).toMatchObject({
    user: 'ada@contoso.example',
    hostname: '127.70.1.2',
    port: '40022',
    hostkeyalias: 'vm-00ff',
    stricthostkeychecking: 'ask',
    checkhostip: 'no',
    updatehostkeys: 'false',
    forwardagent: 'no',
    permitlocalcommand: 'no',
    identitiesonly: 'yes',
    identityfile: '/home/ada lovelace/100%%/id "x"',
    userknownhostsfile: '/data with blank/known_hosts',
    globalknownhostsfile: 'none',
    requesttty: 'force',
    numberofpasswordprompts: '3',
  });
});

test('a password sign-in offers no keys, so that sshd counts no failures', () => {
  expect(evaluate(terminalArguments({ ...target, method: 'password' }))).toMatchObject({
    pubkeyauthentication: 'false',
    preferredauthentications: 'keyboard-interactive,password',
  });
});

test('a transfer is its own control master where the system has one', () => {
  const options = evaluate(sftpArguments(target, '/tmp/t.ctl').filter((arg) => arg !== '-s'));
  expect(options).toMatchObject({ controlmaster: 'true', controlpath: '/tmp/t.ctl' });
  expect(sftpArguments(target, null).slice(-4)).toEqual(['-s', '--', 'web-01', 'sftp']);
});

test.each([
  ['web-01', 'web-01'],
  ['-oProxyCommand=x', 'oProxyCommand-x'],
  ['日本', 'vm'],
  ['a b;c', 'a-b-c'],
])('the host word of %s is %s', (name, word) => {
  expect(hostWord(name)).toBe(word);
});
