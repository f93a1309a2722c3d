import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { sourceConditions } from '../packages/testing/source-conditions.js';

/** Runs the embedded cluster's own tests last: they take it down, with all that it holds. */
class ClusterLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => (moduleId.endsWith('/local-cluster.e2e.spec.ts') ? 1 : 0);
    return [...files].sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** Runs tests against a real cluster, one file at a time: the cluster is shared and the machine is small. */
export default defineConfig({
  ...sourceConditions,
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['packages/*/src/**/*.cluster.spec.ts', 'e2e/**/*.e2e.spec.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
    sequence: { sequencer: ClusterLast },
    // A kubelet on two busy cores is sometimes late; a real defect fails twice.
    retry: process.env['CI'] ? 1 : 0,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
