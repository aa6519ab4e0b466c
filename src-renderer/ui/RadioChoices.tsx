import { Fragment, type ReactNode, useId } from 'react';

/** One of a few choices. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly text: ReactNode;
  /** What belongs to this choice alone, such as its fields. */
  readonly detail?: ReactNode;
}

interface RadioChoicesProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly isStacked?: boolean;
  readonly onChange: (value: T) => void;
}

/** One of a few choices, all of them in sight. */
export function RadioChoices<T extends string>(props: RadioChoicesProps<T>): ReactNode {
  const name = useId();
  return (
    <fieldset className={props.isStacked === true ? 'choices choices-stacked' : 'choices'}>
      <legend>{props.legend}</legend>
      {props.choices.map(({ value, text, detail }) => (
        <Fragment key={value}>
          <label className="choice">
            <input
              type="radio"
              name={name}
              checked={props.value === value}
              onChange={() => props.onChange(value)}
            />
            <span>{text}</span>
          </label>
          {detail}
        </Fragment>
      ))}
    </fieldset>
  );
}
