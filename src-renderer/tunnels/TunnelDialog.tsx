import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { TunnelSuggestion } from '../../shared/tunnel.ts';
import { showPanel } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { useUi } from '../state/ui-store.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { lastPart } from '../ui/format.ts';
import { ModalDialog } from '../ui/ModalDialog.tsx';
import { openTunnel } from './open-tunnel.ts';
import { checkTunnel, newTunnelDraft, type TunnelProblems } from './tunnel-draft.ts';
import { TunnelFields } from './TunnelFields.tsx';

function close(): void {
  useUi.setState({ tunnelDialogVmId: null });
}

function TunnelForm({ vmId, vmName }: { readonly vmId: string; readonly vmName: string }): ReactNode {
  const isWindows = useAppState((state) => state.vms[vmId]?.os === 'windows');
  const [typed, setTyped] = useState(() => newTunnelDraft(isWindows));
  const [suggestion, setSuggestion] = useState<TunnelSuggestion | null>(null);
  const [problems, setProblems] = useState<TunnelProblems>({});
  const [error, setError] = useState<AppError | null>(null);
  const [isOpening, setOpening] = useState(false);
  const waiting = useRef<AbortController | null>(null);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    let isGone = false;
    void bridge()
      .calls['tunnel:suggest']({ vmId })
      .then((result) => {
        if (isGone) return;
        if (result.ok) setSuggestion(result.value);
        else setError(result.error);
      });
    return () => {
      isGone = true;
    };
  }, [vmId]);
  // Closing the dialog gives up what it waits for.
  useEffect(() => () => waiting.current?.abort(), []);

  // The first field that cannot be taken gets the focus.
  useEffect(() => {
    if (Object.keys(problems).length > 0)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problems]);

  async function open(): Promise<void> {
    const checked = checkTunnel(vmId, typed);
    setProblems('problems' in checked ? checked.problems : {});
    if ('problems' in checked) return;
    const controller = new AbortController();
    waiting.current = controller;
    setError(null);
    setOpening(true);
    const opening = await openTunnel(checked.draft, controller.signal);
    if (controller.signal.aborted) return;
    waiting.current = null;
    setOpening(false);
    if (opening.kind === 'failed') setError(opening.error);
    if (opening.kind !== 'listening') return;
    close();
    showPanel('tunnels');
  }

  return (
    <form
      ref={form}
      className="modal-form"
      aria-label={`Tunnel to ${vmName}`}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isOpening) void open();
      }}
    >
      <div className="modal-body">
        <TunnelFields
          typed={typed}
          problems={problems}
          suggestion={suggestion}
          onChange={(part) => {
            setTyped({ ...typed, ...part });
            if (Object.keys(problems).length > 0) setProblems({});
          }}
        />
        {error !== null && <ErrorBlock error={error} />}
      </div>
      <div className="modal-foot">
        <output className="soft section-gap">{isOpening ? 'Opening the tunnel…' : ''}</output>
        <Button onPress={close}>Cancel</Button>
        <Button kind="primary" type="submit" isDisabled={isOpening}>
          Open tunnel
        </Button>
      </div>
    </form>
  );
}

/** The dialog that opens a tunnel to a machine, if one was asked for; rendered once, at the root. */
export function TunnelDialog(): ReactNode {
  const vmId = useUi((ui) => ui.tunnelDialogVmId);
  const vmName = useAppState((state) => (vmId === null ? '' : (state.vms[vmId]?.name ?? lastPart(vmId))));
  if (vmId === null) return null;
  return (
    <ModalDialog title={`Tunnel to ${vmName}`} onClose={close}>
      <TunnelForm vmId={vmId} vmName={vmName} />
    </ModalDialog>
  );
}
