import { expect, test } from 'vitest';
import { anchorOf, scrollTopFor } from './scroll-anchor.ts';

const rows = (text: string) => text.split('').map((id) => ({ id }));

test.each([
  ['rows that come above', 'abcdefgh', 'xyabcdefgh', 53 + 40],
  ['rows that go above', 'abcdefgh', 'bcdefgh', 53 - 20],
  ['rows that come below', 'abcdefgh', 'abcdefghij', 53],
  ['the first row itself going', 'abcdefgh', 'abdefgh', 53 - 20],
  ['another order', 'abcdefgh', 'hgfedcba', 113],
])('%s leave what is in view where it is', (_, before, after, expected) => {
  const anchor = anchorOf(rows(before), 20, 53);
  expect(anchor).not.toBeNull();
  if (anchor !== null) expect(scrollTopFor(rows(after), 20, anchor)).toBe(expected);
});

test('the top stays the top, and what is gone holds nothing', () => {
  expect(anchorOf(rows('abc'), 20, 0)).toBeNull();
  expect(scrollTopFor(rows('xyz'), 20, { ids: ['a'], offset: 3 })).toBeNull();
});
