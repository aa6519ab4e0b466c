import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatSpeed,
  formatStepTime,
  formatTimeLeft,
  lastPart,
  plural,
} from './format.ts';

describe('formats', () => {
  it.each([
    [0, '0 B'],
    [-5, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KB'],
    [1_258_291, '1.2 MB'],
    [104_857_600, '100 MB'],
    [1_073_741_823, '1.0 GB'],
    [5_000_000_000_000_000, '4.4 PB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [23.4, '23 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [59_900, '59.9 s'],
    [125_000, '2 min 5 s'],
  ])('a step of %d ms took %s', (ms, text) => {
    expect(formatStepTime(ms)).toBe(text);
  });

  it('writes clocks, speeds and what is left', () => {
    expect(formatClock(842_000)).toBe('00:14:02');
    expect(formatClock(-1)).toBe('00:00:00');
    expect(formatClock(360_000_000)).toBe('100:00:00');
    expect(formatSpeed(8_912_896)).toBe('8.5 MB/s');
    expect(formatTimeLeft(100, 0)).toBe('');
    expect(formatTimeLeft(100, 50)).toBe('2 s left');
    expect(formatTimeLeft(6000, 50)).toBe('2 min left');
    expect(formatTimeLeft(360_000, 50)).toBe('2 h 0 min left');
  });

  it.each([
    [59_000, 'just now'],
    [-5_000, 'just now'],
    [120_000, '2 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [25 * 3_600_000, '1 day ago'],
    [72 * 3_600_000, '3 days ago'],
  ])('%d ms before now is %s', (ms, text) => {
    expect(formatAgo(1_000_000_000_000 - ms, 1_000_000_000_000)).toBe(text);
  });

  it('counts and shortens', () => {
    expect(plural(1, 'file')).toBe('1 file');
    expect(plural(12_000, 'file')).toBe('12,000 files');
    expect(plural(2, 'directory', 'directories')).toBe('2 directories');
    expect(lastPart('/subscriptions/1/virtualMachines/web-01')).toBe('web-01');
    expect(lastPart('C:\\Users\\ada\\.ssh\\id_rsa')).toBe('id_rsa');
  });
});
