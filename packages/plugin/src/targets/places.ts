import { posix } from 'node:path';
import type { TargetOptions } from '../files/readers.js';
import type { ControllerContext } from './context.js';

/** Where a target puts what it makes, as its option `output` says it. */
export interface Places {
  /** By default. */
  path: string;
  /** In the configurations that have a place of their own. */
  configurations: Record<string, string>;
}

/** Where `go-build` puts the binary: that of the day, the one that is shipped, and the one that is debugged. */
export function binaries({ configured }: ControllerContext): Places {
  return places(
    {
      path: 'bin/manager',
      configurations: {
        // A file of its own each: going to and fro between them, go links none anew.
        release: 'bin/release/manager',
        debug: 'bin/debug/manager',
      },
    },
    configured.goBuild,
  );
}

/** Where `kustomize-build` puts what it renders. */
export function manifests({ root, configured }: ControllerContext): Places {
  return places({ path: posix.join('dist', root, 'manifests.yaml'), configurations: {} }, configured.kustomizeBuild);
}

/** Where `image-build` puts the image. */
export function images({ root, configured }: ControllerContext): Places {
  return places({ path: posix.join('dist', root, 'image'), configurations: {} }, configured.imageBuild);
}

/** The options of a target that reads it from there, by default and in those configurations. */
export function readBy(option: 'binary' | 'manifests' | 'image', { path, configurations }: Places): TargetOptions {
  return {
    options: { [option]: path },
    configurations: Object.fromEntries(Object.entries(configurations).map(([name, own]) => [name, { [option]: own }])),
  };
}

/** What is inferred, unless the user's own options say otherwise: who reads it has to find it there. */
function places(inferred: Places, { options, configurations }: TargetOptions): Places {
  const own = Object.entries(configurations).flatMap(([name, { output }]) => (output ? [[name, output] as const] : []));
  return {
    path: options.output ?? inferred.path,
    configurations: { ...inferred.configurations, ...Object.fromEntries(own) },
  };
}
