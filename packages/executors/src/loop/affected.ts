import { isDeepStrictEqual } from 'node:util';
import type { LoopOptions } from './options.js';
import { watchRoots } from './plan/stale-targets.js';

/** What changed options make the loop do. */
export interface Affected {
  /** Another loop has to take the place of this one: a running loop cannot take over the change. */
  anew: boolean;
  /** Targets whose content or delivery changes. */
  targets: string[];
}

/** Options that are read at each use, so that they can change at any time. */
const live = ['deploy', 'inputs', 'notCached', 'secrets', 'flux', 'portForwards', 'modes', 'timeoutMs'] as const;

/** Compares the present options of a loop with the new ones. Pure. */
export function affected(before: LoopOptions, after: LoopOptions): Affected {
  const anew =
    !isDeepStrictEqual(without(before), without(after)) ||
    !isDeepStrictEqual(before.deploy.debug, after.deploy.debug) ||
    !isDeepStrictEqual(namesOf(before), namesOf(after)) ||
    // The watch keeps the roots that it started with.
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
