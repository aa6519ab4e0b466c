import { createRequire } from 'node:module';

/** A program in a pseudo-terminal. */
export interface Pty {
  readonly pid: number;
  readonly onData: (listener: (bytes: Buffer) => void) => void;
  readonly onExit: (listener: (exit: { readonly exitCode: number }) => void) => void;
  readonly write: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly kill: () => void;
}

export interface PtyOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
}

export type SpawnPty = (program: string, args: readonly string[], options: PtyOptions) => Pty;

/** The part of node-pty that is used. Its prebuilt package declares its types under another name than it is installed as. */
interface NodePty {
  readonly spawn: (
    program: string,
    args: string[],
    options: Record<string, unknown>,
  ) => Omit<Pty, 'onData'> & {
    readonly onData: (listener: (data: Buffer) => void) => void;
  };
}

/** Starts a program in a pseudo-terminal; output comes as bytes, so that no character is cut at a chunk's end. */
export const spawnPty: SpawnPty = (program, args, { env, columns, rows }) => {
  // Loaded on first use: the native part is not needed before a terminal is.
  const nodePty = createRequire(import.meta.url)('node-pty') as NodePty;
  return nodePty.spawn(program, [...args], {
    name: 'xterm-256color',
    cols: columns,
    rows,
    cwd: env['HOME'] ?? env['USERPROFILE'],
    env,
    encoding: null,
  });
};
