import { describe, expect, it } from 'vitest';
import type { CheckResult, CheckStatus } from '../../shared/vm-detail.ts';
import { requestText, sortChecks, summarise } from './summary.ts';

const check = (id: string, status: CheckStatus): CheckResult => ({
  id,
  title: id,
  status,
  message: 'Something is so.',
  evidence: [],
  fix: null,
  missingPermission: null,
});

describe('summarise', () => {
  it('counts in words and leaves out what there is none of', () => {
    const statuses: CheckStatus[] = ['pass', 'pass', 'fail', 'unknown', 'na'];
    expect(summarise(statuses.map((status) => ({ status })))).toBe('2 passed · 1 failed · 1 not known');
    expect(summarise([{ status: 'warn' }])).toBe('1 warning');
    expect(summarise([])).toBe('no checks');
  });
});

describe('sortChecks', () => {
  it('puts what needs attention first and keeps the order otherwise', () => {
    const checks = [
      check('a', 'pass'),
      check('b', 'unknown'),
      check('c', 'pass'),
      check('d', 'fail'),
      check('e', 'warn'),
    ];
    expect(sortChecks(checks).map(({ id }) => id)).toEqual(['d', 'e', 'b', 'a', 'c']);
  });
});

describe('requestText', () => {
  it('holds all that the person who mends it needs', () => {
    const failed: CheckResult = {
      ...check('Native client support', 'fail'),
      evidence: [{ label: 'enableTunneling', value: 'false' }],
      fix: { who: 'An owner', steps: 'Tick it.' },
      missingPermission: 'a/read',
    };
    expect(requestText(failed, 'web-01').split('\n')).toEqual([
      'Native client support (web-01)',
      'Something is so.',
      'enableTunneling: false',
      'Who can change it: An owner',
      'How: Tick it.',
      'Missing permission: a/read',
    ]);
  });
});
