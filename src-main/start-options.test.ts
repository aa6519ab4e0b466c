import { expect, test } from 'vitest';
import { readStartOptions } from './start-options.ts';

test.each([
  [[], { cloudPath: null, dataFolder: null, policyPath: null }],
  [['.', '--cloud', 'a.json'], { cloudPath: 'a.json', dataFolder: null, policyPath: null }],
  [
    ['--no-sandbox', '--cloud=a=b.json', '--data-dir', '/x', '--policy', '/p.json'],
    { cloudPath: 'a=b.json', dataFolder: '/x', policyPath: '/p.json' },
  ],
  [['--cloud'], { cloudPath: null, dataFolder: null, policyPath: null }],
])('%j', (args, expected) => {
  expect(readStartOptions(args)).toEqual(expected);
});
