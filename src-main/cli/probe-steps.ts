import { setTimeout as delay } from 'node:timers/promises';
import type { ProbeStep } from './probe-fixture.ts';
import type { ProbeClient, ProbeExchange, ProbeSession, ProbeSocket } from './probe-client.ts';

/** What a step has to say, before it is timed and named. */
type Seen = ProbeStep['seen'];

interface Step {
  readonly name: string;
  readonly question: string;
  readonly run: (client: ProbeClient, longestSeconds: number) => Promise<Seen>;
}

/** How long a WebSocket is watched for what should happen at once, at the most. */
const longestShortMs = 2_000;
/** An SSH identification: harmless to an SSH server, and it answers with its own. */
const greeting = Buffer.from('SSH-2.0-Sallyport_probe\r\n');
/** Message sizes that are tried, from the one that is known to work. */
const messageSizes = [4_096, 8_192, 16_384, 32_768, 65_532];

const shortMs = (longestSeconds: number): number => Math.min(longestShortMs, longestSeconds * 100);

const round = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

function exchangeSeen(exchange: ProbeExchange): Seen {
  return {
    status: exchange.status,
    message: exchange.message,
    headers: [...exchange.headerNames],
    authTokenLength: exchange.session?.authToken.length ?? null,
    websocketTokenLength: exchange.session?.websocketToken.length ?? null,
    exchangeMs: round(exchange.durationMs),
  };
}

function socketSeen(socket: ProbeSocket): Seen {
  return {
    upgradeStatus: socket.status,
    garbled: socket.isGarbled,
    closeCode: socket.closeCode,
    endedAfterMs: round(socket.endedAfterMs),
    firstByteAfterMs: round(socket.firstByteAfterMs),
    receivedBytes: socket.receivedBytes,
    frameSizes: [...socket.frameSizes].toSorted((a, b) => a - b).map(String),
  };
}

/** A session for a step, ended whatever happens. */
async function withSession(
  client: ProbeClient,
  act: (session: ProbeSession, exchange: ProbeExchange) => Promise<Seen>,
  change: Readonly<Record<string, string>> = {},
): Promise<Seen> {
  const exchange = await client.exchange(change);
  if (!exchange.ok) return { error: exchange.error.code };
  const { session } = exchange.value;
  if (session === null) return exchangeSeen(exchange.value);
  try {
    return await act(session, exchange.value);
  } finally {
    await client.end(session);
  }
}

/** Opens the session's WebSocket for a step, and closes it. */
async function withSocket(
  client: ProbeClient,
  session: ProbeSession,
  act: (socket: ProbeSocket) => Promise<Seen>,
): Promise<Seen> {
  const socket = await client.open(session);
  if (!socket.ok) return { error: socket.error.code };
  try {
    return await act(socket.value);
  } finally {
    await socket.value.close();
  }
}

/** Sends something in one way and watches what comes of it. */
function sending(send: (socket: ProbeSocket) => void) {
  return (client: ProbeClient, longestSeconds: number): Promise<Seen> =>
    withSession(client, (session) =>
      withSocket(client, session, async (socket) => {
        send(socket);
        await socket.wait(shortMs(longestSeconds));
        return socketSeen(socket);
      }),
    );
}

/** SSH packets that a server ignores or answers with a disconnect, as many as are needed. */
function padded(bytes: number): Buffer {
  const packet = Buffer.alloc(1024);
  packet.writeUInt32BE(1020, 0);
  packet[4] = 4;
  packet[5] = 2; // SSH_MSG_IGNORE
  packet.writeUInt32BE(1010, 6);
  return Buffer.concat([
    greeting,
    ...Array.from({ length: Math.ceil(bytes / packet.length) }, () => packet),
  ]).subarray(0, bytes);
}

