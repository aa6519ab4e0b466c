import type { AppError } from '../../shared/errors.ts';

/** The byte stream to the target. The one interface between the relay and whatever carries the bytes. */
export interface Transport {
  /**
   * Takes `buffer[start, end)`, which may be reused at once. False: nothing more should be sent until `onWritable`
   * (what is sent all the same is still taken).
   */
  readonly send: (buffer: Buffer, start: number, end: number) => boolean;
  /** How much should be read for it at a time: little where the link is slow, so that no more waits than is allowed. */
  readonly wantedBytes: () => number;
  /** Stops and restarts the delivery of bytes; what has been received already may still come. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Whether everything that was sent has arrived, where the service tells; else whether it has left this process. */
  readonly isDrained: () => boolean;
  /** Sends a ping now; its answer, or the dead peer, is told by the events. `limitMs`: how long the answer may take. */
  readonly probe: (limitMs: number) => void;
  /**
   * Closes in order (code 1000) behind everything sent; the peer's answer is waited for, within a time limit. `patient`: a
   * long one, as long as it may be that not all has arrived.
   */
  readonly close: (how?: 'patient') => void;
  /** Cuts it. */
  readonly destroy: () => void;
}

/** How a transport ended. */
export type TransportEnd =
  /** The service closed in order, or answered our close. */
  | { readonly kind: 'closed'; readonly code: number }
  /** Lost, or broken; `isGarbled`: what came was no WebSocket stream from its first byte on. */
  | { readonly kind: 'lost'; readonly error: AppError; readonly isGarbled: boolean };

export interface TransportEvents {
  /** Called once, before everything else. */
  readonly onOpen: (transport: Transport) => void;
  /** `buffer[start, end)` is valid only during the call. Never empty. */
  readonly onBytes: (buffer: Buffer, start: number, end: number) => void;
  /** All of one read has been passed on. */
  readonly onChunkEnd: () => void;
  readonly onWritable: () => void;
  /** The round trip of a ping, in milliseconds; never called if the service does not answer pings. */
  readonly onRoundTrip: (ms: number) => void;
  /** Called once. */
  readonly onEnd: (end: TransportEnd) => void;
}
