export { createNodes, createNodesV2 } from './graph/create-nodes.js';
export { createDependencies } from './graph/create-dependencies.js';
export type { NxKubePluginOptions } from './controller/target-names.js';

/** Name by which Nx reports this plugin. */
export const name = '@nx-kube/plugin';
