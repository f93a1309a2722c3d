import type { CreateNodes } from '@nx/devkit';
import { targetNames, type NxKubePluginOptions } from '../controller/target-names.js';
import { factsOf } from '../files/facts.js';
import { inferProjects } from './infer-projects.js';

/**
 * Infers one project for each Go module. A module with the layout of a controller gets the targets of the development
 * loop: it has a program and a kustomization.
 */
export const createNodes: CreateNodes<NxKubePluginOptions> = [
  '**/go.mod',
  async (files, options, { workspaceRoot, nxJsonConfiguration }) => {
    const facts = factsOf(workspaceRoot);
    const { results, errors } = inferProjects(facts, files, targetNames(options), nxJsonConfiguration.targetDefaults);
    facts.save();
    if (errors.length) {
      // Loading devkit takes longer than everything else here, so it is loaded only for a failure.
      const { AggregateCreateNodesError } = await import('@nx/devkit');
      throw new AggregateCreateNodesError(errors, results);
    }
    return results;
  },
];

/** The older name of `createNodes`. */
export const createNodesV2 = createNodes;
