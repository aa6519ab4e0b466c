import { Building, Laptop, MoveRight, Network, Server } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import type { Route } from '../../shared/vm-detail.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { plural } from '../ui/format.ts';
import { RouteChooser } from './RouteChooser.tsx';

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
      note: index === 0 ? 'network' : route.via === 'ip-connect' ? 'address' : 'peered network',
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

function chooserLabel(routes: readonly Route[], used: Route | null): string {
  if (routes.length === 1) return used === null ? 'A Bastion that can be chosen' : 'Chosen Bastion';
  return `Choose among ${plural(routes.length, 'Bastion')}`;
}

interface RouteSectionProps {
  readonly vmId: string;
  readonly routes: readonly Route[];
  readonly vmName: string;
  /** Its network is known, so that a Bastion can be chosen for all of it. */
  readonly hasNetwork: boolean;
  readonly isLoading: boolean;
}

/** The route that is used, and the others that could be. */
export function RouteSection({ vmId, routes, vmName, hasNetwork, isLoading }: RouteSectionProps): ReactNode {
  const [first] = routes;
  // A Bastion that is only used if it is chosen is no route before that.
  const used = first !== undefined && (first.use === 'automatic' || first.chosenFor !== null) ? first : null;
  return (
    <section className="vm-section" aria-label="Route">
      <div className="section-head">
        <h3>Route</h3>
      </div>
      {used !== null ? (
        <RoutePicture route={used} vmName={vmName} />
      ) : first !== undefined ? (
        <p>
          No Azure Bastion reaches this machine over networks that Azure shows. What may still lead there:
        </p>
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
      {routes.length > 0 && (routes.length > 1 || used?.chosenFor !== null) && (
        <Disclosure label={chooserLabel(routes, used)} isInitiallyOpen={used === null}>
          <RouteChooser vmId={vmId} routes={routes} canChooseNetwork={hasNetwork} />
        </Disclosure>
      )}
    </section>
  );
}
