import type { LookupFunction } from 'node:net';
import WebSocket from 'ws';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { toReachError } from './bastion-errors.ts';

/** The byte stream to the target. The one interface between the relay and whatever carries the bytes. */
export interface Transport {
  /** Sends a chunk of any size. `sent` runs when it has left this process. */
  readonly send: (chunk: Buffer, sent: () => void) => void;
  /** Stops and restarts the delivery of bytes; what is under way may still come. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Closes in order (code 1000); the close is given up on after a time limit. */
  readonly close: () => void;
}

export interface TransportEvents {
  readonly onBytes: (chunk: Buffer) => void;
  /** The round trip of a ping, in milliseconds; never called if the service does not answer pings. */
  readonly onRoundTrip: (ms: number) => void;
  /** Called once. `error` is null for a close in order. */
  readonly onClose: (error: AppError | null) => void;
}

interface Address {
  readonly url: string;
  /** As the Bastion's own web client would name itself. */
  readonly origin: string;
  readonly ca: readonly string[] | null;
  readonly lookup: LookupFunction;
}

/** The reference client never sends more; single larger frames are only reported to work, fragments never. */
const maximumFrameBytes = 4096;
const handshakeTimeoutMs = 20_000;
const closeTimeoutMs = 3_000;
const pingEveryMs = 25_000;
/** The service may send messages of any size; this is what other clients accept. */
const maximumMessageBytes = 64 * 1024 * 1024;
const normalCodes = new Set([1000, 1001, 1005]);

/** Opens the WebSocket of one session. Aborting the signal during the handshake ends it. */
export function openTransport(
  address: Address,
  events: TransportEvents,
  signal: AbortSignal,
): Promise<Result<Transport>> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address.url, {
      origin: address.origin,
      perMessageDeflate: false,
      handshakeTimeout: handshakeTimeoutMs,
      followRedirects: false,
      maxPayload: maximumMessageBytes,
      skipUTF8Validation: true,
      lookup: address.lookup,
      ...(address.ca === null ? {} : { ca: [...address.ca] }),
    });
    socket.binaryType = 'nodebuffer';
    let phase: 'connecting' | 'refused' | 'open' = 'connecting';
    let lastError: Error | null = null;
    const refuse = (error: AppError) => {
      if (phase !== 'connecting') return;
      phase = 'refused';
      resolve(err(error));
    };
    const abort = () => socket.terminate();
    signal.addEventListener('abort', abort, { once: true });

    socket.on('unexpected-response', (request, response) => {
      // Also 101 without the upgrade headers, which real services have been seen to send.
      refuse(
        appError('websocket-refused', {
          detail: `the upgrade was answered with status ${response.statusCode}`,
        }),
      );
      request.destroy();
      socket.terminate();
    });
    socket.on('error', (error) => {
      lastError = error;
      refuse(
        /Sec-WebSocket-Accept/i.test(error.message)
          ? appError('websocket-refused', { detail: error.message })
          : toReachError(error),
      );
    });
    socket.on('message', (data) => {
      // An empty message ends the session for the reference client; for us it is nothing. Text is delivered as its bytes.
      const chunk = data as Buffer;
      if (chunk.length > 0) events.onBytes(chunk);
    });
    socket.on('close', (code) => {
      signal.removeEventListener('abort', abort);
      clearInterval(pings);
      refuse(appError('bastion-unreachable', { detail: lastError?.message ?? `closed with ${code}` }));
      if (phase !== 'open') return;
      if (normalCodes.has(code)) events.onClose(null);
      else {
        // ws reports raw HTTP text after the 101 as an invalid frame: a proxy accepted what the service then refused.
        const isGarbled = lastError !== null && /Invalid WebSocket frame/.test(lastError.message);
        const detail = `close code ${code}${lastError === null ? '' : `, ${lastError.message}`}`;
        events.onClose(appError(isGarbled ? 'websocket-refused' : 'tunnel-lost', { detail }));
      }
    });

    let pingedAtMs = 0;
    const ping = () => {
      pingedAtMs = performance.now();
      socket.ping();
    };
    const pings = setInterval(() => {
      if (socket.readyState === WebSocket.OPEN) ping();
    }, pingEveryMs);
    socket.on('pong', () => events.onRoundTrip(performance.now() - pingedAtMs));

    socket.on('open', () => {
      phase = 'open';
      // From here on it is closed in order, by the relay.
      signal.removeEventListener('abort', abort);
      ping();
      resolve(ok(wrap(socket)));
    });
  });
}

function wrap(socket: WebSocket): Transport {
  let isClosing = false;
  return {
    send: (chunk, sent) => {
      for (let start = 0; start < chunk.length; start += maximumFrameBytes) {
        const end = Math.min(start + maximumFrameBytes, chunk.length);
        // The callback's error is not lost: a send only fails when the socket closes, which is reported by itself.
        socket.send(
          chunk.subarray(start, end),
          { binary: true, fin: true },
          end === chunk.length ? () => sent() : undefined,
        );
      }
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => {
      if (isClosing) return;
      isClosing = true;
      // A paused socket would never read the peer's close frame.
      socket.resume();
      socket.close(1000);
      const timer = setTimeout(() => socket.terminate(), closeTimeoutMs);
      socket.once('close', () => clearTimeout(timer));
    },
  };
}
