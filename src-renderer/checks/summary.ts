import type { CheckResult, CheckStatus } from '../../shared/vm-detail.ts';

/** What needs attention comes first. */
const order: readonly CheckStatus[] = ['fail', 'warn', 'unknown', 'pass', 'na'];

/** The word for one check's outcome. */
export function statusText(status: CheckStatus): string {
  switch (status) {
    case 'pass':
      return 'Passed';
    case 'warn':
      return 'Warning';
    case 'fail':
      return 'Failed';
    case 'unknown':
      return 'Not known';
    case 'na':
      return 'Does not apply';
  }
}

/** The outcomes counted: `4 passed · 1 warning · 1 failed · 1 not known`. */
export function summarise(checks: readonly Pick<CheckResult, 'status'>[]): string {
  const count = (status: CheckStatus) => checks.filter((check) => check.status === status).length;
  const warnings = count('warn');
  const parts = [
    [count('pass'), 'passed'],
    [warnings, warnings === 1 ? 'warning' : 'warnings'],
    [count('fail'), 'failed'],
    [count('unknown'), 'not known'],
  ] as const;
  const shown = parts.filter(([number]) => number > 0).map(([number, word]) => `${String(number)} ${word}`);
  return shown.length === 0 ? 'no checks' : shown.join(' · ');
}

/** The checks with what needs attention first; else in the order in which main runs them. */
export function sortChecks(checks: readonly CheckResult[]): readonly CheckResult[] {
  return [...checks].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
}

/** A check as a text that can be sent to the person who can mend it. */
export function requestText(check: CheckResult, vmName: string): string {
  const lines = [`${check.title} (${vmName})`, check.message];
  for (const { label, value } of check.evidence) lines.push(`${label}: ${value}`);
  if (check.fix !== null) lines.push(`Who can change it: ${check.fix.who}`, `How: ${check.fix.steps}`);
  if (check.missingPermission !== null) lines.push(`Missing permission: ${check.missingPermission}`);
  return lines.join('\n');
}
