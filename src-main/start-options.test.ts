import { expect, test } from 'vitest';
import { readStartOptions } from './start-options.ts';

test.each([
  [[], { cloudPath: null, dataFolder: null }],
  [['.', '--cloud', 'a.json'], { cloudPath: 'a.json', dataFolder: null }],
  [['--no-sandbox', '--cloud=a=b.json', '--data-dir', '/x'], { cloudPath: 'a=b.json', dataFolder: '/x' }],
  [['--cloud'], { cloudPath: null, dataFolder: null }],
])('%j', (args, expected) => {
  expect(readStartOptions(args)).toEqual(expected);
});
