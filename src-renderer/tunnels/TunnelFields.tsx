import type { ReactNode } from 'react';
import type { TunnelSuggestion } from '../../shared/tunnel.ts';
import { parsePort } from '../profiles/draft.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import { TextField } from '../ui/TextField.tsx';
import { WarningNote } from '../ui/WarningNote.tsx';
import { isUndocumentedPort, localPortHint, type TunnelProblems, type TypedTunnel } from './tunnel-draft.ts';

const quickPorts = [
  { port: 22, name: 'SSH' },
  { port: 3389, name: 'RDP' },
] as const;

interface TunnelFieldsProps {
  readonly typed: TypedTunnel;
  readonly problems: TunnelProblems;
  /** Null until main has answered. */
  readonly suggestion: TunnelSuggestion | null;
  readonly onChange: (part: Partial<TypedTunnel>) => void;
}

function RemotePort({ typed, problems, onChange }: TunnelFieldsProps): ReactNode {
  return (
    <>
      <div className="port-row">
        <TextField
          label="Port of the machine"
          value={typed.remotePort}
          error={problems.remotePort ?? null}
          isNumeric
          takesFocus
          onChange={(remotePort) => onChange({ remotePort })}
        />
        <div className="port-choices">
          {quickPorts.map(({ port, name }) => (
            <button
              key={port}
              type="button"
              className="button"
              aria-pressed={parsePort(typed.remotePort) === port}
              onClick={() => onChange({ remotePort: String(port) })}
            >
              {port} {name}
            </button>
          ))}
        </div>
      </div>
      {isUndocumentedPort(typed.remotePort) && (
        <WarningNote>
          Azure Bastion is documented for RDP and SSH only. Other ports work today, but nobody promises that
          they go on to.
        </WarningNote>
      )}
    </>
  );
}

function Address({ typed, suggestion, onChange }: TunnelFieldsProps): ReactNode {
  const ownAddress = suggestion?.ownAddress ?? null;
  // Where the system has only one loopback address there is nothing to choose.
  if (suggestion !== null && ownAddress === null) return null;
  return (
    <RadioChoices
      legend="Local address"
      value={typed.address}
      isStacked
      choices={[
        {
          value: 'own',
          text: (
            <>
              <span className="mono">{ownAddress ?? '127.x.y.z'}</span>, which belongs to this machine alone
            </>
          ),
        },
        {
          value: 'shared',
          text: (
            <>
              <span className="mono">127.0.0.1</span>, for programs that take nothing else
            </>
          ),
        },
      ]}
      onChange={(address) => onChange({ address })}
    />
  );
}

function Advanced({ typed, problems, onChange }: TunnelFieldsProps): ReactNode {
  return (
    <div>
      <Disclosure
        label="Advanced"
        needsAttention={problems.idleMinutes !== undefined || problems.maximumConnections !== undefined}
      >
        <div className="advanced-fields">
          <TextField
            label="Close when unused for (minutes)"
            value={typed.idleMinutes}
            error={problems.idleMinutes ?? null}
            placeholder="never"
            isNumeric
            onChange={(idleMinutes) => onChange({ idleMinutes })}
          />
          <TextField
            label="Connections at a time"
            value={typed.maximumConnections}
            error={problems.maximumConnections ?? null}
            isNumeric
            onChange={(maximumConnections) => onChange({ maximumConnections })}
          />
        </div>
      </Disclosure>
    </div>
  );
}

/** What a user says of a new tunnel. */
export function TunnelFields(props: TunnelFieldsProps): ReactNode {
  const { typed, problems, suggestion, onChange } = props;
  return (
    <>
      <RemotePort {...props} />
      <TextField
        label="Local port"
        value={typed.localPort}
        error={problems.localPort ?? null}
        hint={localPortHint(typed.remotePort, suggestion)}
        placeholder="any"
        isNumeric
        onChange={(localPort) => onChange({ localPort })}
      />
      <Address {...props} />
      <RadioChoices
        legend="Who may connect"
        value={typed.audience}
        isStacked
        choices={[
          { value: 'same-user', text: 'Programs that run as me' },
          { value: 'any-user', text: 'Every user of this computer' },
        ]}
        onChange={(audience) => onChange({ audience })}
      />
      {typed.audience === 'any-user' && (
        <WarningNote>
          Everybody who is signed in to this computer can then reach this port of the machine with your rights
          in Azure.
        </WarningNote>
      )}
      <label className="choice">
        <input
          type="checkbox"
          checked={typed.isKept}
          onChange={(event) => onChange({ isKept: event.target.checked })}
        />
        Keep it: open it again when Sallyport starts
      </label>
      <Advanced {...props} />
    </>
  );
}
