import type { AppError } from '../../shared/errors.ts';
import { redact } from '../log/redact.ts';

/** Where a command writes: one line for people, or one JSON object per line for programs. */
export interface CliOutput {
  /** Goes to standard output. */
  readonly say: (text: string, event: Readonly<Record<string, unknown>>) => void;
  /** Goes to standard error; `json` output has it on standard output, too. */
  readonly fail: (error: AppError) => void;
}

interface Streams {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

export function makeOutput(format: 'text' | 'json', { out, error }: Streams): CliOutput {
  const line = (event: Readonly<Record<string, unknown>>) => out(`${redact(JSON.stringify(event))}\n`);
  return {
    say: (text, event) => {
      if (format === 'json') line(event);
      else out(`${redact(text)}\n`);
    },
    fail: (failure) => {
      const { code, message, next, detail, correlationId } = failure;
      if (format === 'json') line({ event: 'error', code, message, next, detail, correlationId });
      const details = [detail, correlationId].filter((part) => part !== undefined);
      error(redact(`${message} [${code}]\n${next}\n${details.join('\n')}\n`));
    },
  };
}
