import { type ReactNode, useId } from 'react';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Why the value cannot be taken; null if it can. */
  readonly error?: string | null;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly takesFocus?: boolean;
  readonly isNumeric?: boolean;
  /** Values offered while typing; any other may be typed. */
  readonly suggestions?: readonly string[];
}

/** A labelled line of text with its hint or error underneath. */
export function TextField(props: TextFieldProps): ReactNode {
  const id = useId();
  const error = props.error ?? null;
  const hasNote = error !== null || props.hint !== undefined;
  const suggestions = props.suggestions ?? [];
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        className="input"
        type="text"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        placeholder={props.placeholder}
        // A form that the user has just opened starts at its first field.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={props.takesFocus === true}
        autoComplete="off"
        spellCheck={false}
        inputMode={props.isNumeric === true ? 'numeric' : 'text'}
        aria-invalid={error !== null}
        {...(hasNote ? { 'aria-describedby': `${id}-note` } : {})}
        {...(suggestions.length > 0 ? { list: `${id}-list` } : {})}
      />
      {suggestions.length > 0 && (
        <datalist id={`${id}-list`}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion}>
              {suggestion}
            </option>
          ))}
        </datalist>
      )}
      {hasNote && (
        <p id={`${id}-note`} className={error === null ? 'field-hint' : 'field-error'}>
          {error ?? props.hint}
        </p>
      )}
    </div>
  );
}
