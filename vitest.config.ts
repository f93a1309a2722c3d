import { defineConfig } from 'vitest/config';
import { sourceConditions } from './packages/testing/source-conditions.js';

/** Unit tests: no cluster. Tests that need one are named `*.cluster.spec.ts` and run by `e2e/vitest.config.ts`. */
export default defineConfig({
  ...sourceConditions,
  test: {
    include: ['packages/*/src/**/*.spec.ts', 'tools/*/src/**/*.spec.ts'],
    exclude: ['**/*.cluster.spec.ts', '**/node_modules/**', '**/dist/**'],
    testTimeout: 30_000,
  },
});
