import { CircleCheck, CircleX, LoaderCircle, Upload, X } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { Transfer } from '../../shared/transfer.ts';
import { run } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { formatExact } from '../ui/format.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { TransferFiles } from './TransferFiles.tsx';
import {
  transferPercent,
  transferProgress,
  transferSize,
  transferTarget,
  transferTitle,
} from './transfer-words.ts';

function cancel(id: string): void {
  void run(bridge().calls['transfer:cancel']({ id }));
}

function dismiss(id: string): void {
  void run(bridge().calls['transfer:dismiss']({ id }));
}

function OfferForm({ transfer }: { readonly transfer: Transfer }): ReactNode {
  const [directory, setDirectory] = useState(transfer.directory);
  const [isStarting, setStarting] = useState(false);
  const id = useId();
  return (
    <form
      className="offer-form"
      aria-label={`Upload ${transferTitle(transfer)}`}
      onSubmit={(event) => {
        event.preventDefault();
        setStarting(true);
        void run(bridge().calls['transfer:start']({ id: transfer.id, directory: directory.trim() })).then(
          () => setStarting(false),
        );
      }}
    >
      <label htmlFor={id}>To directory</label>
      <input
        id={id}
        className="input"
        type="text"
        value={directory}
        placeholder="home directory"
        maxLength={4096}
        spellCheck={false}
        autoComplete="off"
        // The files were dropped for this: Enter starts the upload.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        onChange={(event) => setDirectory(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') dismiss(transfer.id);
        }}
      />
      <Button kind="primary" type="submit" isDisabled={isStarting}>
        Start upload
      </Button>
      <Button onPress={() => dismiss(transfer.id)}>Cancel</Button>
    </form>
  );
}

function ProgressBar({ transfer }: { readonly transfer: Transfer }): ReactNode {
  const percent = transferPercent(transfer);
  return (
    <progress
      className="progress"
      aria-label={`Upload of ${transferTitle(transfer)}`}
      max={100}
      value={percent}
    />
  );
}

function TransferBody({ transfer }: { readonly transfer: Transfer }): ReactNode {
  const { state } = transfer;
  switch (state.kind) {
    case 'scanning':
      return <p className="soft">Counting files… {transferSize(transfer)} so far</p>;
    case 'offered':
      return <OfferForm transfer={transfer} />;
    case 'running':
      return (
        <>
          <ProgressBar transfer={transfer} />
          <p className="soft numbers">
            {transferProgress(transfer)}
            {transfer.currentFile === '' ? '' : ` · ${transfer.currentFile}`}
          </p>
        </>
      );
    case 'verifying':
      return (
        <>
          <ProgressBar transfer={transfer} />
          <output className="soft">Verifying what arrived…</output>
        </>
      );
    case 'done':
      return (
        <output>
          {state.verified === 'sha-256' ? (
            <span className="good">verified by SHA-256</span>
          ) : (
            <span className="warn">sizes only: the machine has no program to compute hashes</span>
          )}
        </output>
      );
    case 'failed':
      return <ErrorBlock error={state.error} />;
    case 'cancelled':
      return <p className="soft">Cancelled. Files that were complete are still on the machine.</p>;
  }
}

function StateIcon({ transfer }: { readonly transfer: Transfer }): ReactNode {
  switch (transfer.state.kind) {
    case 'done':
      return <CircleCheck className="icon good" aria-hidden />;
    case 'failed':
      return <CircleX className="icon bad" aria-hidden />;
    case 'scanning':
    case 'verifying':
      return <LoaderCircle className="icon spin" aria-hidden />;
    case 'offered':
    case 'running':
    case 'cancelled':
      return <Upload className="icon soft" aria-hidden />;
  }
}

const stateText: Readonly<Record<Transfer['state']['kind'], string>> = {
  scanning: 'Counting',
  offered: 'Ready to upload',
  running: 'Uploading',
  verifying: 'Verifying',
  done: 'Uploaded',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** One upload, from the drop to the verified end. */
export function TransferCard({ transfer }: { readonly transfer: Transfer }): ReactNode {
  const vmName = useAppState((state) => state.sessions[transfer.sessionId]?.vmName ?? '');
  const { kind } = transfer.state;
  const isOver = kind === 'done' || kind === 'failed' || kind === 'cancelled';
  const target = vmName === '' ? transferTarget(transfer) : `${vmName}:${transferTarget(transfer)}`;
  return (
    <li
      className="transfer"
      aria-label={`Upload ${transferTitle(transfer)}`}
      data-transfer-id={transfer.id}
      data-state={kind}
    >
      <div className="transfer-head">
        <StateIcon transfer={transfer} />
        <strong className="transfer-title" title={transfer.names.join('\n')}>
          {transferTitle(transfer)}
        </strong>
        <span className="transfer-note soft">
          {stateText[kind]} · {transferSize(transfer)}
          {kind === 'offered' || kind === 'scanning' ? ` · for ${vmName}` : ` · to ${target}`}
        </span>
        <span className="section-gap" />
        {(kind === 'running' || kind === 'verifying' || kind === 'scanning') && (
          <Button
            kind="quiet"
            aria-label={`Cancel upload of ${transferTitle(transfer)}`}
            onPress={() => cancel(transfer.id)}
          >
            Cancel
          </Button>
        )}
        {isOver && 'atMs' in transfer.state && (
          <span className="soft small" title={formatExact(transfer.state.atMs)}>
            {new Date(transfer.state.atMs).toLocaleTimeString(undefined, {
              hour: '2-digit',
              minute: '2-digit',
            })}
          </span>
        )}
        {isOver && (
          <IconButton
            icon={X}
            label={`Dismiss upload of ${transferTitle(transfer)}`}
            onPress={() => dismiss(transfer.id)}
          />
        )}
      </div>
      <TransferBody transfer={transfer} />
      {isOver && transfer.fileCount > 0 && (
        <div>
          <Disclosure label="Files">
            <TransferFiles id={transfer.id} fileCount={transfer.fileCount} />
          </Disclosure>
        </div>
      )}
    </li>
  );
}
