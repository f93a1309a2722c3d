import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import type { FileOptions } from '../files/readers.js';
import { projectPath, workspacePath, type Tokens } from './option-paths.js';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/**
 * The Nx inputs of an image: the manifests, for the path of the binary in it is the command of the workload; the Dockerfile
 * and its context, where there is one; and where it is shipped, the binary. Other binaries are not among them, nor what Go
 * compiles: the binary of the day is swapped into the running pod, whatever the image holds. Pure.
 *
 * @param variants options of image-build, by default and in each of its configurations
 */
export function imageInputs(variants: FileOptions[], tokens: Tokens): Inputs {
  const made = variants.flatMap(({ release, binary, manifests }) => [
    ...(release && binary ? [projectPath(binary, tokens)] : []),
    ...(manifests ? [workspacePath(manifests, tokens)] : []),
  ]);
  return [
    ...[...new Set(made)].sort().map((file) => ({ dependentTasksOutputFiles: file })),
    ...new Set(variants.flatMap((each) => ofDockerfile(each, tokens))),
  ];
}

function ofDockerfile({ dockerfile, context = '.', only }: FileOptions, tokens: Tokens): string[] {
  if (!dockerfile) return [];
  const directory = projectPath(context, tokens);
  const within = (path: string) => `{workspaceRoot}/${posix.join(directory, path)}`;
  const file = projectPath(dockerfile, tokens);
  return [
    `{workspaceRoot}/${file}`,
    `{workspaceRoot}/${file}.dockerignore`,
    within('.dockerignore'),
    ...(only?.length ? only.flatMap((path) => [within(path), within(`${path}/**/*`)]) : [within('**/*')]),
    `!${within('**/*.go')}`,
    `!${within('**/go.{mod,sum,work,work.sum}')}`,
  ];
}
