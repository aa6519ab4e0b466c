import type { Experiment } from './figure.ts';
import { throughput } from './throughput.ts';

/** Every measurement, in the order in which they run. */
export const experiments: readonly Experiment[] = [...throughput];
