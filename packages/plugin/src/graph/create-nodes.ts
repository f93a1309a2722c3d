import type { CreateNodes } from '@nx/devkit';
import { targetNames, type NxKubePluginOptions } from '../controller/target-names.js';
import { factsOf } from '../files/facts.js';
import { inferProjects } from './infer-projects.js';

/**
 * Every Go module is a project; one that is laid out as a controller (a main package in its root or in `cmd`, and a
 * kustomization in `config/default`) gets the targets of the inner loop.
 */
export const createNodes: CreateNodes<NxKubePluginOptions> = [
  '**/go.mod',
  async (files, options, { workspaceRoot, nxJsonConfiguration }) => {
    const facts = factsOf(workspaceRoot);
    const { results, errors } = inferProjects(facts, files, targetNames(options), nxJsonConfiguration.targetDefaults);
    facts.save();
    if (errors.length) {
      // Loading devkit takes longer than all the rest here, so only who fails waits for it.
      const { AggregateCreateNodesError } = await import('@nx/devkit');
      throw new AggregateCreateNodesError(errors, results);
    }
    return results;
  },
];

/** The older name of `createNodes`. */
export const createNodesV2 = createNodes;
