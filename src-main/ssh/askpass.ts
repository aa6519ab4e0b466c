import type { FifoAskpass } from './askpass-fifo.ts';
import type { SocketAskpass } from './askpass-socket.ts';

/** Answers one question of `ssh`; null cancels it. */
export type Answerer = (prompt: string) => Promise<string | null>;

/** The way from a running `ssh` to this process: what to put into its environment, and how to end it. */
export type Askpass = FifoAskpass | SocketAskpass;

/** Opens the way that this system has. */
export type OpenAskpass = (folder: string, answer: Answerer, onAuthenticated: () => void) => Promise<Askpass>;
