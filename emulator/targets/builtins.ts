import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Targets that every estate has. */
const builtinNames = ['echo', 'chargen', 'discard', 'banner'] as const;

type Builtin = (typeof builtinNames)[number];

/** What `banner` says before it closes. */
export const bannerText = 'emulated service\r\n';

/** 64 KiB of the printable characters in the order of RFC 864. */
const pattern = Buffer.from(
  Array.from({ length: 65_536 }, (_each, index) =>
    index % 74 === 73 ? 10 : 32 + ((index + Math.floor(index / 74)) % 95),
  ),
);

const serve: Readonly<Record<Builtin, (socket: Socket) => void>> = {
  echo: (socket) => socket.pipe(socket),
  discard: (socket) => socket.resume(),
  banner: (socket) => {
    socket.resume();
    socket.end(bannerText);
  },
  chargen: (socket) => {
    socket.resume();
    const fill = (): void => {
      while (!socket.destroyed && socket.write(pattern)) continue;
    };
    socket.on('drain', fill);
    fill();
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
        serve[name](socket);
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
