import { execFile } from 'node:child_process';
import { constants, open as openRaw } from 'node:fs';
import { chmod, type FileHandle, open, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describeError, type Log } from '../log/logger.ts';
import { errorCodeOf } from '../net/network-errors.ts';
import type { Answerer } from './askpass.ts';

const run = promisify(execFile);

/**
 * The helper that `ssh` starts for a question: a shell script and two pipes in a private folder. It starts in no time,
 * and neither question nor answer touches a disk. The first character of an answer says whether there is one.
 */
const helper = `#!/bin/sh
{ printf '%s' "$1" | base64 | tr -d '\\n'; printf '\\n'; } > "$SALLYPORT_ASKPASS/ask" || exit 1
IFS= read -r answer < "$SALLYPORT_ASKPASS/answer" || exit 1
case "$answer" in
  +*) printf '%s\\n' "\${answer#+}" ;;
  *) exit 1 ;;
esac
`;

/**
 * What `ssh` itself writes into the pipe after it has signed in (LocalCommand). A server can put lines into the
 * client's log, but not here; and no base64 text has this length.
 */
const authenticatedLine = 'authenticated';
export const reportAuthenticated = `echo ${authenticatedLine} > "$SALLYPORT_ASKPASS/ask"`;

const openDescriptor = promisify(openRaw);

interface Needs {
  readonly answer: Answerer;
  readonly onAuthenticated: () => void;
  readonly log: Log;
}

/** How long an answer waits for the helper to listen; it asked a moment ago, so it is there or dead. */
const answerTimeoutMs = 5_000;

/**
 * Lets a helper go that waits for an answer which nobody will give: it would wait for ever, also when its `ssh` has ended
 * and its pipes are removed. Opening for writing fails at once where none waits.
 */
export async function releaseHelper(folder: string): Promise<void> {
  const pipe = await openAnswer(folder).catch(() => null); // none waits, or it is no folder of an `ssh`
  await pipe?.close();
}

function openAnswer(folder: string): Promise<FileHandle> {
  return open(join(folder, 'answer'), constants.O_WRONLY | constants.O_NONBLOCK);
}

/** Questions of one `ssh` process on Linux and macOS. */
export class FifoAskpass {
  readonly env: Readonly<Record<string, string>>;
  private readonly folder: string;
  private readonly questions: Socket;
  private isDisposed = false;

  private constructor(folder: string, fd: number, { answer, onAuthenticated, log }: Needs) {
    this.folder = folder;
    this.env = {
      SSH_ASKPASS: join(folder, 'askpass.sh'),
      SSH_ASKPASS_REQUIRE: 'force',
      SALLYPORT_ASKPASS: folder,
    };
    // The socket alone owns the descriptor: closed twice, its number could be somebody else's by then.
    this.questions = new Socket({ fd, readable: true, writable: false });
    let rest = '';
    this.questions.setEncoding('latin1');
    this.questions.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === authenticatedLine) {
          onAuthenticated();
          continue;
        }
        this.reply(Buffer.from(line, 'base64').toString('utf8'), answer).catch((error: unknown) =>
          log.warn('askpass-failed', { error: describeError(error) }),
        );
      }
    });
    this.questions.on('error', (error) => log.warn('askpass-failed', { error: describeError(error) }));
  }

  static async open(folder: string, needs: Needs): Promise<FifoAskpass> {
    await writeFile(join(folder, 'askpass.sh'), helper, { mode: 0o700 });
    await chmod(join(folder, 'askpass.sh'), 0o700);
    await run('mkfifo', ['-m', '600', join(folder, 'ask'), join(folder, 'answer')]);
    // Opened for both ways, so that it neither blocks now nor ends when a helper closes its side.
    const fd = await openDescriptor(join(folder, 'ask'), constants.O_RDWR | constants.O_NONBLOCK);
    return new FifoAskpass(folder, fd, needs);
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
    this.questions.destroy();
    await releaseHelper(this.folder);
  }

  private async reply(prompt: string, answer: Answerer): Promise<void> {
    const text = await answer(prompt);
    if (this.isDisposed) return;
    const pipe = await this.waitForHelper();
    try {
      await pipe.write(text === null ? '-\n' : `+${text}\n`);
    } finally {
      await pipe.close();
    }
  }

  /** Opening for writing without blocking fails until the helper reads. */
  private async waitForHelper(): Promise<FileHandle> {
    const deadline = Date.now() + answerTimeoutMs;
    for (;;) {
      try {
        return await openAnswer(this.folder);
      } catch (error) {
        if (Date.now() > deadline || errorCodeOf(error) !== 'ENXIO') throw error;
        await delay(5);
      }
    }
  }
}
