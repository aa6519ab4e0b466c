import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import type { ServerChannel } from 'ssh2';

/** Who uses the shell. */
export interface ShellUser {
  readonly name: string;
  /** Real folder of the home; the user sees it as `/home/{name}`. */
  readonly home: string;
  readonly host: string;
}

/** What a command gave. */
export interface CommandResult {
  readonly output: string;
  readonly exitCode: number;
  /** The shell ends. */
  readonly isExit?: boolean;
}

/** Runs one line of the few commands that the demo host knows. */
export async function runCommand(line: string, user: ShellUser, home: string): Promise<CommandResult> {
  const [name = '', ...args] = line.trim().split(/\s+/);
  switch (name) {
    case '':
      return { output: '', exitCode: 0 };
    case 'uname':
      return {
        output: args.includes('-a') ? `Linux ${user.host} emulated x86_64 GNU/Linux\n` : 'Linux\n',
        exitCode: 0,
      };
    case 'pwd':
      return { output: `/home/${user.name}\n`, exitCode: 0 };
    case 'whoami':
      return { output: `${user.name}\n`, exitCode: 0 };
    case 'hostname':
      return { output: `${user.host}\n`, exitCode: 0 };
    case 'echo':
      return { output: `${args.join(' ').replace(/^(['"])(.*)\1$/, '$2')}\n`, exitCode: 0 };
    case 'ls': {
      const names = await readdir(home);
      const shown = names.filter((each) => !each.startsWith('.')).sort();
      return { output: shown.map((each) => `${each}\n`).join(''), exitCode: 0 };
    }
    case 'true':
      return { output: '', exitCode: 0 };
    case 'exit':
      return { output: '', exitCode: Number(args[0] ?? 0) || 0, isExit: true };
    default:
      return { output: `${posix.basename(name)}: command not found\n`, exitCode: 127 };
  }
}

const bell = '\x07';

/** A line editor that echoes, erases and runs commands until `exit` or Ctrl+D on an empty line. */
export function serveShell(channel: ServerChannel, user: ShellUser, _columns: () => number): void {
  const prompt = `${user.name}@${user.host}:~$ `;
  let line = '';
  let chain = Promise.resolve();
  const leave = (code: number): void => {
    channel.exit(code);
    channel.end();
  };
  const enter = async (text: string): Promise<void> => {
    const result = await runCommand(text, user, user.home);
    channel.write(result.output.replaceAll('\n', '\r\n'));
    if (result.isExit) leave(result.exitCode);
    else channel.write(prompt);
  };
  channel.write(
    `Demo host of the emulator. Commands: uname, ls, pwd, whoami, hostname, echo, exit.\r\n${prompt}`,
  );
  channel.on('data', (chunk: Buffer) => {
    for (const char of chunk.toString('utf8')) {
      if (char === '\r' || char === '\n') {
        const text = line;
        line = '';
        channel.write('\r\n');
        chain = chain.then(() => enter(text));
      } else if (char === '\x7f' || char === '\b') {
        channel.write(line === '' ? bell : '\b \b');
        line = line.slice(0, -1);
      } else if (char === '\x03') {
        line = '';
        channel.write(`^C\r\n${prompt}`);
      } else if (char === '\x04' && line === '') {
        channel.write('logout\r\n');
        leave(0);
      } else if (char >= ' ') {
        line += char;
        channel.write(char);
      }
    }
  });
}
