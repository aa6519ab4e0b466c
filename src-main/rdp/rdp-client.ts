import { win32 } from 'node:path';
import { findProgram } from '../ssh/find-program.ts';

/** How Remote Desktop is started on this system. */
export interface RdpCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Written to the program's standard input; null: it asks for the password itself. */
  readonly stdin: string | null;
  /** A file to write first; removed at the end of the session. */
  readonly file: { readonly path: string; readonly text: string } | null;
  /** Whether the program stays as long as its window: if not, the tunnel stays until the user ends it. */
  readonly isAttached: boolean;
}

export interface RdpTarget {
  readonly vmName: string;
  /** Local end of the tunnel. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

interface Place {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Which client this system has; null if none was found. */
export async function findRdpClient(
  place: Place,
): Promise<{ readonly kind: 'mstsc' | 'windows-app' | 'freerdp'; readonly program: string } | null> {
  switch (place.platform) {
    case 'win32': {
      const program = await findProgram('mstsc', place);
      return program === null ? null : { kind: 'mstsc', program };
    }
    case 'darwin':
      return { kind: 'windows-app', program: '/usr/bin/open' };
    default: {
      const program = (await findProgram('xfreerdp3', place)) ?? (await findProgram('xfreerdp', place));
      return program === null ? null : { kind: 'freerdp', program };
    }
  }
}

/** mstsc takes only the address; user and password are asked by it and kept, if at all, by Windows for that address. */
export function mstscCommand(program: string, target: RdpTarget): RdpCommand {
  return {
    program,
    args: [`/v:${target.address}:${target.port}`],
    stdin: null,
    file: null,
    isAttached: false,
  };
}

/** The Windows App of macOS opens a file; `open` returns at once. */
export function windowsAppCommand(program: string, target: RdpTarget, folder: string): RdpCommand {
  const path = `${folder}/${win32.basename(target.vmName).replaceAll(/[^A-Za-z0-9.-]/g, '-')}.rdp`;
  const text = [
    `full address:s:${target.address}:${target.port}`,
    ...(target.user === '' ? [] : [`username:s:${target.user}`]),
    'prompt for credentials:i:1',
    '',
  ].join('\r\n');
  return { program, args: ['-a', 'Windows App', path], stdin: null, file: { path, text }, isAttached: false };
}

/**
 * FreeRDP. The password goes in over standard input, never as an argument that others can read in the process list.
 * The certificate is trusted on first use for the machine's own address and refused when it changes.
 */
export function freerdpCommand(program: string, target: RdpTarget, password: string): RdpCommand {
  return {
    program,
    args: [
      `/v:${target.address}:${target.port}`,
      `/u:${target.user}`,
      '/d:',
      // `force`: before connecting. Without it only servers that ask for credentials by themselves get them.
      '/from-stdin:force',
      '/cert:tofu',
      '/dynamic-resolution',
      '+clipboard',
      `/t:${target.vmName} - Sallyport`,
    ],
    stdin: `${password}\n`,
    file: null,
    isAttached: true,
  };
}
