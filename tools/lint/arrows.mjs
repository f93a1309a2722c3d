// @ts-check
import { floors } from './floors.mjs';

const nx = ['@nx/*', 'nx', 'nx/*'];
const noPlugin = { group: ['@nx-kube/plugin'], message: 'executors may not import plugin' };
/** Published code resolves packages without the condition `@nx-kube/source`, so only their `index` can be imported. */
const noInside = { group: ['@nx-kube/*/**'], message: 'only tests and tools import the inside of another package' };

/**
 * The arrows between packages: plugin → executors → cluster. Each entry lists what a folder may not import, and why. Of
 * the entries that match a file only the last one counts, so that each lists everything.
 */
export const arrows = [
  {
    files: ['packages/cluster/**'],
    forbidden: [
      {
        group: [...nx, '@nx-kube/*', '!@nx-kube/testing'],
        message: 'cluster knows nothing of Nx, nor of the packages above it',
      },
    ],
  },
  {
    files: ['packages/cluster/**'],
    ignores: ['**/*.spec.ts'],
    forbidden: [{ group: [...nx, '@nx-kube/*'], message: 'cluster knows nothing of Nx, nor of the packages above it' }],
  },
  { files: ['packages/plugin/src/**'], ignores: ['**/*.spec.ts', '**/*.fixture.ts'], forbidden: [noInside] },
  {
    files: ['packages/executors/**'],
    forbidden: [noPlugin],
  },
  {
    files: ['packages/executors/**'],
    ignores: ['**/*.spec.ts', '**/*.fixture.ts'],
    forbidden: [noPlugin, noInside],
  },
  {
    files: ['packages/executors/**'],
    ignores: [
      'packages/executors/src/executors/**/executor.ts',
      'packages/executors/src/executors/**/nx-*.ts',
      'packages/executors/src/nx/**',
      '**/*.spec.ts',
      '**/*.fixture.ts',
    ],
    forbidden: [
      noPlugin,
      noInside,
      { group: nx, message: 'only executor.ts and nx-*.ts files know Nx; the core does not' },
    ],
  },
];

/**
 * For each floor, what stands above it and so may not be imported: zones of the rule `import-x/no-restricted-paths`.
 */
export const zones = Object.entries(floors).flatMap(([root, list]) =>
  list.flatMap((floor, index) =>
    list.slice(index + 1).map((above) => ({
      target: `./${root}/${floor}`,
      // A folder's own files stand above the folders in it.
      from: floor.startsWith(`${above}/`) ? `./${root}/${above}/*` : `./${root}/${above}`,
      message: `${floor} lies below ${above}: see tools/lint/floors.mjs`,
    })),
  ),
);