/** Gentle on purpose: one session at a time, about twenty in all, each ended at once. */
export const probeSteps: readonly Step[] = [
  {
    name: 'ordinary',
    question: 'What an ordinary connection looks like',
    run: (client, longestSeconds) =>
      withSession(client, async (session, exchange) => ({
        ...exchangeSeen(exchange),
        ...(await withSocket(client, session, async (socket) => {
          socket.send(greeting, 4096);
          await socket.wait(shortMs(longestSeconds));
          return socketSeen(socket);
        })),
        firstDelete: await client.end(session),
        secondDelete: await client.end(session),
      })),
  },
  {
    name: 'token-reuse',
    question: 'Whether a WebSocket token opens more than one connection',
    run: (client, longestSeconds) =>
      withSession(client, async (session) => {
        const first = await withSocket(client, session, async (socket) => {
          await socket.wait(200);
          return socketSeen(socket);
        });
        const second = await withSocket(client, session, async (socket) => {
          await socket.wait(shortMs(longestSeconds));
          return socketSeen(socket);
        });
        const isOpen = second['upgradeStatus'] === 101 && second['garbled'] === false;
        return { firstStatus: first['upgradeStatus'] ?? null, secondOpens: isOpen, ...second };
      }),
  },
  {
    name: 'token-age',
    question: 'For how long a WebSocket token is good',
    run: async (client, longestSeconds) => {
      let oldestGood = 0;
      for (const seconds of [5, 15, 30, 60, 120, 300, 900].filter((each) => each <= longestSeconds)) {
        const seen = await withSession(client, async (session) => {
          await delay(seconds * 1000);
          return withSocket(client, session, async (socket) => {
            socket.send(greeting, 4096);
            await socket.wait(shortMs(longestSeconds));
            return socketSeen(socket);
          });
        });
        if (seen['upgradeStatus'] !== 101 || seen['garbled'] === true) {
          return { oldestGoodSeconds: oldestGood, youngestBadSeconds: seconds, ...seen };
        }
        oldestGood = seconds;
      }
      return { oldestGoodSeconds: oldestGood, youngestBadSeconds: null };
    },
  },
  {
    name: 'pings',
    question: 'Whether pings are answered, and whether the service sends its own',
    run: (client, longestSeconds) =>
      withSession(client, (session) =>
        withSocket(client, session, async (socket) => {
          for (let count = 0; count < 3; count++) {
            socket.ping();
            await socket.wait(500);
          }
          const { pongs } = socket;
          await socket.wait(longestSeconds * 1000);
          return {
            sent: 3,
            pongs,
            servicePings: socket.servicePings,
            watchedSeconds: longestSeconds,
            ...socketSeen(socket),
          };
        }),
      ),
  },
  ...messageSizes.map(
    (bytes): Step => ({
      name: `message-${bytes}`,
      question: 'Which sizes of one message are carried',
      run: sending((socket) => socket.send(padded(bytes), bytes)),
    }),
  ),
  {
    name: 'fragmented',
    question: 'Whether a message in several frames is carried',
    run: sending((socket) => socket.sendFragmented(greeting)),
  },
  {
    name: 'closed-port',
    question: 'What a target port that refuses looks like',
    run: (client, longestSeconds) =>
      withSession(
        client,
        (session, exchange) =>
          withSocket(client, session, async (socket) => {
            await socket.wait(Math.min(10_000, longestSeconds * 1000));
            return { status: exchange.status, ...socketSeen(socket) };
          }),
        { workloadHostPort: '1' },
      ),
  },
  {
    name: 'continuation',
    question: 'Whether a continued session keeps its authToken',
    run: (client) =>
      withSession(client, async (session) => {
        const again = await client.exchange({ token: session.authToken });
        if (!again.ok) return { error: again.error.code };
        const kept = again.value.session?.authToken === session.authToken;
        if (again.value.session !== null && !kept) await client.end(again.value.session);
        return { status: again.value.status, keepsAuthToken: kept };
      }),
  },
  {
    name: 'unknown-target',
    question: 'Status for a target that does not exist',
    run: async (client) => {
      const nobody =
        '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/none/providers/Microsoft.Compute/virtualMachines/none';
      return withSession(client, (_session, exchange) => Promise.resolve(exchangeSeen(exchange)), {
        resourceId: nobody,
      });
    },
  },
];
