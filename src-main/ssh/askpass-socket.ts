import { randomBytes, timingSafeEqual } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { describeError, type Log } from '../log/logger.ts';
import type { Answerer } from './askpass.ts';

/** Environment variable that makes the app's own executable act as the askpass helper: `pipe|secret`. */
export const askpassVariable = 'SALLYPORT_ASKPASS_PIPE';

const maximumLine = 65_536;

/**
 * Questions of one `ssh` process on Windows: the app's executable, started by `ssh` with a variable set, asks over a
 * named pipe. The pipe's name and a secret are random and known to the child alone. One line each way, base64:
 * `secret question`, then `+answer` or `-`.
 */
export class SocketAskpass {
  readonly env: Readonly<Record<string, string>>;
  private readonly server: Server;

  private constructor(server: Server, env: Readonly<Record<string, string>>) {
    this.server = server;
    this.env = env;
  }

  static async open(pipe: string, executable: string, answer: Answerer, log: Log): Promise<SocketAskpass> {
    const secret = randomBytes(32).toString('hex');
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', (error) => log.warn('askpass-failed', { error: describeError(error) }));
      serve(socket, secret, answer).catch((error: unknown) => {
        log.warn('askpass-failed', { error: describeError(error) });
        socket.destroy();
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(pipe, resolve);
    });
    return new SocketAskpass(server, {
      SSH_ASKPASS: executable,
      SSH_ASKPASS_REQUIRE: 'force',
      [askpassVariable]: `${pipe}|${secret}`,
    });
  }

  dispose(): Promise<void> {
    this.server.close();
    return Promise.resolve();
  }
}

/** A pipe name that nobody can guess. */
export function randomPipeName(): string {
  return `\\\\.\\pipe\\sallyport-${randomBytes(16).toString('hex')}`;
}

async function serve(socket: Socket, secret: string, answer: Answerer): Promise<void> {
  const [given = '', question = ''] = (await readLine(socket)).split(' ');
  const isKnown = given.length === secret.length && timingSafeEqual(Buffer.from(given), Buffer.from(secret));
  if (!isKnown) throw new Error('a stranger connected to the askpass pipe');
  const text = await answer(Buffer.from(question, 'base64').toString('utf8'));
  socket.end(text === null ? '-\n' : `+${Buffer.from(text, 'utf8').toString('base64')}\n`);
}

function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > maximumLine) reject(new Error('the askpass line is too long'));
    });
    socket.on('end', () => reject(new Error('the askpass pipe ended early')));
    socket.on('error', reject);
  });
}

/** The helper's side: asks the question that `ssh` gave as an argument. Resolves with the answer, or null. */
export async function askOverPipe(variable: string, question: string): Promise<string | null> {
  const [pipe = '', secret = ''] = variable.split('|');
  const socket = connect(pipe);
  socket.write(`${secret} ${Buffer.from(question, 'utf8').toString('base64')}\n`);
  const line = await readLine(socket);
  socket.destroy();
  return line.startsWith('+') ? Buffer.from(line.slice(1), 'base64').toString('utf8') : null;
}
