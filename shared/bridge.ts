import type { z } from 'zod';
import type {
  Channel,
  preloadChannels,
  trustChannels,
  trustEvents,
  windowChannels,
  windowEvents,
} from './ipc.ts';
import type { Result } from './result.ts';

type Calls<C extends Record<string, Channel>> = {
  readonly [K in keyof C]: (input: z.infer<C[K]['input']>) => Promise<Result<z.infer<C[K]['output']>>>;
};

type Subscriptions<E extends Record<string, z.ZodType>> = {
  /** Calls back on every event; returns the function that ends the subscription. */
  readonly [K in keyof E]: (listener: (event: z.infer<E[K]>) => void) => () => void;
};

/** `window.bridge` of the big window: one function a channel, no generic call. */
export interface WindowBridge {
  readonly calls: Calls<typeof windowChannels>;
  readonly events: Subscriptions<typeof windowEvents>;
  /** Offers dropped `File` objects for upload; the preload finds their paths, the page never sees them. */
  readonly offerFiles: (
    sessionId: string,
    files: readonly File[],
  ) => Promise<Result<z.infer<(typeof preloadChannels)['transfer:offer']['output']>>>;
}

/** `window.bridge` of the trust window. */
export interface TrustBridge {
  readonly calls: Calls<typeof trustChannels>;
  readonly events: Subscriptions<typeof trustEvents>;
}

/** A file as the page knows it: declared here so that `shared/` needs no DOM types. */
interface File {
  readonly name: string;
  readonly size: number;
}
