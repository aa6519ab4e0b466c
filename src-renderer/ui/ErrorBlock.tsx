import { CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { copyText } from '../state/actions.ts';
import { Button } from './Button.tsx';
import { Disclosure } from './Disclosure.tsx';

/** The technical part of an error as one text, safe to copy: main has redacted it. */
export function errorDetails(error: AppError): string {
  const lines = [`Code: ${error.code}`];
  if (error.correlationId !== undefined) lines.push(`Correlation id: ${error.correlationId}`);
  if (error.detail !== undefined && error.detail !== '') lines.push(error.detail);
  return lines.join('\n');
}

interface ErrorBlockProps {
  readonly error: AppError;
  /** The buttons for what can be done now. */
  readonly children?: ReactNode;
}

/** What went wrong in one sentence, the next step, buttons for it, and the details one click away. */
export function ErrorBlock({ error, children }: ErrorBlockProps): ReactNode {
  return (
    <div className="error-block" role="alert">
      <p className="error-block-title selectable">
        <CircleX className="icon" aria-hidden />
        {error.message}
      </p>
      <p className="selectable">{error.next}</p>
      {children !== undefined && <div className="button-row">{children}</div>}
      <ErrorDetails error={error} />
    </div>
  );
}

/** The details of an error behind a disclosure, with a button that copies them. */
export function ErrorDetails({ error }: { readonly error: AppError }): ReactNode {
  const details = errorDetails(error);
  return (
    <Disclosure label="Details">
      <pre className="details-text">{details}</pre>
      <Button kind="link" onPress={() => copyText(`${error.message}\n${details}`)}>
        Copy details
      </Button>
    </Disclosure>
  );
}
