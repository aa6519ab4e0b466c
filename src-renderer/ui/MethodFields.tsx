import { type ReactNode, useEffect, useId, useState } from 'react';
import type { AuthMethod } from '../../shared/vm-detail.ts';
import { reportError } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from './Button.tsx';
import { lastPart } from './format.ts';

const methods: readonly { readonly method: AuthMethod; readonly text: string }[] = [
  { method: 'agent', text: 'SSH agent' },
  { method: 'key', text: 'Private key' },
  { method: 'password', text: 'Password' },
];

interface KeyEntry {
  readonly path: string;
  readonly comment: string;
}

interface MethodFieldsProps {
  /** Null: whatever the sign-in plan says; only offered with `allowsPlan`. */
  readonly method: AuthMethod | null;
  readonly keyPath: string | null;
  readonly allowsPlan: boolean;
  readonly keyError?: string | null;
  readonly onChange: (method: AuthMethod | null, keyPath: string | null) => void;
}

function KeyChooser(props: {
  readonly keyPath: string | null;
  readonly error: string | null;
  readonly onChange: (path: string | null) => void;
}): ReactNode {
  const id = useId();
  const [keys, setKeys] = useState<readonly KeyEntry[] | null>(null);
  useEffect(() => {
    let isGone = false;
    void bridge()
      .calls['key:list'](null)
      .then((result) => {
        if (isGone) return;
        if (result.ok) setKeys(result.value);
        else reportError(result.error);
      });
    return () => {
      isGone = true;
    };
  }, []);

  async function chooseFile(): Promise<void> {
    const result = await bridge().calls['key:choose'](null);
    if (!result.ok) reportError(result.error);
    else if (result.value !== null) props.onChange(result.value);
  }

  const listed = keys ?? [];
  const isExtra = props.keyPath !== null && !listed.some((key) => key.path === props.keyPath);
  return (
    <div className="field">
      <label htmlFor={id}>Private key file</label>
      <div className="key-row">
        <select
          id={id}
          className="input"
          value={props.keyPath ?? ''}
          aria-invalid={props.error !== null}
          {...(props.error === null ? {} : { 'aria-describedby': `${id}-note` })}
          onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
        >
          <option value="">{keys === null ? 'Looking for keys…' : 'Choose a key'}</option>
          {isExtra && props.keyPath !== null && (
            <option value={props.keyPath}>{lastPart(props.keyPath)}</option>
          )}
          {listed.map((key) => (
            <option key={key.path} value={key.path} title={key.path}>
              {key.comment === '' ? lastPart(key.path) : `${lastPart(key.path)} (${key.comment})`}
            </option>
          ))}
        </select>
        <Button onPress={() => void chooseFile()}>Choose file…</Button>
      </div>
      {props.error !== null && (
        <p id={`${id}-note`} className="field-error">
          {props.error}
        </p>
      )}
    </div>
  );
}

/** How to sign in by SSH: agent, private key or password; and which key. */
export function MethodFields(props: MethodFieldsProps): ReactNode {
  const name = useId();
  const choices = props.allowsPlan ? [{ method: null, text: 'As planned' }, ...methods] : methods;
  return (
    <>
      <fieldset className="choices">
        <legend>Sign in with</legend>
        {choices.map(({ method, text }) => (
          <label key={text} className="choice">
            <input
              type="radio"
              name={name}
              checked={props.method === method}
              onChange={() => props.onChange(method, props.keyPath)}
            />
            {text}
          </label>
        ))}
      </fieldset>
      {props.method === 'key' && (
        <KeyChooser
          keyPath={props.keyPath}
          error={props.keyError ?? null}
          onChange={(keyPath) => props.onChange('key', keyPath)}
        />
      )}
    </>
  );
}
