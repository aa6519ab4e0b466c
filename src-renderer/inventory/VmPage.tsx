import { Ellipsis, Star } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { VmSummary } from '../../shared/inventory.ts';
import type { VmDetail } from '../../shared/vm-detail.ts';
import { ChecksSection } from '../checks/ChecksSection.tsx';
import { VmProfileForm } from '../profiles/VmProfileForm.tsx';
import { loadVm } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { toggleFavourite } from '../state/favourites.ts';
import { useShortcut } from '../state/shortcuts.ts';
import { Button } from '../ui/Button.tsx';
import { openContextMenuAt } from '../ui/context-menu-store.ts';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { lastPart } from '../ui/format.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { osText } from '../ui/OsIcon.tsx';
import { PowerMark, powerText } from '../ui/PowerMark.tsx';
import { ConnectButtons } from './ConnectButtons.tsx';
import { machineMenu } from './machine-menu.ts';
import { RouteSection } from './RoutePicture.tsx';

function FavouriteButton({ vmId, name }: { readonly vmId: string; readonly name: string }): ReactNode {
  const isKept = useAppState((state) => state.preferences.favourites.includes(vmId));
  const shortcut = useShortcut('toggle-favourite');
  return (
    <span className={isKept ? 'star-on' : ''}>
      <IconButton
        icon={Star}
        label={isKept ? `Remove ${name} from favourites` : `Add ${name} to favourites`}
        shortcut={shortcut}
        isPressed={isKept}
        onPress={() => void toggleFavourite(vmId)}
      />
    </span>
  );
}

function MoreButton({ vmId, name }: { readonly vmId: string; readonly name: string }): ReactNode {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <span ref={anchor}>
      <IconButton
        icon={Ellipsis}
        label={`Actions for ${name}`}
        onPress={() => {
          if (anchor.current !== null)
            openContextMenuAt(`Actions for ${name}`, anchor.current, machineMenu(vmId));
        }}
      />
    </span>
  );
}

function VmHeader({ vm }: { readonly vm: VmSummary }): ReactNode {
  const subscription = useAppState((state) =>
    state.inventory.subscriptions.find((entry) => entry.id === vm.subscriptionId),
  );
  const tags = Object.entries(vm.tags);
  return (
    <header className="vm-header">
      <div className="vm-title">
        <h2 className="page-title selectable">{vm.name}</h2>
        <FavouriteButton vmId={vm.id} name={vm.name} />
        <MoreButton vmId={vm.id} name={vm.name} />
      </div>
      <p className="vm-line">
        <span className="vm-power">
          {/* Azure knows nothing of a host by address. */}
          {vm.kind !== 'host' && <PowerMark power={vm.power} isSilent />}
          {vm.kind === 'host' ? 'Host by address' : powerText(vm.power)}
        </span>
        <span>{osText(vm.os)}</span>
        <span>{vm.location}</span>
        <span>{vm.size}</span>
        {vm.privateIp !== '' && <span className="mono selectable">{vm.privateIp}</span>}
        <span className="selectable">
          {subscription?.name ?? vm.subscriptionId} / {vm.resourceGroup}
        </span>
      </p>
      {tags.length > 0 && (
        <ul className="tags" aria-label="Tags">
          {tags.map(([key, value]) => (
            <li key={key} className="tag selectable">
              {key}
              {value === '' ? '' : `: ${value}`}
            </li>
          ))}
        </ul>
      )}
    </header>
  );
}

function Facts({ detail }: { readonly detail: VmDetail }): ReactNode {
  if (detail.facts.length === 0) return null;
  return (
    <section className="vm-section" aria-label="Facts">
      <dl className="facts">
        {detail.facts.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="selectable">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function DetailContent({
  vm,
  detail,
}: {
  readonly vm: VmSummary;
  readonly detail: VmDetail | undefined;
}): ReactNode {
  if (
    detail === undefined ||
    (detail.state === 'loading' && detail.routes.length === 0 && detail.checks.length === 0)
  ) {
    return (
      <output className="skeleton-block" aria-label="Loading route and checks">
        {[80, 60, 72, 50, 66].map((width) => (
          <span key={width} className="skeleton" style={{ width: `${String(width)}%` }} />
        ))}
      </output>
    );
  }
  return (
    <>
      {detail.state === 'failed' && detail.error !== null && (
        <ErrorBlock error={detail.error}>
          <Button onPress={() => loadVm(vm.id, true)}>Try again</Button>
        </ErrorBlock>
      )}
      {(detail.state !== 'failed' || detail.checks.length > 0 || detail.routes.length > 0) && (
        <>
          <RouteSection
            vmId={vm.id}
            routes={detail.routes}
            vmName={vm.name}
            hasNetwork={vm.networkId !== ''}
            isLoading={detail.state === 'loading'}
          />
          <ChecksSection detail={detail} vmName={vm.name} />
        </>
      )}
      <Facts detail={detail} />
    </>
  );
}

/** The page of one machine: what it is, what can be done, how it is reached, and whether that works. */
export function VmPage({ vmId }: { readonly vmId: string }): ReactNode {
  const vm = useAppState((state) => state.vms[vmId]);
  const detail = useAppState((state) => state.details[vmId]);
  const isListLoading = useAppState((state) => state.inventory.state === 'loading');
  const isKnown = vm !== undefined;

  useEffect(() => {
    if (isKnown) loadVm(vmId, false);
  }, [vmId, isKnown]);

  return (
    <article className="vm-page" aria-label={vm?.name ?? lastPart(vmId)} key={vmId}>
      <div className="vm-content">
        {vm === undefined ? (
          <header className="vm-header">
            <h2 className="page-title selectable">{lastPart(vmId)}</h2>
            <output className="soft">
              {isListLoading
                ? 'Looking for this machine…'
                : 'This machine is not in the list of machines that you may reach with this account.'}
            </output>
            <VmProfileForm vmId={vmId} />
          </header>
        ) : (
          <>
            <VmHeader vm={vm} />
            <ConnectButtons vm={vm} detail={detail} />
            <VmProfileForm vmId={vmId} />
            <DetailContent vm={vm} detail={detail} />
          </>
        )}
      </div>
    </article>
  );
}
