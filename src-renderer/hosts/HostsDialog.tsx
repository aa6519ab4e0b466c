import { type ReactNode, useEffect, useState } from 'react';
import { reportError } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { useUi } from '../state/ui-store.ts';
import { ModalDialog } from '../ui/ModalDialog.tsx';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import type { HostBastions } from './BastionSelect.tsx';
import { HostForm } from './HostForm.tsx';
import { HostImportForm } from './HostImportForm.tsx';

/** Opens the dialog that adds hosts by their addresses. */
export function openHostsDialog(): void {
  useUi.setState({ isHostsOpen: true });
}

function close(): void {
  useUi.setState({ isHostsOpen: false });
}

function HostsForms(): ReactNode {
  const [what, setWhat] = useState<'one' | 'list'>('one');
  const [bastions, setBastions] = useState<HostBastions | null>(null);
  // While the inventory is read, the list of Bastions is not complete.
  const isReading = useAppState((state) => state.inventory.state === 'loading');
  useEffect(() => {
    let isGone = false;
    void bridge()
      .calls['host:bastions'](null)
      .then((result) => {
        if (isGone) return;
        if (result.ok) setBastions(isReading && result.value.length === 0 ? null : result.value);
        else reportError(result.error);
      });
    return () => {
      isGone = true;
    };
  }, [isReading]);
  return (
    <>
      <div className="host-what">
        <p className="soft">
          For machines that Azure does not list: in your own network, in another cloud, behind a Virtual WAN.
        </p>
        <RadioChoices
          legend="Add"
          value={what}
          choices={[
            { value: 'one', text: 'One host' },
            { value: 'list', text: 'A list' },
          ]}
          onChange={setWhat}
        />
      </div>
      {what === 'one' ? (
        <HostForm bastions={bastions} onClose={close} />
      ) : (
        <HostImportForm bastions={bastions} onClose={close} />
      )}
    </>
  );
}

/** The dialog that adds hosts by their addresses, if it was asked for; rendered once, at the root. */
export function HostsDialog(): ReactNode {
  const isOpen = useUi((ui) => ui.isHostsOpen);
  if (!isOpen) return null;
  return (
    <ModalDialog title="Add hosts by address" onClose={close}>
      <HostsForms />
    </ModalDialog>
  );
}
