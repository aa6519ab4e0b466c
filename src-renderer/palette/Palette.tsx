import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import type { AppError } from '../../shared/errors.ts';
import { currentState, useAppState } from '../state/app-store.ts';
import { commandOf } from '../state/shortcuts.ts';
import { useUi } from '../state/ui-store.ts';
import { ErrorLine } from '../ui/ErrorLine.tsx';
import { plural } from '../ui/format.ts';
import { choose, openMachine } from './choose.ts';
import { ListboxInput } from './ListboxInput.tsx';
import { lookUpMachine } from './look-up.ts';
import { MachineActions } from './MachineActions.tsx';
import { PaletteOption } from './PaletteOption.tsx';
import { findResults, type PaletteItem } from './results.ts';
import { usePaletteSource } from './use-palette-source.ts';

function close(): void {
  useUi.setState({ isPaletteOpen: false });
}

/** How far the look-up of a pasted machine has come. */
type LookUp =
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly error: AppError };

function Nothing({ text }: { readonly text: string }): ReactNode {
  const inventory = useAppState((state) => state.inventory);
  return (
    <>
      <output>{text.trim() === '' ? 'Nothing to show yet.' : `Nothing found for “${text.trim()}”.`}</output>
      {inventory.state === 'loading' && <p className="soft small">Machines are still being read.</p>}
      {inventory.state === 'failed' && (
        <p className="soft small">
          The list of machines could not be read: {inventory.error?.message ?? 'no reason was given'}
        </p>
      )}
      <p className="soft small">
        Names, tags, addresses, and os:, power:, tag:, sub:, rg:, bastion: as in the filter. A pasted resource
        ID or portal address finds a machine that the list does not show.
      </p>
    </>
  );
}

/** True for the keys that open the second list of a machine: Tab, and Right at the end of the text. */
function opensActions(event: KeyboardEvent<HTMLInputElement>): boolean {
  if (event.key === 'Tab') return !event.shiftKey;
  const { selectionStart, value } = event.currentTarget;
  return event.key === 'ArrowRight' && selectionStart === value.length;
}

function isPaletteKey(event: KeyboardEvent): boolean {
  const state = currentState();
  if (state === null) return false;
  const command = commandOf(event, state.platform, false, state.preferences.shortcuts);
  return command === 'palette' || command === 'new-tab';
}

interface SearchProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onActions: (vmId: string) => void;
}

function SearchEverything({ text, onText, onActions }: SearchProps): ReactNode {
  const source = usePaletteSource();
  const [lookUp, setLookUp] = useState<LookUp>({ kind: 'none' });
  const latest = useRef(text);
  const groups = useMemo(() => findResults(source, text), [source, text]);
  const find = (id: string | null): PaletteItem | undefined =>
    groups.flatMap((group) => group.items).find((item) => item.id === id);
  const count = groups.reduce((sum, group) => sum + group.items.length + group.more, 0);

  async function lookUpThis(pasted: string, mustConnect: boolean): Promise<void> {
    setLookUp({ kind: 'running' });
    const found = await lookUpMachine(pasted);
    // What was typed meanwhile is another question.
    if (latest.current.trim() !== pasted) return;
    if ('code' in found) setLookUp({ kind: 'failed', error: found });
    else openMachine(found.id, mustConnect);
  }

  function onKey(event: KeyboardEvent<HTMLInputElement>, activeId: string | null): boolean {
    if (isPaletteKey(event)) {
      close();
      return true;
    }
    const item = find(activeId);
    if (item?.kind === 'machine' && opensActions(event)) {
      onActions(item.vm.id);
      return true;
    }
    // There is nothing else to go to.
    return event.key === 'Tab';
  }

  return (
    <>
      <ListboxInput
        label="Search everything"
        placeholder="Machines, saved connections, tabs, commands, or a pasted resource ID"
        text={text}
        groups={groups.map(({ title, items, more }) => ({
          title,
          options: items.map((item) => ({ id: item.id, content: <PaletteOption item={item} /> })),
          ...(more > 0 ? { note: `${more.toLocaleString('en-US')} more: type on to narrow them` } : {}),
        }))}
        empty={<Nothing text={text} />}
        onText={(next) => {
          latest.current = next;
          setLookUp({ kind: 'none' });
          onText(next);
        }}
        onChoose={(id, { hasModifier }) => {
          const item = find(id);
          if (item === undefined) return;
          if (item.kind === 'look-up') void lookUpThis(item.text, hasModifier);
          else choose(item, hasModifier);
        }}
        onKey={onKey}
      />
      {lookUp.kind === 'failed' && (
        <div className="palette-error">
          <ErrorLine error={lookUp.error} />
        </div>
      )}
      <div className="palette-foot small soft">
        <output>{lookUp.kind === 'running' ? 'Looking it up in Azure…' : plural(count, 'result')}</output>
        <span className="palette-keys">
          <span>
            <kbd>Enter</kbd> open
          </span>
          <span>
            <kbd>
              <ModKey />
              Enter
            </kbd>{' '}
            connect
          </span>
          <span>
            <kbd>Tab</kbd> more actions
          </span>
        </span>
      </div>
    </>
  );
}

function ModKey(): ReactNode {
  return useAppState((state) => (state.platform === 'darwin' ? '⌘' : 'Ctrl+'));
}

/** The search over everything, while it is open; rendered once, at the root. */
export function Palette(): ReactNode {
  const isOpen = useUi((ui) => ui.isPaletteOpen);
  return isOpen ? <OpenPalette /> : null;
}

function OpenPalette(): ReactNode {
  const [text, setText] = useState('');
  const [actionsOf, setActionsOf] = useState<string | null>(null);
  return (
    <ModalOverlay
      className="modal-shade palette-shade"
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) close();
      }}
    >
      <Modal className="palette">
        <Dialog className="palette-dialog" aria-label="Search everything">
          {actionsOf === null ? (
            <SearchEverything text={text} onText={setText} onActions={setActionsOf} />
          ) : (
            <MachineActions vmId={actionsOf} onBack={() => setActionsOf(null)} />
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
