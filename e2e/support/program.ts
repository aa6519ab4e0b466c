import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A local program that uses a tunnel: it sends, and waits for what comes back. */
export interface Program {
  readonly socket: Socket;
  /** Sends bytes and resolves with as many that came back; rejects at the end of the connection. */
  readonly echo: (bytes: Buffer) => Promise<Buffer>;
  readonly close: () => void;
}

/** Connects to `address:port`, as the panel shows it. */
export async function dialProgram(end: string): Promise<Program> {
  const at = end.lastIndexOf(':');
  const socket = connect({ host: end.slice(0, at), port: Number(end.slice(at + 1)) });
  await once(socket, 'connect');
  socket.on('error', () => undefined); // the close that follows is what counts
  return {
    socket,
    echo: (bytes) =>
      new Promise((resolve, reject) => {
        const chunks: Buffer[] = [];
        let length = 0;
        const onData = (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length >= bytes.length) finish(() => resolve(Buffer.concat(chunks)));
        };
        const onEnd = () => finish(() => reject(new Error('the connection has ended')));
        const finish = (then: () => void) => {
          socket.off('data', onData);
          socket.off('close', onEnd);
          then();
        };
        socket.on('data', onData);
        socket.on('close', onEnd);
        socket.write(bytes);
      }),
    close: () => socket.destroy(),
  };
}

/** Sends a line from a program of another user; resolves with what came back, empty if it was turned away. Needs root. */
export async function echoAsOther(end: string, line: string): Promise<string> {
  const at = end.lastIndexOf(':');
  const script = `exec 3<>/dev/tcp/${end.slice(0, at)}/${end.slice(at + 1)} || exit 1
printf '%s\\n' '${line}' >&3
read -r -t 15 answer <&3
printf '%s' "$answer"`;
  const child = spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'bash', '-c', script]);
  let answer = '';
  child.stdout.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  await once(child, 'close');
  return answer;
}
