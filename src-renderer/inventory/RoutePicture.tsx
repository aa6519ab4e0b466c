import { Building, Laptop, MoveRight, Network, Server } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import type { Route } from '../../shared/vm-detail.ts';
import { Disclosure } from '../ui/Disclosure.tsx';

interface Hop {
  readonly icon: typeof Laptop;
  readonly name: string;
  readonly note: string;
}

function hopsOf(route: Route, vmName: string): readonly Hop[] {
  return [
    { icon: Laptop, name: 'This PC', note: '' },
    { icon: Building, name: route.bastionName, note: `Bastion, ${route.sku}` },
    ...route.networks.map((network, index) => ({
      icon: Network,
      name: network,
      note: index === 0 ? 'network' : 'peered network',
    })),
    { icon: Server, name: vmName, note: 'machine' },
  ];
}

/** A route in words and as a small picture: this PC, the Bastion, the networks, the machine. */
export function RoutePicture({
  route,
  vmName,
}: {
  readonly route: Route;
  readonly vmName: string;
}): ReactNode {
  return (
    <>
      <ol className="route" aria-label={`Route to ${vmName}`}>
        {hopsOf(route, vmName).map((hop, index) => (
          <Fragment key={`${hop.name}-${String(index)}`}>
            <li className="hop">
              {index > 0 && <MoveRight className="icon soft" aria-hidden />}
              <span className="hop-box">
                <hop.icon className="icon soft" aria-hidden />
                <span>
                  <span className="hop-name">{hop.name}</span>
                  {hop.note !== '' && <span className="hop-note">{hop.note}</span>}
                </span>
              </span>
            </li>
          </Fragment>
        ))}
      </ol>
      <p className="soft selectable">{route.reason}</p>
    </>
  );
}

interface RouteSectionProps {
  readonly routes: readonly Route[];
  readonly vmName: string;
  readonly isLoading: boolean;
}

/** The route that is used, and the others that could be. */
export function RouteSection({ routes, vmName, isLoading }: RouteSectionProps): ReactNode {
  const [first, ...others] = routes;
  return (
    <section className="vm-section" aria-label="Route">
      <div className="section-head">
        <h3>Route</h3>
      </div>
      {first !== undefined ? (
        <RoutePicture route={first} vmName={vmName} />
      ) : isLoading ? (
        <div className="skeleton-block" aria-hidden>
          <span className="skeleton" style={{ width: '80%' }} />
        </div>
      ) : (
        <p>
          No Azure Bastion that you can read reaches this machine. The checks say which networks were
          searched.
        </p>
      )}
      {others.length > 0 && (
        <Disclosure
          label={others.length === 1 ? '1 other Bastion' : `${String(others.length)} other Bastions`}
        >
          <ul className="other-routes">
            {others.map((route) => (
              <li key={route.bastionId} className="selectable">
                <strong>{route.bastionName}</strong> <span className="soft">({route.sku})</span>{' '}
                {route.reason}
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </section>
  );
}
