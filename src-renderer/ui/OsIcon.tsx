// Drawn by the style sheet, so the role stands in for the tag.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import type { ReactNode } from 'react';
import type { Os } from '../../shared/inventory.ts';

/** The name of an operating system family. */
export function osText(os: Os): string {
  return os === 'linux' ? 'Linux' : os === 'windows' ? 'Windows' : 'Unknown system';
}

/** The icon of an operating system family, with its name. */
export function OsIcon({ os }: { readonly os: Os }): ReactNode {
  const text = osText(os);
  return <span className={`mark os-${os}`} role="img" aria-label={text} title={text} />;
}
