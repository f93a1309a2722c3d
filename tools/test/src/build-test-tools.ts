/**
 * Builds what tests use and no package manager here has, from Go modules, once, outside of the work tree: tests only
 * look it up. `KUSTOMIZE` comes first, for flux's manifests are rendered by it.
 */
import { fluxDefinitions, pathWithFlux } from '@nx-kube/executors/flux/flux.fixture.js';
import { realKustomize } from '@nx-kube/executors/kustomize/kustomize.fixture.js';
import { pathWithHelm } from '@nx-kube/executors/sources/helm.fixture.js';
import { breakSilence } from '../../run/src/silence.mjs';

const tools: [string, () => Promise<unknown>][] = [
  ['kustomize', realKustomize],
  ['helm', pathWithHelm],
  ['flux', pathWithFlux],
  ["the definitions of flux's objects", fluxDefinitions],
];
for (const [name, build] of tools) {
  const begun = Date.now();
  const silence = breakSilence(`building ${name}`, console.log);
  await build();
  silence.end();
  console.log(`  ${name}: there after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}
