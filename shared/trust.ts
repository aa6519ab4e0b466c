import { z } from 'zod';

const base = { id: z.string(), /** Which machine or action it is about. */ subject: z.string() };

/** A decision that is asked in the window which main owns, never in the page that shows remote output. */
export const trustPromptSchema = z.discriminatedUnion('kind', [
  /** A password, passphrase or other secret that `ssh` asks for. `prompt` is text of the local client or of the server. */
  z.object({
    ...base,
    kind: z.literal('secret'),
    title: z.string(),
    prompt: z.string(),
    /** True if the text was chosen by the remote machine: the window says so. */
    fromServer: z.boolean(),
    /** True if the answer may be shown while typing (keyboard-interactive with echo). */
    echo: z.boolean(),
  }),
  z.object({
    ...base,
    kind: z.literal('host-key-unknown'),
    keyType: z.string(),
    fingerprint: z.string(),
    /** Why it is unknown: never seen, or the machine was made anew since the key was pinned. */
    explanation: z.string(),
  }),
  z.object({
    ...base,
    kind: z.literal('host-key-changed'),
    offered: z.object({ keyType: z.string(), fingerprint: z.string() }),
    pinned: z.array(z.object({ keyType: z.string(), fingerprint: z.string() })),
  }),
  /** A plain decision: title, text, lines (e.g. the sessions that would be cut), and what the buttons say. */
  z.object({
    ...base,
    kind: z.literal('confirm'),
    title: z.string(),
    text: z.string(),
    lines: z.array(z.string()),
    confirmLabel: z.string(),
    tone: z.enum(['normal', 'danger']),
  }),
]);
export type TrustPrompt = Readonly<z.infer<typeof trustPromptSchema>>;

/** The answer to a prompt. `accept` without `secret` for decisions. */
export const trustAnswerSchema = z.object({
  id: z.string(),
  accept: z.boolean(),
  secret: z.string().max(65_536).optional(),
});
export type TrustAnswer = Readonly<z.infer<typeof trustAnswerSchema>>;
