import { type ReactNode, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { openVm } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import { TextField } from '../ui/TextField.tsx';
import { BastionSelect, type HostBastions } from './BastionSelect.tsx';
import { checkHost, emptyHost, type HostProblems, type TypedHost } from './host-draft.ts';

interface HostFormProps {
  readonly bastions: HostBastions | null;
  readonly onClose: () => void;
}

/** Adds one host by its address. */
export function HostForm({ bastions, onClose }: HostFormProps): ReactNode {
  const [typed, setTyped] = useState<TypedHost>(emptyHost);
  const [problems, setProblems] = useState<HostProblems>({});
  const [error, setError] = useState<AppError | null>(null);
  const change = (part: Partial<TypedHost>) => {
    setTyped({ ...typed, ...part });
    setProblems({});
  };
  async function add(): Promise<void> {
    const checked = checkHost(typed);
    setProblems('problems' in checked ? checked.problems : {});
    if ('problems' in checked) return;
    const added = await bridge().calls['host:add'](checked.draft);
    if (!added.ok) {
      setError(added.error);
      return;
    }
    onClose();
    openVm(added.value.id);
  }
  return (
    <form
      className="modal-form"
      aria-label="One host"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <div className="modal-body">
        <TextField
          label="Address"
          value={typed.address}
          error={problems.address ?? null}
          hint="Its private IPv4 address, in a network that the Bastion’s network is connected with."
          placeholder="10.1.2.3"
          takesFocus
          onChange={(address) => change({ address })}
        />
        <TextField
          label="Name"
          value={typed.name}
          hint="What it is called in the list; its address, if this is left empty."
          onChange={(name) => change({ name })}
        />
        <RadioChoices
          legend="Operating system"
          value={typed.os}
          choices={[
            { value: 'linux', text: 'Linux' },
            { value: 'windows', text: 'Windows' },
            { value: 'unknown', text: 'Another' },
          ]}
          onChange={(os) => change({ os })}
        />
        <BastionSelect
          bastions={bastions}
          value={typed.bastionId}
          error={problems.bastionId ?? null}
          hint="It must have IP-based connection on. Only the ports 22 and 3389 are reached this way."
          onChange={(bastionId) => change({ bastionId })}
        />
        {error !== null && <ErrorBlock error={error} />}
      </div>
      <div className="modal-foot">
        <span className="section-gap" />
        <Button onPress={onClose}>Cancel</Button>
        <Button kind="primary" type="submit">
          Add host
        </Button>
      </div>
    </form>
  );
}
