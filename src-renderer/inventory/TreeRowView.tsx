// A table lays its rows out itself; these are placed by the virtualiser, so roles stand in for the tags.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import {
  BookMarked,
  Building2,
  ChevronRight,
  CircleAlert,
  CircleHelp,
  Folder,
  FolderTree,
  History,
  KeyRound,
  Layers,
  type LucideIcon,
  Monitor,
  Network,
  SquareTerminal,
  Star,
  Tag,
  TriangleAlert,
  Unlink,
} from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { VmSummary } from '../../shared/inventory.ts';
import { connectFirst, connectProfile, repairAccount, run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { useUi } from '../state/ui-store.ts';
import { lastPart } from '../ui/format.ts';
import { NamedIcon } from '../ui/NamedIcon.tsx';
import { OsIcon } from '../ui/OsIcon.tsx';
import { PowerMark } from '../ui/PowerMark.tsx';
import type { SectionKind, TreeRow } from './tree-row.ts';
import { setExpanded } from './tree-state.ts';

/** Where a row without a twisty begins, in px: as if it had one. */
const leafIndent = 26;

function Twisty({ row }: { readonly row: TreeRow }): ReactNode {
  if (row.isExpanded === null) return null;
  return (
    // The whole row is the control; the mark is for the mouse, the arrow keys do the same.
    <span
      className={row.isExpanded ? 'twisty twisty-open' : 'twisty'}
      aria-hidden
      onClick={(event) => {
        event.stopPropagation();
        setExpanded(row.id, row.isExpanded !== true);
      }}
    >
      <ChevronRight className="icon" />
    </span>
  );
}

function Count({ count }: { readonly count: number }): ReactNode {
  return <span className="row-count">{count.toLocaleString('en-US')}</span>;
}

const sectionIcons: Readonly<Record<SectionKind, LucideIcon>> = {
  favourites: Star,
  recent: History,
  hosts: Network,
  'scale-set': Layers,
  tag: Tag,
};

interface MachineContentProps {
  readonly vm: VmSummary;
  readonly note: string;
  readonly isUnreached: boolean;
}

function MachineContent({ vm, note, isUnreached }: MachineContentProps): ReactNode {
  return (
    <>
      <PowerMark power={vm.power} />
      <OsIcon os={vm.os} />
      <span className="row-name">{vm.name}</span>
      {note !== '' && <span className="row-note">{note}</span>}
      {isUnreached && <NamedIcon icon={Unlink} label="No Bastion reaches it" className="icon warn" />}
    </>
  );
}

function RowContent({ row, machine, isUnreached }: TreeRowViewProps): ReactNode {
  switch (row.kind) {
    case 'section': {
      const Icon = sectionIcons[row.section];
      return (
        <>
          <Icon className="icon soft" aria-hidden />
          <span className="row-name">{row.name}</span>
          <Count count={row.count} />
        </>
      );
    }
    case 'saved':
      return (
        <>
          <BookMarked className="icon soft" aria-hidden />
          <span className="row-name">Saved connections</span>
          <Count count={row.count} />
        </>
      );
    case 'folder':
    case 'group':
      return (
        <>
          {row.kind === 'folder' ? (
            <Folder className="icon soft" aria-hidden />
          ) : (
            <FolderTree className="icon soft" aria-hidden />
          )}
          <span className="row-name">{row.name}</span>
          <Count count={row.count} />
        </>
      );
    case 'tenant':
      return (
        <>
          <Building2 className="icon soft" aria-hidden />
          <span className="row-name" title={row.tenant.domain}>
            {row.tenant.name}
          </span>
          {row.tenant.state === 'failed' ? (
            <NamedIcon icon={CircleAlert} label="Could not be read" className="icon bad" />
          ) : row.tenant.state === 'loading' && row.count === 0 ? null : (
            <Count count={row.count} />
          )}
          {row.tenant.state === 'partial' && (
            <NamedIcon icon={TriangleAlert} label="Some of it could not be read" className="icon warn" />
          )}
        </>
      );
    case 'subscription':
      return (
        <>
          <KeyRound className="icon soft" aria-hidden />
          <span className="row-name" title={row.subscription.id}>
            {row.subscription.name}
          </span>
          {(row.subscription.error === undefined || row.count > 0) && <Count count={row.count} />}
          {row.subscription.error !== undefined && (
            <NamedIcon icon={CircleAlert} label="Could not be read" className="icon bad" />
          )}
        </>
      );
    case 'vm':
      return <MachineContent vm={machine ?? row.vm} note={row.note} isUnreached={isUnreached} />;
    case 'absent':
      return (
        <>
          <NamedIcon icon={CircleHelp} label="Not in the list of machines" />
          <span className="row-name soft">{lastPart(row.vmId)}</span>
        </>
      );
    case 'profile':
      return (
        <>
          <PowerMark power={machine?.power ?? 'unknown'} />
          {row.profile.protocol === 'ssh' ? (
            <NamedIcon icon={SquareTerminal} label="SSH" />
          ) : (
            <NamedIcon icon={Monitor} label="RDP" />
          )}
          <span className="row-name" title={`${row.profile.user ?? ''} ${lastPart(row.profile.vmId)}`.trim()}>
            {row.profile.name}
          </span>
        </>
      );
    case 'problem':
      return (
        <>
          <CircleAlert className="icon bad" aria-hidden />
          <span className="row-name" title={`${row.about}: ${row.error.message} ${row.error.next}`}>
            {row.level === 1 ? `${row.about}: ` : ''}
            {row.error.message}
          </span>
        </>
      );
    case 'note':
      return <span className="row-name soft">{row.text}</span>;
    case 'skeleton':
      return (
        <>
          <span className="visually-hidden">Loading</span>
          <span className="skeleton" style={{ width: '60%' }} aria-hidden />
        </>
      );
  }
}

/** A directory that wants a sign-in of its own: the one click that gives it. */
function RepairAction({ row }: { readonly row: TreeRow & { kind: 'problem' } }): ReactNode {
  const { repair } = row;
  if (repair === null) return null;
  return (
    <button
      type="button"
      className="row-action row-action-shown"
      tabIndex={-1}
      aria-label={`Sign in to ${repair.name}`}
      onClick={(event) => {
        event.stopPropagation();
        repairAccount(repair.accountId, repair.tenantId);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      Sign in
    </button>
  );
}

function RowAction({ row }: { readonly row: TreeRow }): ReactNode {
  if (row.kind === 'problem') return <RepairAction row={row} />;
  if (row.kind !== 'vm' && row.kind !== 'profile') return null;
  const name = row.kind === 'vm' ? row.vm.name : row.profile.name;
  const text = row.kind === 'profile' ? 'Connect' : row.vm.os === 'windows' ? 'RDP' : 'SSH';
  return (
    <button
      type="button"
      className="row-action"
      tabIndex={-1}
      aria-label={row.kind === 'profile' ? `Connect ${name}` : `Connect ${text} to ${name}`}
      onClick={(event) => {
        event.stopPropagation();
        if (row.kind === 'profile') void connectProfile(row.profile.id);
        else void connectFirst(row.vm.id);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      {text}
    </button>
  );
}

function DeleteQuestion({ id, name }: { readonly id: string; readonly name: string }): ReactNode {
  const close = () => useUi.setState({ deletingProfileId: null });
  return (
    <div role="gridcell" className="row-question">
      <span className="row-name">Delete {name}?</span>
      <button
        type="button"
        className="row-action row-action-shown row-action-danger"
        // The question replaces the row that had the focus.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        onClick={(event) => {
          event.stopPropagation();
          close();
          void run(bridge().calls['profile:delete']({ id }));
        }}
      >
        Delete
      </button>
      <button
        type="button"
        className="row-action row-action-shown"
        onClick={(event) => {
          event.stopPropagation();
          close();
        }}
      >
        Keep
      </button>
    </div>
  );
}

/** What a row shows. None of it is asked for by the row itself: thirty rows are drawn at every key press. */
interface TreeRowViewProps {
  readonly row: TreeRow;
  /** The machine of the row as it is now: rows are not made anew for a power state. */
  readonly machine: VmSummary | null;
  /** No Bastion reaches the machine. */
  readonly isUnreached: boolean;
  /** The row's deletion waits for a yes. */
  readonly isDeleting: boolean;
}

/** What stands in a row of the tree: marks, name, count, and the first action on hover or focus. */
export const TreeRowView = memo(function TreeRowView(props: TreeRowViewProps): ReactNode {
  const { row, isDeleting } = props;
  if (isDeleting && row.kind === 'profile') {
    return <DeleteQuestion id={row.profile.id} name={row.profile.name} />;
  }
  return (
    <>
      <div
        role="gridcell"
        className="row-content"
        style={{ paddingLeft: (row.level - 1) * 12 + (row.isExpanded === null ? leafIndent : 4) }}
      >
        {/* Another row's mark does not turn into this one's. */}
        <Twisty key={row.id} row={row} />
        <RowContent {...props} />
      </div>
      <div role="gridcell" className="row-actions">
        <RowAction row={row} />
      </div>
    </>
  );
});
