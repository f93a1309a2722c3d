import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { nxGlob } from '../files/nx-glob.js';
import type { FileOptions } from '../files/readers.js';
import { projectPath, workspacePath, type Tokens } from './option-paths.js';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/**
 * The Nx inputs of an image: the manifests, the Dockerfile with its context, and in a release the binary. The manifests
 * count because the workload's command is the path of the binary in the image.
 *
 * Other binaries and Go sources are not inputs: the loop swaps the current binary into the running pod. Pure.
 *
 * @param variants options of image-build, by default and in each configuration
 */
export function imageInputs(variants: FileOptions[], tokens: Tokens): Inputs {
  const made = variants.flatMap(({ release, binary, manifests }) => [
    ...(release && binary ? [projectPath(binary, tokens)] : []),
    ...(manifests ? [workspacePath(manifests, tokens)] : []),
  ]);
  return [
    ...[...new Set(made)].sort().map((file) => ({ dependentTasksOutputFiles: nxGlob(file) })),
    ...new Set(variants.flatMap((each) => ofDockerfile(each, tokens))),
  ];
}

function ofDockerfile({ dockerfile, context = '.', only }: FileOptions, tokens: Tokens): string[] {
  if (!dockerfile) return [];
  const directory = projectPath(context, tokens);
  const within = (glob: string) => `{workspaceRoot}/${posix.join(nxGlob(directory), glob)}`;
  const file = nxGlob(projectPath(dockerfile, tokens));
  return [
    `{workspaceRoot}/${file}`,
    `{workspaceRoot}/${file}.dockerignore`,
    within('.dockerignore'),
    ...(only?.length ? only.map(nxGlob).flatMap((path) => [within(path), within(`${path}/**/*`)]) : [within('**/*')]),
    `!${within('**/*.go')}`,
    `!${within('**/go.{mod,sum,work,work.sum}')}`,
  ];
}
