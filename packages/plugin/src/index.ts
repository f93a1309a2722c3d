export { createNodes, createNodesV2 } from './graph/create-nodes.js';
export { createDependencies } from './graph/create-dependencies.js';
export type { NxKubePluginOptions } from './controller/target-names.js';

/** Name of this plugin in Nx's reports. */
export const name = '@nx-kube/plugin';
