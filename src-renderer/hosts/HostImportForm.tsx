import { type ReactNode, useId, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { HostImport } from '../../shared/hosts.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { plural } from '../ui/format.ts';
import { BastionSelect, type HostBastions } from './BastionSelect.tsx';

/** A list is some thousand lines at the most; whatever is larger is something else. */
const mostBytes = 2_000_000;

const example = 'name,address,os,tags\nprinter-01,10.1.2.3,linux,env=prod;team=office';

interface HostImportFormProps {
  readonly bastions: HostBastions | null;
  readonly onClose: () => void;
}

/** What came of the list: what was added, and every line that was left out. */
function Outcome({ outcome }: { readonly outcome: HostImport }): ReactNode {
  const leftOut = outcome.problems.length;
  return (
    <output className="host-outcome">
      <p>
        {plural(outcome.added, 'host')} added
        {leftOut === 0 ? '.' : `; ${plural(leftOut, 'line')} left out:`}
      </p>
      {leftOut > 0 && (
        <ul className="small host-problems">
          {outcome.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </output>
  );
}

/** Adds the hosts of a list that is pasted, or read from a file. */
export function HostImportForm({ bastions, onClose }: HostImportFormProps): ReactNode {
  const id = useId();
  const [text, setText] = useState('');
  const [bastionId, setBastionId] = useState('');
  const [problem, setProblem] = useState<{ text?: string; bastionId?: string }>({});
  const [error, setError] = useState<AppError | null>(null);
  const [outcome, setOutcome] = useState<HostImport | null>(null);

  async function readFile(file: File): Promise<void> {
    if (file.size > mostBytes) {
      setProblem({ text: `${file.name} is larger than 2 MB: that is no list of hosts.` });
      return;
    }
    setText(await file.text());
    setProblem({});
  }

  async function add(): Promise<void> {
    const found = {
      ...(text.trim() === '' ? { text: 'Paste a list, or choose a file.' } : {}),
      ...(bastionId === '' ? { bastionId: 'Choose the Bastion for lines that name none.' } : {}),
    };
    setProblem(found);
    if (Object.keys(found).length > 0) return;
    const imported = await bridge().calls['host:import']({ text, bastionId });
    setError(imported.ok ? null : imported.error);
    if (imported.ok) setOutcome(imported.value);
  }

  const isDone = outcome !== null && outcome.added > 0;
  return (
    <form
      className="modal-form"
      aria-label="A list of hosts"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <div className="modal-body">
        <div className="field">
          <label htmlFor={id}>List (CSV)</label>
          <textarea
            id={id}
            className="input mono host-list"
            rows={7}
            value={text}
            placeholder={example}
            spellCheck={false}
            aria-invalid={problem.text !== undefined}
            aria-describedby={`${id}-note`}
            onChange={(event) => {
              setText(event.target.value);
              setOutcome(null);
              setProblem({});
            }}
          />
          <p id={`${id}-note`} className={problem.text === undefined ? 'field-hint' : 'field-error'}>
            {problem.text ??
              'The first line names the columns: address is needed; name, os, bastion and tags are understood.'}
          </p>
          <input
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            aria-label="Read the list from a file"
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file !== undefined) void readFile(file);
            }}
          />
        </div>
        <BastionSelect
          bastions={bastions}
          value={bastionId}
          error={problem.bastionId ?? null}
          hint="For lines whose column bastion is empty."
          onChange={setBastionId}
        />
        {outcome !== null && <Outcome outcome={outcome} />}
        {error !== null && <ErrorBlock error={error} />}
      </div>
      <div className="modal-foot">
        <span className="section-gap" />
        <Button onPress={onClose}>{isDone ? 'Close' : 'Cancel'}</Button>
        <Button kind="primary" type="submit">
          Add hosts
        </Button>
      </div>
    </form>
  );
}
