import { type ReactNode, useId } from 'react';
import type { Output } from '../../shared/ipc.ts';
import type { windowChannels } from '../../shared/ipc.ts';

/** The Bastions that hosts can be added to, as main gives them. */
export type HostBastions = Output<typeof windowChannels, 'host:bastions'>;

interface BastionSelectProps {
  /** Null: they are being asked for. */
  readonly bastions: HostBastions | null;
  readonly value: string;
  readonly error: string | null;
  readonly hint: string;
  readonly onChange: (bastionId: string) => void;
}

/** Chooses the Bastion of hosts; those that connect to addresses come first. */
export function BastionSelect({ bastions, value, error, hint, onChange }: BastionSelectProps): ReactNode {
  const id = useId();
  const sorted = (bastions ?? []).toSorted(
    (a, b) => Number(a.ipConnect === 'off') - Number(b.ipConnect === 'off') || a.name.localeCompare(b.name),
  );
  const isEmpty = bastions !== null && bastions.length === 0;
  const chosen = sorted.find((bastion) => bastion.id === value);
  const note =
    error ??
    (chosen?.ipConnect === 'off'
      ? `IP-based connection is off on ${chosen.name}: the host’s page will say how to turn it on.`
      : hint);
  return (
    <div className="field">
      <label htmlFor={id}>Bastion</label>
      <select
        id={id}
        className="input"
        value={value}
        disabled={bastions === null || isEmpty}
        aria-invalid={error !== null}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">
          {bastions === null ? 'Loading…' : isEmpty ? 'You may read no Bastion' : 'Choose a Bastion'}
        </option>
        {sorted.map((bastion) => (
          <option key={bastion.id} value={bastion.id}>
            {bastion.name}
            {bastion.ipConnect === 'off' ? ' (IP-based connection off)' : ''}
          </option>
        ))}
      </select>
      <p id={`${id}-note`} className={error === null ? 'field-hint' : 'field-error'}>
        {note}
      </p>
    </div>
  );
}
