import { isDeepStrictEqual } from 'node:util';
import type { LoopOptions } from './options.js';
import { watchRoots } from './plan/stale-targets.js';

/** What the loop has to do when its options change while it runs. */
export interface Affected {
  /** Set where the change concerns what cannot be taken over as it is: the loop has to begin anew. */
  anew: boolean;
  /** The targets whose content, or whose way into the cluster, is another one now. */
  targets: string[];
}

/** What is looked at each time that it is needed, so that it can change at any time. */
const live = ['deploy', 'inputs', 'secrets', 'flux', 'portForwards', 'modes', 'timeoutMs'] as const;

/** Compares the options of a loop with those that it is to have. Pure. */
export function affected(before: LoopOptions, after: LoopOptions): Affected {
  const anew =
    !isDeepStrictEqual(without(before), without(after)) ||
    !isDeepStrictEqual(before.deploy.debug, after.deploy.debug) ||
    !isDeepStrictEqual(namesOf(before), namesOf(after)) ||
    // The watch has its roots from the start.
    !isDeepStrictEqual(watchRoots(before.inputs.values()), watchRoots(after.inputs.values()));
  if (anew) return { anew, targets: [] };
  const { imageBuild, kustomizeBuild } = after.targets;
  const targets = [...(after.flux ?? []), ...(after.secrets ?? [])]
    .filter((made) => ![...(before.flux ?? []), ...(before.secrets ?? [])].some((had) => isDeepStrictEqual(made, had)))
    .map(({ target }) => target);
  const { registry, agent } = after.deploy;
  if (registry !== before.deploy.registry || agent !== before.deploy.agent) targets.push(imageBuild);
  if (!isDeepStrictEqual(before.deploy, after.deploy)) targets.push(kustomizeBuild);
  return { anew, targets };
}

function without(options: LoopOptions): Partial<LoopOptions> {
  const rest: Partial<LoopOptions> = { ...options };
  live.forEach((name) => delete rest[name]);
  return rest;
}

function namesOf({ secrets = [], flux = [] }: LoopOptions): string[] {
  return [...secrets, ...flux].map(({ target }) => target);
}
