import { posix } from 'node:path';
import { projectPath, workspacePath, type Tokens } from '../controller/option-paths.js';
import { nxGlob } from '../files/nx-glob.js';
import type { TargetOptions } from '../files/readers.js';
import type { ControllerContext } from './context.js';
import { isPlain } from './reads.js';

/** Paths of a target's output, from its option `output`. */
export interface Places {
  /** Path without a configuration. */
  path: string;
  /** Paths in the configurations that have their own. */
  configurations: Record<string, string>;
}

/** Paths of the binaries of `go-build`: for development, release and debugging. */
export function binaries({ configured }: Pick<ControllerContext, 'configured'>): Places {
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
export function manifests({ root, configured }: Pick<ControllerContext, 'root' | 'configured'>): Places {
  return places({ path: posix.join('dist', root, 'manifests.yaml'), configurations: {} }, configured.kustomizeBuild);
}

/** Path of the image of `image-build`. */
export function images({ root, configured }: Pick<ControllerContext, 'root' | 'configured'>): Places {
  return places({ path: posix.join('dist', root, 'image'), configurations: {} }, configured.imageBuild);
}

/**
 * The Nx outputs of a target with the option `output`, which is relative to the workspace. Nx reads an output as a
 * glob, so paths with special characters are added escaped. Pure.
 */
export function outputsOf({ path, configurations }: Places, tokens: Tokens): string[] {
  const paths = [path, ...Object.values(configurations)].map((output) => workspacePath(output, tokens));
  const special = new Set(paths.filter((output) => !isPlain(output)));
  return ['{options.output}', ...[...special].map((output) => `{workspaceRoot}/${nxGlob(output)}`)];
}

/** All paths that the targets of a controller write, relative to the workspace root. Pure. */
export function written(context: Pick<ControllerContext, 'configured' | 'root' | 'project'>): string[] {
  const all = ({ path, configurations }: Places) => [path, ...Object.values(configurations)];
  return [
    ...all(binaries(context)).map((output) => projectPath(output, context)),
    ...[manifests(context), images(context)].flatMap(all).map((output) => workspacePath(output, context)),
    posix.join('dist', context.root, 'delve'),
  ];
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
