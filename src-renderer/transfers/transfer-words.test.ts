import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../shared/transfer.ts';
import {
  transferPercent,
  transferProgress,
  transferSize,
  transferTarget,
  transferTitle,
} from './transfer-words.ts';

const transfer: Transfer = {
  id: 'x',
  sessionId: 's',
  direction: 'upload',
  names: ['release', 'notes.md'],
  directory: '',
  state: { kind: 'running' },
  fileCount: 3,
  doneCount: 1,
  totalBytes: 25_165_824,
  doneBytes: 9_437_184,
  bytesPerSecond: 8_912_896,
  currentFile: '',
};

describe('transfer words', () => {
  it('say what goes where, how much, and how far it is', () => {
    expect(transferTitle(transfer)).toBe('release and 1 more');
    expect(transferTitle({ ...transfer, names: ['a'] })).toBe('a');
    expect(transferTarget(transfer)).toBe('~');
    expect(transferSize(transfer)).toBe('3 files, 24.0 MB');
    expect(transferProgress(transfer)).toBe('9.0 MB of 24.0 MB · 1 of 3 files · 8.5 MB/s · 2 s left');
  });

  it('measure empty files by their number', () => {
    expect(transferPercent(transfer)).toBe(37);
    expect(transferPercent({ ...transfer, totalBytes: 0, doneBytes: 0 })).toBe(33);
    expect(transferPercent({ ...transfer, totalBytes: 0, doneBytes: 0, fileCount: 0, doneCount: 0 })).toBe(0);
    expect(transferPercent({ ...transfer, doneBytes: 99_999_999 })).toBe(100);
  });
});
