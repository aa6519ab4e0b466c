import { Grid2x2, Server, SquareTerminal } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Os } from '../../shared/inventory.ts';
import { NamedIcon } from './NamedIcon.tsx';

/** The name of an operating system family. */
export function osText(os: Os): string {
  return os === 'linux' ? 'Linux' : os === 'windows' ? 'Windows' : 'Unknown system';
}

/** The icon of an operating system family, with its name. */
export function OsIcon({ os }: { readonly os: Os }): ReactNode {
  const icon = os === 'linux' ? SquareTerminal : os === 'windows' ? Grid2x2 : Server;
  return <NamedIcon icon={icon} label={osText(os)} />;
}
