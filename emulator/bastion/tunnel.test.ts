import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dataPlaneHost } from '../estate/inventory.ts';
import type { Emulator, FaultsInput } from '../index.ts';
import { bannerText } from '../targets/builtins.ts';
import { createClock, demo, networkId, startDemo, vmId } from '../testing/estate.ts';
import { type Client, connectTo, type Exchanged, next } from '../testing/tunnel.ts';
import { signIn } from '../testing/walk.ts';
import { createWorld } from '../world.ts';

const web = vmId(demo.web, 'rg-web-weu', 'web-01');
const hub = networkId(demo.connectivity, 'rg-network-weu', 'bastionHosts', 'bas-hub-weu');

describe('a tunnel', () => {
  const clock = createClock();
  let emulator: Emulator;
  let bastion: Client;
  let ada: string;
  const open: WebSocket[] = [];

  beforeAll(async () => {
    emulator = await startDemo({ now: clock.now });
    const world = createWorld(emulator.estate(), { latencies: 'none' });
    bastion = await connectTo(
      emulator.cloud,
      dataPlaneHost(world.inventory.findKind('bastion', hub) ?? expect.fail('no hub')),
    );
    ada = (await signIn(emulator.cloud, demo.ada))['access_token'] ?? '';
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.terminate();
    emulator.updateEstate(emulator.baseEstate);
    emulator.clearFaults();
  });
  afterAll(() => emulator.dispose());

  const exchange = async (port = '7', resourceId = web): Promise<Exchanged> =>
    (await bastion.exchange({ resourceId, workloadHostPort: port, aztoken: ada })).json<Exchanged>();
  const socketOf = (session: Exchanged): WebSocket => {
    const socket = bastion.socket(session);
    socket.on('error', () => undefined);
    open.push(socket);
    return socket;
  };
  const connect = async (port = '7', resourceId = web): Promise<WebSocket> => {
    const socket = socketOf(await exchange(port, resourceId));
    await next(socket, 'open');
    return socket;
  };
  /** How a connection ended: the close code, 1006 for one without a close frame. */
  const ending = async (socket: WebSocket): Promise<unknown> => (await next(socket, 'close'))[0];
  /** Reads frames until so many bytes came. */
  const read = async (socket: WebSocket, bytes: number): Promise<Buffer[]> => {
    const frames: Buffer[] = [];
    let have = 0;
    for await (const [data] of on(socket)) {
      frames.push(data);
      have += data.length;
      if (have >= bytes) break;
    }
    return frames;
  };
  async function* on(socket: WebSocket): AsyncGenerator<[Buffer, boolean]> {
    const queue: [Buffer, boolean][] = [];
    let wake: () => void = () => undefined;
    const listener = (data: Buffer, isBinary: boolean): void => {
      queue.push([data, isBinary]);
      wake();
    };
    socket.on('message', listener);
    try {
      for (;;) {
        const first = queue.shift();
        if (first) yield first;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      socket.off('message', listener);
    }
  }

  it('carries bytes to the target and back, unchanged', async () => {
    const socket = await connect();
    const sent = randomBytes(300_000);
    for (let at = 0; at < sent.length; at += 4096) socket.send(sent.subarray(at, at + 4096));
    expect(Buffer.concat(await read(socket, sent.length)).equals(sent)).toBe(true);
  });

  it('delivers what the target said before it closed, then closes with 1000', async () => {
    const socket = socketOf(await exchange('5432', vmId(demo.data, 'rg-data-weu', 'db-01')));
    const [[message], code] = await Promise.all([next(socket, 'message'), ending(socket)]);
    expect([String(message), code]).toEqual([bannerText, 1000]);
  });

  it('stops reading a target that says more than the client takes', async () => {
    const socket = await connect('19');
    socket.pause();
    let last = -1;
    const isStill = async (): Promise<boolean> => {
      // Two looks a hundred event-loop turns apart: a target without back-pressure grows by megabytes in that time.
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const now = emulator.stats().bytesDown;
      const still = now === last;
      last = now;
      return still;
    };
    let quiet = 0;
    while (quiet < 3) quiet = (await isStill()) ? quiet + 1 : 0;
    expect(last).toBeLessThan(64 * 1024 * 1024);
  });

  it('reads on when the client does', async () => {
    const socket = await connect('19');
    socket.pause();
    socket.resume();
    expect((await read(socket, 8 * 1024 * 1024)).length).toBeGreaterThan(1);
  });

  it.each([
    ['drop', 1006],
    ['close-1009', 1009],
  ] as const)('ends at a frame that is too large (%s)', async (frameViolation, code) => {
    emulator.updateEstate({ switches: { frameViolation } });
    const socket = await connect();
    socket.send(Buffer.alloc(4097));
    expect([await ending(socket), emulator.stats().frameViolations > 0]).toEqual([code, true]);
  });

  it('takes larger frames if the limit is off', async () => {
    emulator.updateEstate({ switches: { maxClientFrameBytes: 0 } });
    const socket = await connect();
    socket.send(Buffer.alloc(100_000));
    expect(Buffer.concat(await read(socket, 100_000)).length).toBe(100_000);
  });

  it.each([
    ['close', 1006],
    ['accept', undefined],
  ] as const)('a message in two frames: %s', async (fragmentedClientFrames, code) => {
    emulator.updateEstate({ switches: { fragmentedClientFrames } });
    const socket = await connect();
    socket.send('ab', { binary: true, fin: false });
    socket.send('cd', { binary: true, fin: true });
    const outcome = code === undefined ? String(Buffer.concat(await read(socket, 4))) : await ending(socket);
    expect(outcome).toBe(code ?? 'abcd');
  });

  it.each([
    ['close-1003', 1003],
    ['ignore', 'after'],
  ] as const)('a text frame: %s', async (clientTextFrames, expected) => {
    emulator.updateEstate({ switches: { clientTextFrames } });
    const socket = await connect();
    socket.send('text');
    const outcome =
      expected === 1003
        ? ending(socket)
        : (socket.send(Buffer.from('after')), read(socket, 5).then((parts) => String(parts[0])));
    expect(await outcome).toBe(expected);
  });

  it('answers pings only if it is told to', async () => {
    const silent = await connect();
    let pongs = 0;
    silent.on('pong', () => {
      pongs += 1;
    });
    silent.ping();
    silent.send(Buffer.from('x'));
    // The echo comes after where the pong would have been.
    await read(silent, 1);
    emulator.updateEstate({ switches: { answerPings: true } });
    const answering = await connect();
    const pong = next(answering, 'pong');
    answering.ping('hello');
    expect([pongs, String((await pong)[0])]).toEqual([0, 'hello']);
  });

  it('pings of its own accord if it is told to', async () => {
    emulator.updateEstate({ switches: { servicePingSeconds: 0.01 } });
    await next(await connect(), 'ping');
  });

  it('cuts an idle tunnel if it is told to', async () => {
    emulator.updateEstate({ switches: { idleTunnelSeconds: 0.02 } });
    expect(await ending(await connect())).toBe(1006);
  });

  describe('its token', () => {
    /** What a client sees: the page of fault B breaks the frame parser, a plain refusal is an HTTP status. */
    const refusal = async (session: Exchanged): Promise<string> => {
      const socket = bastion.socket(session);
      const [error] = await next(socket, 'error');
      return String(error);
    };
    const plain = 'Error: Unexpected server response: 400';
    const page = 'RangeError: Invalid WebSocket frame: RSV1 must be clear';

    it.each([
      ['upgrade-then-400', page],
      ['refuse-400', plain],
    ] as const)('is refused when it is not known (%s)', async (badWebsocketToken, expected) => {
      emulator.updateEstate({ switches: { badWebsocketToken } });
      const session = await exchange();
      expect(await refusal({ ...session, websocketToken: 'ab'.repeat(24) })).toBe(expected);
    });

    it('is good at its own node only', async () => {
      emulator.updateEstate({ switches: { badWebsocketToken: 'refuse-400' } });
      const session = await exchange();
      expect(await refusal({ ...session, nodeId: '10.0.1.99' })).toBe(plain);
    });

    it('expires', async () => {
      emulator.updateEstate({ switches: { badWebsocketToken: 'refuse-400' } });
      const session = await exchange();
      clock.advance(16_000);
      expect(await refusal(session)).toBe(plain);
    });

    it.each([
      ['once', 1],
      ['until-expiry', 2],
    ] as const)('opens connections: %s', async (websocketTokenUse, count) => {
      emulator.updateEstate({ switches: { websocketTokenUse, badWebsocketToken: 'refuse-400' } });
      const session = await exchange();
      await next(socketOf(session), 'open');
      if (count === 1) expect(await refusal(session)).toBe(plain);
      else await next(socketOf(session), 'open');
    });
  });

  describe('to a target that does not answer', () => {
    const stopped = vmId(demo.web, 'rg-web-weu', 'web-03');
    const locked = vmId(demo.web, 'rg-web-weu', 'web-locked-01');
    const silence = async (socket: WebSocket): Promise<string> => {
      await next(socket, 'open');
      socket.send(Buffer.from('hello'));
      socket.close(1000);
      return `closed by us: ${String(await ending(socket))}`;
    };

    it.each([
      ['silence', stopped],
      ['silence', locked],
    ])('%s from %s', async (_how, target) => {
      expect(await silence(socketOf(await exchange('22', target)))).toBe('closed by us: 1000');
    });

    it('is closed, refused late, or refused early, as the switch says', async () => {
      emulator.updateEstate({ switches: { unreachableTarget: 'close-1011' } });
      const closed = await ending(socketOf(await exchange('22', stopped)));
      emulator.updateEstate({ switches: { unreachableTarget: 'upgrade-then-400' } });
      const late = await next(bastion.socket(await exchange('22', stopped)), 'error');
      emulator.updateEstate({ switches: { unreachableTarget: 'tokens-500' } });
      const early = await bastion.exchange({ resourceId: stopped, workloadHostPort: '22', aztoken: ada });
      expect([closed, String(late[0]).includes('RSV1'), early.status]).toEqual([1011, true, 500]);
    });

    it('a port without a target: the four ways', async () => {
      const closed = await ending(socketOf(await exchange('8080')));
      emulator.updateEstate({ switches: { closedPort: 'silence' } });
      const silent = await silence(socketOf(await exchange('8080')));
      emulator.updateEstate({ switches: { closedPort: 'upgrade-then-400' } });
      const late = await next(bastion.socket(await exchange('8080')), 'error');
      emulator.updateEstate({ switches: { closedPort: 'tokens-500' } });
      const early = await bastion.exchange({ resourceId: web, workloadHostPort: '8080', aztoken: ada });
      expect([closed, silent, String(late[0]).includes('RSV1'), early.status]).toEqual([
        1011,
        'closed by us: 1000',
        true,
        500,
      ]);
    });
  });

  describe('with faults', () => {
    const fault = (faults: FaultsInput): void => emulator.setFaults(faults);

    it.each([
      ['rejects a token once', { rejectTokens: {} }, [401, 200]],
      ['throttles', { throttleTokens: { times: 1 } }, [429, 200]],
      ['fails twice', { failTokens: { times: 2 } }, [500, 500, 200]],
      ['says that the token expired', { expireTokens: { times: 1 } }, [401, 200]],
      ['is in maintenance', { maintenance: { times: 1 } }, [503, 200]],
    ] as const)('%s', async (_name, faults, statuses) => {
      fault(faults);
      const seen: number[] = [];
      for (const _status of statuses) {
        seen.push((await bastion.exchange({ resourceId: web, workloadHostPort: '7', aztoken: ada })).status);
      }
      expect(seen).toEqual(statuses);
    });

    it('applies to one Bastion only if told so', async () => {
      fault({ failTokens: { bastion: 'bas-erp-weu' } });
      const other = (await bastion.exchange({ resourceId: web, workloadHostPort: '7', aztoken: ada })).status;
      fault({ failTokens: { bastion: 'BAS-HUB-WEU' } });
      const named = (await bastion.exchange({ resourceId: web, workloadHostPort: '7', aztoken: ada })).status;
      expect([other, named]).toEqual([200, 500]);
    });

    it.each(['authToken', 'nodeId', 'websocketToken'] as const)('leaves out %s', async (field) => {
      fault({ omitTokenField: { field } });
      expect(Object.keys(await exchange())).not.toContain(field);
    });

    it('sends what is no JSON', async () => {
      fault({ garbleTokens: { body: 'html' } });
      const answer = await bastion.exchange({ resourceId: web, workloadHostPort: '7', aztoken: ada });
      expect([answer.status, () => answer.json()]).toEqual([200, expect.any(Function)]);
      expect(() => answer.json()).toThrow();
    });

    it('cuts the exchange', async () => {
      fault({ resetTokens: { times: 1 } });
      await expect(exchange()).rejects.toMatchObject({ code: 'ECONNRESET' });
    });

    it('answers 101 without its headers (fault A)', async () => {
      fault({ upgradeWithoutHeaders: { omit: 'both' } });
      const socket = bastion.socket(await exchange());
      const [error] = await next(socket, 'error');
      expect(String(error)).toContain('101');
    });

    it('answers 101 and then an HTTP page (fault B)', async () => {
      fault({ upgradeThen400: {} });
      const [error] = await next(bastion.socket(await exchange()), 'error');
      expect(String(error)).toContain('RSV1');
    });

    it('answers 101 and then nothing (fault C)', async () => {
      fault({ upgradeThenSilence: {} });
      const socket = await connect();
      socket.send(Buffer.from('hello'));
      let isHeard = false;
      socket.on('message', () => {
        isHeard = true;
      });
      socket.terminate();
      await ending(socket);
      expect(isHeard).toBe(false);
    });

    it('moves the session to another node', async () => {
      fault({ moveNode: { times: 1 } });
      const [error] = await next(bastion.socket(await exchange()), 'error');
      expect(String(error)).toContain('RSV1');
    });

    it.each([
      ['resets', { resetTunnel: { afterBytes: 10 } }, 1006],
      ['closes with 1011', { closeTunnel: { afterBytes: 10, code: 1011 } }, 1011],
      ['closes with 1001', { closeTunnel: { afterBytes: 10, code: 1001 } }, 1001],
      ['ends without a close frame', { closeTunnel: { afterBytes: 10, code: 1006 } }, 1006],
    ] as const)('%s after ten bytes', async (_name, faults, code) => {
      fault(faults);
      const socket = await connect();
      const received: Buffer[] = [];
      socket.on('message', (data: Buffer) => received.push(data));
      socket.send(Buffer.alloc(20));
      expect(await ending(socket)).toBe(code);
      // A reset may overtake the bytes before it.
      if (!('resetTunnel' in faults)) expect(Buffer.concat(received).length).toBe(10);
    });

    it('never answers a close frame', async () => {
      fault({ ignoreClose: {} });
      const socket = await connect();
      socket.close(1000);
      socket.send = () => undefined;
      await new Promise((resolve) => setImmediate(resolve));
      expect(socket.readyState).toBe(WebSocket.CLOSING);
    });

    it('sends frames of one byte', async () => {
      fault({ frameSize: { bytes: 1 } });
      const socket = await connect();
      socket.send(Buffer.from('abc'));
      expect((await read(socket, 3)).map(String)).toEqual(['a', 'b', 'c']);
    });

    it('sends frames of a mebibyte', async () => {
      fault({ frameSize: { bytes: 1024 * 1024 } });
      const socket = await connect('19');
      // How much the target has sent by then is up to the system: smaller frames may be among them, larger ones never.
      const sizes = (await read(socket, 16 * 1024 * 1024)).map((frame) => frame.length);
      expect(Math.max(...sizes)).toBe(1_048_576);
    });

    it('fragments its messages', async () => {
      fault({ fragmentFrames: { bytes: 2 } });
      const socket = await connect();
      socket.send(Buffer.from('abcde'));
      // The library joins fragments: the message arrives whole.
      expect((await read(socket, 5)).map(String)).toEqual(['abcde']);
    });

    it('pings with a payload', async () => {
      fault({ serverPings: { payloadBytes: 125 } });
      const socket = socketOf(await exchange());
      const [payload] = await next(socket, 'ping');
      expect((payload as Buffer).length).toBe(125);
    });

    it('sends a text frame and an empty frame', async () => {
      fault({ textFrame: { text: 'notice' }, emptyFrame: {} });
      const socket = socketOf(await exchange());
      const seen: [string, boolean][] = [];
      for await (const [data, isBinary] of on(socket)) {
        seen.push([String(data), isBinary]);
        if (seen.length === 2) break;
      }
      expect(seen).toEqual([
        ['notice', false],
        ['', true],
      ]);
    });

    it('stops reading in the middle', async () => {
      fault({ halfOpen: { afterBytes: 1 } });
      const socket = await connect();
      socket.send(Buffer.from('a'));
      await read(socket, 1);
      const before = emulator.stats().bytesUp;
      await new Promise<void>((resolve) => socket.send(Buffer.from('b'), () => resolve()));
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(emulator.stats().bytesUp).toBe(before);
    });

    it('fails DELETE, and keeps the session', async () => {
      fault({ failDelete: { times: 1, status: 502 } });
      const session = await exchange();
      const before = emulator.sessions().length;
      const failed = await bastion.end(session);
      const kept = emulator.sessions().length === before;
      expect([failed.status, kept, (await bastion.end(session)).status]).toEqual([502, true, 204]);
    });

    it('ends every tunnel for maintenance', async () => {
      const socket = await connect();
      const closed = ending(socket);
      fault({ maintenance: { times: 1 } });
      expect(await closed).toBe(1001);
    });

    it('refuses settings that no fault has', () => {
      expect(() => fault({ failTokens: { status: 200 } })).toThrow();
      expect(() => fault({ explode: {} } as never)).toThrow();
    });
  });
});
