import { type ReactNode, useState } from 'react';
import type { Registration } from '../../shared/account.ts';
import type { AppError } from '../../shared/errors.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import { TextField } from '../ui/TextField.tsx';
import { draftOf, isSameRegistration, readDraft } from './registration-draft.ts';
import { registrationTexts } from './registration-words.ts';

const noProblems = { clientId: null, tenant: null };

function ChoiceText({ kind }: { readonly kind: Registration['kind'] }): ReactNode {
  const { title, consequence } = registrationTexts[kind];
  return (
    <span className="registration-choice">
      <span>{title}</span>
      <span className="soft small">{consequence}</span>
    </span>
  );
}

interface RegistrationFormProps {
  readonly registration: Registration | null;
  /** The word on its button. */
  readonly saveLabel: string;
}

/** Whose application signs in, with what each choice brings. */
export function RegistrationForm({ registration, saveLabel }: RegistrationFormProps): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(registration));
  const [problems, setProblems] = useState<{ clientId: string | null; tenant: string | null }>(noProblems);
  const [error, setError] = useState<AppError | null>(null);
  const [isSaving, setSaving] = useState(false);

  function change(part: Partial<typeof draft>): void {
    setDraft({ ...draft, ...part });
    setProblems(noProblems);
  }

  async function save(): Promise<void> {
    const read = readDraft(draft);
    if (!('registration' in read)) {
      setProblems(read);
      return;
    }
    setSaving(true);
    setError(null);
    const result = await bridge().calls['account:set-registration'](read.registration);
    setSaving(false);
    if (!result.ok) setError(result.error);
  }

  const fields = (
    <div className="settings-indent">
      <TextField
        label="Application (client) ID"
        value={draft.clientId}
        error={problems.clientId}
        onChange={(clientId) => change({ clientId })}
      />
      <TextField
        label="Directory (tenant) ID"
        value={draft.tenant}
        error={problems.tenant}
        hint="Only if the application is open to one directory; else leave it empty."
        onChange={(tenant) => change({ tenant })}
      />
    </div>
  );
  return (
    <form
      className="settings-group"
      aria-label="Whose application signs in"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSaving) void save();
      }}
    >
      <RadioChoices
        legend="Whose application signs in"
        value={draft.kind}
        isStacked
        choices={(['own', 'az', 'developer'] as const).map((value) => ({
          value,
          text: <ChoiceText kind={value} />,
          detail: value === 'own' && draft.kind === 'own' ? fields : null,
        }))}
        onChange={(kind) => change({ kind })}
      />
      {error !== null && <ErrorBlock error={error} />}
      <div className="button-row">
        <Button
          type="submit"
          kind={registration === null ? 'primary' : 'normal'}
          isLarge={registration === null}
          isDisabled={isSaving || isSameRegistration(draft, registration)}
        >
          {saveLabel}
        </Button>
      </div>
    </form>
  );
}
