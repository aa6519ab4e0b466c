import { expect, test } from 'vitest';
import { drawnIndexes, scrollTopToShow, windowOf } from './row-window.ts';

test.each([
  [1000, 0, 280, { first: 0, end: 18 }],
  [1000, 2800, 280, { first: 92, end: 118 }],
  [1000, 27_720, 280, { first: 982, end: 1000 }],
  [5, 0, 280, { first: 0, end: 5 }],
  // Fewer rows than before, and not scrolled back yet.
  [5, 2800, 280, { first: 0, end: 5 }],
  [0, 0, 280, { first: 0, end: 0 }],
])('of %d rows scrolled by %d px with %d px in view', (count, scrollTop, height, expected) => {
  expect(windowOf(count, 28, scrollTop, height)).toEqual(expected);
});

test('a row is brought into view by the shortest way', () => {
  expect(scrollTopToShow(3, 28, 0, 280)).toBeNull();
  expect(scrollTopToShow(3, 28, 100, 280)).toBe(84);
  expect(scrollTopToShow(20, 28, 100, 280)).toBe(308);
});

test('the row with the focus is drawn wherever it is', () => {
  const window = { first: 10, end: 13 };
  expect(drawnIndexes(window, 11, 100)).toEqual([10, 11, 12]);
  expect(drawnIndexes(window, 2, 100)).toEqual([2, 10, 11, 12]);
  expect(drawnIndexes(window, 50, 100)).toEqual([10, 11, 12, 50]);
  expect(drawnIndexes(window, 50, 12)).toEqual([10, 11]);
});
