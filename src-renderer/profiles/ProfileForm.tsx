import { type ReactNode, useMemo, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { MethodFields } from '../ui/MethodFields.tsx';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import { TextField } from '../ui/TextField.tsx';
import { revealSaved } from './reveal.ts';
import { checkDraft, defaultPort, type DraftProblems, type TypedDraft } from './draft.ts';

interface ProfileFormProps {
  /** Null for a new saved connection. */
  readonly profileId: string | null;
  readonly initial: TypedDraft;
  readonly onDone: () => void;
}

/** The form for a saved connection: name, folder, and how to connect. */
export function ProfileForm({ profileId, initial, onDone }: ProfileFormProps): ReactNode {
  const [typed, setTyped] = useState(initial);
  const [problems, setProblems] = useState<DraftProblems>({});
  const [error, setError] = useState<AppError | null>(null);
  const [isSaving, setSaving] = useState(false);
  const profiles = useAppState((state) => state.profiles);
  const folders = useMemo(
    () =>
      [...new Set(Object.values(profiles).map((profile) => profile.folder))]
        .filter((name) => name !== '')
        .sort(),
    [profiles],
  );

  function change(part: Partial<TypedDraft>): void {
    setTyped({ ...typed, ...part });
    setProblems({});
  }

  async function save(): Promise<void> {
    const checked = checkDraft(typed);
    if ('problems' in checked) {
      setProblems(checked.problems);
      return;
    }
    setSaving(true);
    const result = await bridge().calls['profile:save']({ id: profileId, draft: checked.draft });
    setSaving(false);
    if (!result.ok) {
      setError(result.error);
      return;
    }
    revealSaved(checked.draft.folder);
    onDone();
  }

  return (
    // Escape in any of the fields is Cancel.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className="profile-form"
      aria-label={profileId === null ? 'Save connection' : 'Edit connection'}
      noValidate
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label="Name"
        value={typed.name}
        error={problems.name ?? null}
        takesFocus
        onChange={(name) => change({ name })}
      />
      <TextField
        label="Folder"
        value={typed.folder}
        error={problems.folder ?? null}
        placeholder="none"
        suggestions={folders}
        onChange={(folder) => change({ folder })}
      />
      <RadioChoices
        legend="Protocol"
        value={typed.protocol}
        choices={[
          { value: 'ssh', text: 'SSH' },
          { value: 'rdp', text: 'RDP' },
        ]}
        onChange={(protocol) => change({ protocol, port: String(defaultPort(protocol)) })}
      />
      <TextField
        label="User name"
        value={typed.user}
        error={problems.user ?? null}
        placeholder="as planned for the machine"
        onChange={(user) => change({ user })}
      />
      {typed.protocol === 'ssh' && (
        <MethodFields
          method={typed.method}
          keyPath={typed.keyPath}
          allowsPlan
          keyError={problems.key ?? null}
          onChange={(method, keyPath) => change({ method, keyPath })}
        />
      )}
      <TextField
        label="Port"
        value={typed.port}
        error={problems.port ?? null}
        isNumeric
        onChange={(port) => change({ port })}
      />
      {error !== null && <ErrorBlock error={error} />}
      <div className="button-row">
        <Button kind="primary" type="submit" isDisabled={isSaving}>
          Save
        </Button>
        <Button onPress={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
