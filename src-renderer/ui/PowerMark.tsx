import type { ReactNode } from 'react';
import type { Power } from '../../shared/inventory.ts';
import { powerShape } from '../inventory/filter.ts';

/** The words of the Azure portal for a power state. */
export function powerText(power: Power): string {
  switch (power) {
    case 'running':
      return 'Running';
    case 'starting':
      return 'Starting';
    case 'stopping':
      return 'Stopping';
    case 'stopped':
      return 'Stopped';
    case 'deallocating':
      return 'Deallocating';
    case 'deallocated':
      return 'Stopped (deallocated)';
    case 'unknown':
      return 'Power state unknown';
  }
}

// Drawn by the style sheet, so the role stands in for the tag.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */

/** Power as a shape and a colour: a full disc, a ring, a half disc, a dashed ring. Always has its words with it. */
export function PowerMark({
  power,
  isSilent = false,
}: {
  readonly power: Power;
  readonly isSilent?: boolean;
}): ReactNode {
  const className = `mark power-${powerShape(power)}`;
  if (isSilent) return <span className={className} aria-hidden />;
  const text = powerText(power);
  return <span className={className} role="img" aria-label={text} title={text} />;
}
