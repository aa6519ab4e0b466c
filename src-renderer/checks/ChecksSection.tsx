import { type ReactNode, useMemo, useState } from 'react';
import type { VmDetail } from '../../shared/vm-detail.ts';
import { loadVm } from '../state/actions.ts';
import { Button } from '../ui/Button.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { formatAgo, formatExact } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';
import { CheckItem } from './CheckItem.tsx';
import { sortChecks, summarise } from './summary.ts';

interface ChecksSectionProps {
  readonly detail: VmDetail;
  readonly vmName: string;
}

function CheckedAt({ atMs }: { readonly atMs: number }): ReactNode {
  const nowMs = useNow(30_000);
  return (
    <span className="soft small" title={formatExact(atMs)}>
      {formatAgo(atMs, nowMs)}
    </span>
  );
}

/** The checks of a machine: counted, what needs attention first, with a button that runs them again. */
export function ChecksSection({ detail, vmName }: ChecksSectionProps): ReactNode {
  const isLoading = detail.state === 'loading';
  const sorted = useMemo(() => sortChecks(detail.checks), [detail.checks]);
  const relevant = sorted.filter((check) => check.status !== 'na');
  const others = sorted.filter((check) => check.status === 'na');
  const [wasAsked, setAsked] = useState(false);
  return (
    <section className="vm-section" aria-label="Checks">
      <div className="section-head">
        <h3>Checks</h3>
        <output>{isLoading ? (wasAsked ? 'Running again…' : 'Running…') : summarise(detail.checks)}</output>
        {detail.checkedAtMs !== null && !isLoading && <CheckedAt atMs={detail.checkedAtMs} />}
        <span className="section-gap" />
        <Button
          isDisabled={isLoading}
          onPress={() => {
            setAsked(true);
            loadVm(detail.id, true);
          }}
        >
          Run again
        </Button>
      </div>
      {isLoading && detail.checks.length === 0 ? (
        <div className="skeleton-block" aria-hidden>
          <span className="skeleton" style={{ width: '70%' }} />
          <span className="skeleton" style={{ width: '55%' }} />
          <span className="skeleton" style={{ width: '62%' }} />
        </div>
      ) : (
        <ul className="checks">
          {relevant.map((check) => (
            <CheckItem key={check.id} check={check} vmName={vmName} />
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <Disclosure
          label={`${String(others.length)} that ${others.length === 1 ? 'does' : 'do'} not apply here`}
        >
          <ul className="checks">
            {others.map((check) => (
              <CheckItem key={check.id} check={check} vmName={vmName} />
            ))}
          </ul>
        </Disclosure>
      )}
    </section>
  );
}
