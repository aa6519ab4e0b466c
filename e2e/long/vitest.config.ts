import { defineConfig } from 'vitest/config';

/** What takes minutes: run by `npm run test:long` only, one file after the other. */
export default defineConfig({
  test: {
    include: ['e2e/long/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    fileParallelism: false,
    disableConsoleIntercept: true,
    reporters: ['default'],
  },
});
