import { type ReactNode, useMemo } from 'react';
import { useAppState } from '../state/app-store.ts';
import { TransferCard } from './TransferCard.tsx';

/** All uploads, the latest first. */
export function TransfersPanel(): ReactNode {
  const transfers = useAppState((state) => state.transfers);
  const latestFirst = useMemo(() => Object.values(transfers).toReversed(), [transfers]);
  if (latestFirst.length === 0) {
    return <p className="panel-empty soft">No transfers. Drop files on an SSH session to upload them.</p>;
  }
  return (
    <ul className="transfers">
      {latestFirst.map((transfer) => (
        <TransferCard key={transfer.id} transfer={transfer} />
      ))}
    </ul>
  );
}
