import { Check, CircleMinus, CirclePlus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { Route } from '../../shared/vm-detail.ts';
import { copyText } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorLine } from '../ui/ErrorLine.tsx';
import { NamedIcon } from '../ui/NamedIcon.tsx';

const chosenTexts = {
  vm: 'chosen by you for this machine',
  network: 'chosen by you for its network',
} as const;

function Ranking({ route }: { readonly route: Route }): ReactNode {
  if (route.ranking.length === 0) return null;
  return (
    <ul className="route-ranking" aria-label={`What speaks for and against ${route.bastionName}`}>
      {route.ranking.map(({ speaks, text }) => (
        <li key={text} className="selectable">
          {speaks === 'for' ? (
            <NamedIcon icon={CirclePlus} label="for" className="icon good" />
          ) : (
            <NamedIcon icon={CircleMinus} label="against" className="icon warn" />
          )}
          {text}
        </li>
      ))}
    </ul>
  );
}

interface CandidateProps {
  readonly route: Route;
  readonly isUsed: boolean;
  readonly isBusy: boolean;
  readonly canChooseNetwork: boolean;
  readonly onChoose: (bastionId: string | null, scope: 'vm' | 'network') => void;
}

function Candidate({ route, isUsed, isBusy, canChooseNetwork, onChoose }: CandidateProps): ReactNode {
  const { bastionId, bastionName, chosenFor } = route;
  return (
    <li className={isUsed ? 'candidate candidate-used' : 'candidate'}>
      <div className="candidate-head">
        {isUsed && <Check className="icon good" aria-hidden />}
        <strong className="selectable">{bastionName}</strong>
        <span className="soft">{route.sku}</span>
        {isUsed && <span className="soft">in use{chosenFor === null ? ', the best one' : ''}</span>}
        {chosenFor !== null && <span className="soft">{chosenTexts[chosenFor]}</span>}
        {route.use === 'manual' && chosenFor === null && <span className="soft">only if you choose it</span>}
      </div>
      <p className="selectable">{route.reason}</p>
      <Ranking route={route} />
      <div className="button-row">
        {chosenFor !== 'vm' && (
          <Button
            isDisabled={isBusy}
            aria-label={`Use for this machine: ${bastionName}`}
            onPress={() => onChoose(bastionId, 'vm')}
          >
            Use for this machine
          </Button>
        )}
        {chosenFor !== 'network' && canChooseNetwork && (
          <Button
            kind="quiet"
            isDisabled={isBusy}
            aria-label={`Use for its whole network: ${bastionName}`}
            onPress={() => onChoose(bastionId, 'network')}
          >
            Use for its whole network
          </Button>
        )}
        <Button
          kind="quiet"
          aria-label={`Copy resource ID of ${bastionName}`}
          onPress={() => copyText(bastionId)}
        >
          Copy resource ID
        </Button>
        {chosenFor !== null && (
          <Button kind="quiet" isDisabled={isBusy} onPress={() => onChoose(null, chosenFor)}>
            Use the best one again
          </Button>
        )}
      </div>
    </li>
  );
}

interface RouteChooserProps {
  readonly vmId: string;
  readonly routes: readonly Route[];
  readonly canChooseNetwork: boolean;
}

/** The Bastions that could be used, best first, with reasons; the user's choice is remembered. */
export function RouteChooser({ vmId, routes, canChooseNetwork }: RouteChooserProps): ReactNode {
  const [error, setError] = useState<AppError | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function choose(bastionId: string | null, scope: 'vm' | 'network'): Promise<void> {
    setBusy(true);
    setError(null);
    const result = await bridge().calls['route:choose']({ vmId, bastionId, scope });
    setBusy(false);
    if (!result.ok) setError(result.error);
  }

  return (
    <>
      {error !== null && <ErrorLine error={error} />}
      <ul className="candidates" aria-label="Bastions that could be used">
        {routes.map((route, index) => (
          <Candidate
            key={route.bastionId}
            route={route}
            isUsed={index === 0 && (route.use === 'automatic' || route.chosenFor !== null)}
            isBusy={isBusy}
            canChooseNetwork={canChooseNetwork}
            onChoose={(bastionId, scope) => void choose(bastionId, scope)}
          />
        ))}
      </ul>
    </>
  );
}
