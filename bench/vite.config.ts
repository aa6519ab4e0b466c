import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const at = (path: string) => resolve(import.meta.dirname, path);

/** Bundles what runs in Electron as the app's own build does: the engine's worker is the same file in the same form. */
export default defineConfig({
  root: at('.'),
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    minify: false,
    emptyOutDir: true,
    rollupOptions: {
      input: {
        main: at('electron/main.ts'),
        'tunnel-worker': at('../src-main/tunnel/worker.ts'),
        'profiled-worker': at('electron/profiled-worker.ts'),
        'ws-pipe': at('baselines/ws-pipe.ts'),
        bare: at('baselines/bare.ts'),
        'limit-worker': at('baselines/limit-worker.ts'),
      },
      external: ['electron', 'bufferutil', 'utf-8-validate'],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
