import { CircleCheck, CircleHelp, CircleMinus, CircleX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CheckResult, CheckStatus } from '../../shared/vm-detail.ts';
import { copyText } from '../state/actions.ts';
import { Button } from '../ui/Button.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { requestText, statusText } from './summary.ts';

const icons = {
  pass: CircleCheck,
  warn: TriangleAlert,
  fail: CircleX,
  unknown: CircleHelp,
  na: CircleMinus,
} as const;
const tones: Readonly<Record<CheckStatus, string>> = {
  pass: 'good',
  warn: 'warn',
  fail: 'bad',
  unknown: 'soft',
  na: 'soft',
};

interface CheckItemProps {
  readonly check: CheckResult;
  readonly vmName: string;
}

/** One check: its outcome as icon and word, what it found, the evidence, and who can mend it how. */
export function CheckItem({ check, vmName }: CheckItemProps): ReactNode {
  const Icon = icons[check.status];
  const needsHelp = check.status === 'fail' || check.status === 'warn' || check.status === 'unknown';
  return (
    <li className="check" data-status={check.status} data-check-id={check.id}>
      <Icon className={`icon ${tones[check.status]}`} aria-hidden />
      <div className="check-text selectable">
        <p>
          <strong>{check.title}</strong>
          <span className={`check-status ${tones[check.status]}`}>{statusText(check.status)}</span>
        </p>
        <p className={needsHelp ? '' : 'soft'}>{check.message}</p>
        {check.fix !== null && (
          <dl className="check-fix">
            <dt>Who can change it</dt>
            <dd>{check.fix.who}</dd>
            <dt>How</dt>
            <dd>{check.fix.steps}</dd>
          </dl>
        )}
        {check.missingPermission !== null && (
          <p>
            Missing permission: <code>{check.missingPermission}</code>
          </p>
        )}
        {(check.evidence.length > 0 || needsHelp) && (
          <div className="check-foot">
            {check.evidence.length > 0 && (
              <Disclosure label="Evidence">
                <dl className="evidence">
                  {check.evidence.map(({ label, value }, index) => (
                    <div key={`${label}-${String(index)}`}>
                      <dt>{label}</dt>
                      <dd className="mono">{value}</dd>
                    </div>
                  ))}
                </dl>
              </Disclosure>
            )}
            {needsHelp && (
              <Button
                kind="link"
                aria-label={`Copy request: ${check.title}`}
                onPress={() => copyText(requestText(check, vmName))}
              >
                Copy request
              </Button>
            )}
          </div>
        )}
      </div>
    </li>
  );
}
