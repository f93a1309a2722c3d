// @ts-check

/**
 * The floors of each package, the ground floor first: a folder or file may import what stands before it in the list,
 * and itself. `index.ts` and folders that the list does not name are on top of all floors.
 *
 * @type {Record<string, string[]>}
 */
export const floors = {
  'packages/cluster/src': [
    'abort',
    'errors.ts',
    'klog.ts',
    'in-background.ts',
    'object',
    'api',
    'connect',
    'streams',
    'watch',
    'readiness',
    'apply',
    'apply-set',
    'environment',
  ],
  'packages/executors/src': [
    'events',
    'format',
    'process',
    'settings',
    'go',
    'kustomize',
    'workload',
    'image',
    'requirements',
    'sources',
    'flux',
    'agent',
    'leader',
    'logs',
    'pods',
    'forwards',
    'delve',
    'secrets',
    'deploy',
    'report',
    'loop/targets',
    'loop/watch',
    'loop/plan',
    'loop/observe',
    'loop',
    'control',
    'doctor',
    'nx',
    'executors',
  ],
  'packages/plugin/src': ['files', 'kustomize', 'go', 'controller', 'targets', 'graph', 'generators', 'cli'],
  'packages/testing/src': ['cluster', 'e2e'],
  'tools/bench/src': [
    'edits',
    'options.ts',
    'parts.ts',
    'report',
    'machine',
    'live-update',
    'tracks',
    'bench.ts',
    'main.ts',
  ],
  'tools/local-cluster/src': ['config', 'processes', 'host', 'programs', 'commands'],
};

/**
 * The packages of this repository, the ground floor first. What tests use (`testing`, `local-cluster`) is not part of
 * them.
 *
 * @type {string[]}
 */
export const packages = ['packages/cluster', 'packages/executors', 'packages/plugin'];
