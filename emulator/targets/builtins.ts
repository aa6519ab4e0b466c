import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { readInPlace } from '../net/reused-reads.ts';

/** Targets that every estate has. */
export const builtinNames = ['echo', 'chargen', 'discard', 'banner', 'sink'] as const;

export type Builtin = (typeof builtinNames)[number];

/** What `banner` says before it closes. */
export const bannerText = 'emulated service\r\n';

/** 64 KiB of the printable characters in the order of RFC 864: what `chargen` says over and over. */
export const chargenBlock = Buffer.from(
  Array.from({ length: 65_536 }, (_each, index) =>
    index % 74 === 73 ? 10 : 32 + ((index + Math.floor(index / 74)) % 95),
  ),
);

/**
 * The service that answers when so many bytes have arrived: the client says how many in eight bytes (big-endian), is
 * answered `R`, sends them, and is answered `D`. `feed` gives the answer that is due after these bytes.
 */
export function createSink(): {
  readonly feed: (bytes: Buffer) => 'R' | 'D' | undefined;
  isCounting(): boolean;
} {
  const head = Buffer.alloc(8);
  let have = 0;
  let left = 0;
  return {
    isCounting: () => have === head.length,
    feed(bytes) {
      if (have < head.length) {
        have += bytes.copy(head, have);
        if (have < head.length) return undefined;
        left = Number(head.readBigUInt64BE());
        return 'R';
      }
      if (left <= 0) return undefined;
      left -= bytes.length;
      return left <= 0 ? 'D' : undefined;
    },
  };
}

/** What each built-in target does with a connection. */
export const serveBuiltin: Readonly<Record<Builtin, (socket: Socket) => void>> = {
  echo: (socket) => socket.pipe(socket),
  discard(socket) {
    readInPlace(socket, () => undefined);
    socket.resume();
  },
  banner(socket) {
    socket.resume();
    socket.end(bannerText);
  },
  chargen(socket) {
    readInPlace(socket, () => undefined);
    socket.resume();
    const fill = (): void => {
      while (!socket.destroyed && socket.write(chargenBlock)) continue;
    };
    socket.on('drain', fill);
    fill();
  },
  sink(socket) {
    const sink = createSink();
    readInPlace(socket, (buffer, bytes) => {
      const answer = sink.feed(buffer.subarray(0, bytes));
      if (answer !== undefined) socket.write(answer);
    });
    socket.resume();
  },
};

/** The built-in targets, each on a free port of 127.0.0.1. */
export interface Builtins {
  port(name: string): number | undefined;
  dispose(): Promise<void>;
}

/** Opens all of them. */
export async function startBuiltins(): Promise<Builtins> {
  const servers = new Map<string, Server>();
  const sockets = new Set<Socket>();
  await Promise.all(
    builtinNames.map(async (name) => {
      const server = createServer({ noDelay: true }, (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => socket.destroy());
        serveBuiltin[name](socket);
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      servers.set(name, server);
    }),
  );
  return {
    port(name) {
      const server = servers.get(name);
      return server ? (server.address() as AddressInfo).port : undefined;
    },
    async dispose() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        [...servers.values()].map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      );
    },
  };
}
