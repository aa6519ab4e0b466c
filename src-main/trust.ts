import type { TrustPrompt } from '../shared/trust.ts';

/** A prompt before it has an id. */
export type PromptBody = TrustPrompt extends infer P
  ? P extends TrustPrompt
    ? Omit<P, 'id'>
    : never
  : never;

/** A decision, or `cancelled` when the window was closed or whoever asked does not need it any more. */
export type TrustOutcome =
  | { readonly kind: 'accepted'; readonly secret: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'cancelled' };

/** Asks a person in the trust window. Aborting the signal takes the question off the screen. */
export type AskTrust = (body: PromptBody, signal?: AbortSignal) => Promise<TrustOutcome>;
