import { costs } from './cost.ts';
import { crowd } from './crowd.ts';
import { echoes } from './echo.ts';
import type { Experiment } from './figure.ts';
import { firstBytes } from './first-byte.ts';
import { throughput } from './throughput.ts';
import { uplink } from './uplink.ts';

/** Every measurement, in the order in which they run. */
export const experiments: readonly Experiment[] = [
  ...throughput,
  ...echoes,
  ...firstBytes,
  uplink,
  crowd,
  ...costs,
];
