// Options that the input points at, which keeps the focus: roles stand in for tags that could not do that.
/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/interactive-supports-focus */
import { Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';

/** A line that can be chosen. */
export interface ListboxOption {
  readonly id: string;
  readonly isDisabled?: boolean;
  readonly content: ReactNode;
}

/** Lines under a heading. */
export interface ListboxGroup {
  readonly title: string;
  readonly options: readonly ListboxOption[];
  /** A line under the options that cannot be chosen. */
  readonly note?: string;
}

interface ListboxInputProps {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  readonly groups: readonly ListboxGroup[];
  /** In place of the list where there is nothing to choose. */
  readonly empty: ReactNode;
  readonly onText: (text: string) => void;
  readonly onChoose: (id: string, event: { readonly hasModifier: boolean }) => void;
  /** True if the key was taken; `activeId`: the line that is pointed at. */
  readonly onKey: (event: KeyboardEvent<HTMLInputElement>, activeId: string | null) => boolean;
}

/** Keys that move the pointer, as steps; the ends of the list meet. */
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

function nextIndex(index: number, step: number, count: number): number {
  if (Math.abs(step) === 1) return (index + step + count) % count;
  return Math.max(0, Math.min(count - 1, index + step));
}

/** A line of text with a list of options under it: the text narrows the list, the arrow keys point at a line, Enter chooses it. */
export function ListboxInput(props: ListboxInputProps): ReactNode {
  const id = useId();
  const [pointed, setPointed] = useState<{ readonly text: string; readonly id: string } | null>(null);
  const options = props.groups.flatMap((group) =>
    group.options.filter((option) => option.isDisabled !== true),
  );
  // Another text points at its best answer again; while the text stays, so does the line, wherever it moves.
  const kept = pointed?.text === props.text ? options.findIndex((option) => option.id === pointed.id) : 0;
  const index = Math.max(0, kept);
  const active = options[index] ?? null;
  const optionId = (option: ListboxOption) => `${id}-${option.id}`;

  const activeElementId = active === null ? '' : optionId(active);

  useEffect(() => {
    document.getElementById(activeElementId)?.scrollIntoView({ block: 'nearest' });
  }, [activeElementId]);

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (props.onKey(event, active?.id ?? null)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const step = steps[event.key];
    if (step !== undefined && options.length > 0) {
      event.preventDefault();
      const next = options[nextIndex(index, step, options.length)];
      if (next !== undefined) setPointed({ text: props.text, id: next.id });
    }
    if (event.key === 'Enter' && active !== null) {
      event.preventDefault();
      props.onChoose(active.id, { hasModifier: event.ctrlKey || event.metaKey });
    }
  }

  return (
    <>
      <div className="palette-field">
        <Search className="icon soft" aria-hidden />
        <input
          className="palette-input"
          type="text"
          role="combobox"
          aria-label={props.label}
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          {...(active === null ? {} : { 'aria-activedescendant': optionId(active) })}
          placeholder={props.placeholder}
          value={props.text}
          spellCheck={false}
          autoComplete="off"
          // The palette was opened to be typed into.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          onChange={(event) => props.onText(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {props.groups.length === 0 && <div className="palette-empty">{props.empty}</div>}
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={props.label}
        className="palette-list"
        hidden={props.groups.length === 0}
      >
        {props.groups.map((group, groupIndex) => (
          <div key={group.title} role="group" aria-labelledby={`${id}-group-${String(groupIndex)}`}>
            <div id={`${id}-group-${String(groupIndex)}`} className="palette-title" role="presentation">
              {group.title}
            </div>
            {group.options.map((option) => (
              // Keys are handled by the input, which has the focus.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={option.id}
                id={optionId(option)}
                role="option"
                className="palette-option"
                aria-selected={option.id === active?.id}
                aria-disabled={option.isDisabled === true}
                // The input keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
                onMouseMove={() => {
                  if (option.id !== active?.id && option.isDisabled !== true)
                    setPointed({ text: props.text, id: option.id });
                }}
                onClick={(event) => {
                  if (option.isDisabled !== true)
                    props.onChoose(option.id, { hasModifier: event.ctrlKey || event.metaKey });
                }}
              >
                {option.content}
              </div>
            ))}
            {group.note !== undefined && (
              <div className="palette-more" role="presentation">
                {group.note}
              </div>
            )}
          </div>
        ))}
      </div>
    </>
  );
}
