import { expect, test } from 'vitest';
import { chooseBounds } from './window-place.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const place = { x: 100, y: 50, width: 1000, height: 700, maximized: false };

test.each([
  ['nothing remembered', null, [screen], { width: 1280, height: 800 }],
  ['still on a screen', place, [screen], { x: 100, y: 50, width: 1000, height: 700 }],
  ['its screen is gone', { ...place, x: 2500 }, [screen], { width: 1000, height: 700 }],
  ['title bar above the screen', { ...place, y: -200 }, [screen], { width: 1000, height: 700 }],
  [
    'on the second screen',
    { ...place, x: -1200 },
    [screen, { ...screen, x: -1920 }],
    { x: -1200, y: 50, width: 1000, height: 700 },
  ],
])('%s', (_name, remembered, screens, expected) => {
  expect(chooseBounds(remembered, screens)).toEqual(expected);
});
