import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const eslint = new ESLint({ cwd: root });

/** What a file is told that holds nothing but an import of a module. */
async function told(file: string, module: string): Promise<string[]> {
  const [result] = await eslint.lintText(`import '${module}';\n`, { filePath: join(root, file) });
  return result!.messages.map(({ message }) => message);
}

it.each([
  ['packages/cluster/src/apply/new.ts', '@nx/devkit', 'cluster knows nothing of Nx'],
  ['packages/cluster/src/apply/new.ts', 'nx/src/utils/params', 'cluster knows nothing of Nx'],
  ['packages/cluster/src/apply/new.spec.ts', '@nx-kube/executors', 'cluster knows nothing of Nx, nor of the packages'],
  ['packages/executors/src/workload/new.ts', '@nx/devkit', 'the core does not'],
  ['packages/executors/src/workload/new.ts', 'nx', 'the core does not'],
  ['packages/executors/src/executors/dev/new.ts', '@nx/devkit', 'the core does not'],
  ['packages/executors/src/workload/new.ts', '@nx-kube/plugin', 'executors may not import plugin'],
  ['packages/executors/src/executors/dev/executor.ts', '@nx-kube/plugin', 'executors may not import plugin'],
  ['packages/executors/src/workload/new.spec.ts', '@nx-kube/plugin', 'executors may not import plugin'],
])('%s may not import %s', async (file, module, reason) =>
  expect(await told(file, module)).toEqual([expect.stringContaining(reason)]),
);

it.each([
  ['packages/executors/src/workload/new.ts', '@nx-kube/cluster'],
  ['packages/executors/src/workload/new.spec.ts', '@nx/devkit'],
  ['packages/executors/src/executors/dev/executor.ts', '@nx/devkit'],
  ['packages/executors/src/executors/dev/executor.ts', '../../nx/print.js'],
  ['packages/executors/src/executors/dev/nx-new.ts', '@nx/devkit'],
  ['packages/executors/src/nx/new.ts', '@nx/devkit'],
  ['packages/plugin/src/graph/new.ts', '@nx-kube/executors'],
])('%s may import %s', async (file, module) => expect(await told(file, module)).toEqual([]));
