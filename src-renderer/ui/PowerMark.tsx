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

/** Power as a shape and a colour: a full disc, a ring, a half disc, a dashed ring. Always has its words with it. */
export function PowerMark({
  power,
  isSilent = false,
}: {
  readonly power: Power;
  readonly isSilent?: boolean;
}): ReactNode {
  const shape = powerShape(power);
  return (
    <span className="named-icon" {...(isSilent ? {} : { title: powerText(power) })}>
      <svg className={`power power-${shape}`} viewBox="0 0 16 16" aria-hidden>
        <circle cx="8" cy="8" r="4.25" className="power-ring" />
        {shape === 'changing' && <path d="M8 3.75 a4.25 4.25 0 0 0 0 8.5 z" className="power-half" />}
      </svg>
      {!isSilent && <span className="visually-hidden">{powerText(power)}</span>}
    </span>
  );
}
