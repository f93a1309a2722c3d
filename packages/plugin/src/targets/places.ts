import { posix } from 'node:path';
import type { TargetOptions } from '../files/readers.js';
import type { ControllerContext } from './context.js';

/** Paths of a target's output, from its option `output`. */
export interface Places {
  /** Path without a configuration. */
  path: string;
  /** Paths in the configurations that have their own. */
  configurations: Record<string, string>;
}

/** Paths of the binaries of `go-build`: for development, release and debugging. */
export function binaries({ configured }: ControllerContext): Places {
  return places(
    {
      path: 'bin/manager',
      configurations: {
        // Separate files, so that go need not link again after a switch between configurations.
        release: 'bin/release/manager',
        debug: 'bin/debug/manager',
      },
    },
    configured.goBuild,
  );
}

/** Path of the manifests of `kustomize-build`. */
export function manifests({ root, configured }: ControllerContext): Places {
  return places({ path: posix.join('dist', root, 'manifests.yaml'), configurations: {} }, configured.kustomizeBuild);
}

/** Path of the image of `image-build`. */
export function images({ root, configured }: ControllerContext): Places {
  return places({ path: posix.join('dist', root, 'image'), configurations: {} }, configured.imageBuild);
}

/** Options of a target that reads these paths, by default and in the configurations. */
export function readBy(option: 'binary' | 'manifests' | 'image', { path, configurations }: Places): TargetOptions {
  return {
    options: { [option]: path },
    configurations: Object.fromEntries(Object.entries(configurations).map(([name, own]) => [name, { [option]: own }])),
  };
}

/** Lays the user's paths over the inferred ones, so that readers find the output. */
function places(inferred: Places, { options, configurations }: TargetOptions): Places {
  const own = Object.entries(configurations).flatMap(([name, { output }]) => (output ? [[name, output] as const] : []));
  return {
    path: options.output ?? inferred.path,
    configurations: { ...inferred.configurations, ...Object.fromEntries(own) },
  };
}
