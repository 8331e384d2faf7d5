import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/**
 * `unit` needs nothing; `native` needs SQLite, ONNX Runtime or tools of the machine; `electron` a window; `fresh` the npm registry and a few
 * minutes, and runs alone, after the others.
 */
export default defineConfig({
  // State classes of the page (*.svelte.ts) run in tests without a window.
  plugins: [svelte({ configFile: false })],
  test: {
    pool: 'forks',
    // One process fewer than processors, which is the default, would leave one of two idle for half an hour.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'native', include: ['test/native/**/*.test.ts', 'test/*.test.ts'], testTimeout: 300_000 },
      },
      {
        extends: true,
        test: {
          name: 'electron',
          include: ['test/electron/**/*.test.ts'],
          globalSetup: ['test/electron/support/display.ts'],
          setupFiles: ['test/electron/support/tell-of-failures.ts'],
          // What a page said is told before the test's own hooks close it.
          sequence: { hooks: 'list' },
          fileParallelism: false,
          // The default of one second is too short for a window on a machine that trains beside it.
          expect: { poll: { interval: 50, timeout: 20_000 } },
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'fresh',
          include: ['test/fresh/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
