import type { Transfer } from '../../shared/transfer.ts';
import { formatBytes, formatSpeed, formatTimeLeft, plural } from '../ui/format.ts';

/** What was dropped: one name, or the first and how many more. */
export function transferTitle(transfer: Transfer): string {
  const [first = 'files'] = transfer.names;
  const more = transfer.names.length - 1;
  return more > 0 ? `${first} and ${String(more)} more` : first;
}

/** Where it goes, as a user would write it. */
export function transferTarget(transfer: Transfer): string {
  return transfer.directory === '' ? '~' : transfer.directory;
}

/** How many files, how big: `3 files, 1.2 MB`. */
export function transferSize(transfer: Transfer): string {
  return `${plural(transfer.fileCount, 'file')}, ${formatBytes(transfer.totalBytes)}`;
}

/** The part that is done, from 0 to 100; an upload of empty files is measured by their number. */
export function transferPercent(transfer: Transfer): number {
  const part =
    transfer.totalBytes > 0
      ? transfer.doneBytes / transfer.totalBytes
      : transfer.fileCount > 0
        ? transfer.doneCount / transfer.fileCount
        : 0;
  return Math.min(100, Math.max(0, Math.floor(part * 100)));
}

/** How a running upload stands: `4.1 of 12 MB · 2 of 3 files · 8.2 MB/s · 1 s left`. */
export function transferProgress(transfer: Transfer): string {
  const parts = [
    `${formatBytes(transfer.doneBytes)} of ${formatBytes(transfer.totalBytes)}`,
    `${String(transfer.doneCount)} of ${plural(transfer.fileCount, 'file')}`,
  ];
  if (transfer.bytesPerSecond > 0) parts.push(formatSpeed(transfer.bytesPerSecond));
  const left = formatTimeLeft(transfer.totalBytes - transfer.doneBytes, transfer.bytesPerSecond);
  if (left !== '') parts.push(left);
  return parts.join(' · ');
}

/** True while main is working on it. */
export function isActive(transfer: Transfer): boolean {
  const { kind } = transfer.state;
  return kind === 'scanning' || kind === 'running' || kind === 'verifying';
}
