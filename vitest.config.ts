import { defineConfig } from 'vitest/config';

/** Unit and integration tests: each beside its source, with real sockets; integration files end in `.it.test.ts`. */
export default defineConfig({
  test: {
    include: ['{shared,src-main,src-renderer,emulator,bench,scripts,e2e/integration}/**/*.test.{ts,tsx}'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default'],
  },
});
