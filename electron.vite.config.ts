import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { preloadChannels, trustChannels, trustEvents, windowChannels, windowEvents } from './shared/ipc.ts';

const at = (path: string) => resolve(import.meta.dirname, path);

/** The preloads get the names of the contract's channels at build time, so that they carry no schema code. */
const contractNames = {
  __WINDOW_CHANNELS__: JSON.stringify(Object.keys(windowChannels)),
  __WINDOW_EVENTS__: JSON.stringify(Object.keys(windowEvents)),
  __PRELOAD_CHANNELS__: JSON.stringify(Object.keys(preloadChannels)),
  __TRUST_CHANNELS__: JSON.stringify(Object.keys(trustChannels)),
  __TRUST_EVENTS__: JSON.stringify(Object.keys(trustEvents)),
};

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node20',
      minify: false,
      externalizeDeps: false,
      rollupOptions: {
        input: { main: at('src-main/main.ts'), 'tunnel-worker': at('src-main/tunnel/worker.ts') },
        external: ['electron', 'node-pty', 'bufferutil', 'utf-8-validate'],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    define: contractNames,
    build: {
      outDir: 'out/preload',
      target: 'node20',
      isolatedEntries: true,
      rollupOptions: {
        input: { window: at('src-main/preload.ts'), trust: at('src-main/preload-trust.ts') },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src-renderer'),
    plugins: [react()],
    build: {
      outDir: at('out/renderer'),
      target: 'chrome130',
      // The page is read at every start, before anything is on screen.
      minify: 'oxc',
      rollupOptions: {
        input: { index: at('src-renderer/index.html'), trust: at('src-renderer/trust.html') },
      },
    },
  },
});
