import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What a process does when it is asked. One parameter and one result, both plain data. */
export type Calls = Readonly<Record<string, (params: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly call: string;
  readonly params: unknown;
}
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/**
 * Connects this process to the one that started it, says its name, and answers what it is asked. The process ends when
 * the connection does, so that nothing is left of a run that was cut short.
 */
export function answerCalls(port: number, name: string, calls: Calls): void {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(0));
  socket.write(`${JSON.stringify({ name })}\n`);
  const answer = async ({ id, call, params }: Question): Promise<Answer> => {
    const run = calls[call];
    if (run === undefined) return { id, error: `no call is named ${call}` };
    try {
      return { id, result: await run(params as never) };
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  createInterface({ input: socket }).on('line', (line) => {
    void answer(JSON.parse(line) as Question).then((result) => socket.write(`${JSON.stringify(result)}\n`));
  });
}

/** A process that answers calls. */
export interface Remote<C extends Calls> {
  /** Asks; rejects after `limitMs` or when the process has gone. */
  call<K extends keyof C & string>(
    name: K,
    params: Parameters<C[K]>[0],
    limitMs?: number,
  ): Promise<Awaited<ReturnType<C[K]>>>;
}

/** Where processes report. */
export interface Hub {
  readonly port: number;
  /** The process of that name, as soon as it has reported. */
  remote<C extends Calls>(name: string): Promise<Remote<C>>;
  dispose(): void;
}

const usualLimitMs = 60_000;

/** Opens a hub on a free port of 127.0.0.1. */
export async function openHub(): Promise<Hub> {
  const sockets = new Set<Socket>();
  const here = new Map<string, Remote<Calls>>();
  const awaited = new Map<string, (remote: Remote<Calls>) => void>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const waiting = new Map<number, (answer: Answer) => void>();
    let name = 'a process';
    let nextId = 1;
    const remote: Remote<Calls> = {
      call: (call, params, limitMs = usualLimitMs) =>
        new Promise<never>((resolve, reject) => {
          const id = nextId++;
          const timer = setTimeout(() => {
            waiting.delete(id);
            reject(new Error(`${name} did not answer ${call} within ${limitMs / 1000} s`));
          }, limitMs);
          waiting.set(id, ({ result, error }) => {
            clearTimeout(timer);
            if (error === undefined) resolve(result as never);
            else reject(new Error(`${name}: ${call}: ${error}`));
          });
          socket.write(`${JSON.stringify({ id, call, params } satisfies Question)}\n`);
        }),
    };
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const [id, settle] of waiting) settle({ id, error: 'the process has ended' });
    });
    createInterface({ input: socket }).on('line', (line) => {
      const message = JSON.parse(line) as Answer & { readonly name?: string };
      if (message.name !== undefined) {
        name = message.name;
        here.set(name, remote);
        awaited.get(name)?.(remote);
        return;
      }
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    remote: <C extends Calls>(name: string) =>
      new Promise<Remote<C>>((resolve) => {
        const settle = (remote: Remote<Calls>): void => resolve(remote);
        const known = here.get(name);
        if (known === undefined) awaited.set(name, settle);
        else settle(known);
      }),
    dispose() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
