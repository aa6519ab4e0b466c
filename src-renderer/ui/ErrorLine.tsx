import { CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { ErrorDetails } from './ErrorBlock.tsx';

interface ErrorLineProps {
  readonly error: AppError;
  /** Words before what happened. */
  readonly intro?: string;
}

/** What went wrong and the next step in a line, where a list has no room for a block; the details one press away. */
export function ErrorLine({ error, intro = '' }: ErrorLineProps): ReactNode {
  return (
    <div className="error-line" role="alert">
      <CircleX className="icon bad" aria-hidden />
      <div className="error-line-text">
        <p className="selectable">
          {intro} <strong>{error.message}</strong> {error.next}
        </p>
        <ErrorDetails error={error} />
      </div>
    </div>
  );
}
