/** Builds the window: main and preload as one CommonJS file each, the page as modules. Output: `dist/`. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type InlineConfig } from 'vite';

export const root = join(import.meta.dirname, '..', '..');
export const distFolder = join(root, 'dist');

/** The oldest Electron that the window runs on is 25: Chromium 114, Node 18. */
const targets = { page: 'chrome114', node: 'node18' } as const;

function nodeFile(entry: string, fileName: string): InlineConfig {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['electron'], target: 'node' },
    build: {
      ssr: join(root, entry),
      outDir: distFolder,
      emptyOutDir: false,
      target: targets.node,
      minify: false,
      rollupOptions: { output: { format: 'cjs', entryFileNames: fileName }, external: ['electron'] },
    },
  };
}

/** Builds everything anew. */
export async function buildWindow(): Promise<void> {
  if (existsSync(distFolder)) rmSync(distFolder, { recursive: true });
  await build(nodeFile('electron/main/main.ts', 'main.cjs'));
  await build(nodeFile('electron/preload/preload.ts', 'preload.cjs'));
  await build({
    configFile: false,
    root: join(root, 'renderer'),
    base: './',
    logLevel: 'warn',
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: join(distFolder, 'renderer'),
      emptyOutDir: true,
      target: targets.page,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 6000,
      assetsInlineLimit: 0,
    },
  });
}
