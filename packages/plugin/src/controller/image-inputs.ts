import { posix } from 'node:path';
import type { FileOptions } from '../files/readers.js';

/**
 * The Nx inputs that an image made by the user's Dockerfile has besides binary and manifests; none where there is no
 * Dockerfile. What Go compiles is not among them: the binary of the day is swapped into the pod, whatever the image holds.
 * Pure.
 *
 * @param options of image-build, in each of its configurations
 * @param root the project's, relative to the workspace root
 */
export function imageInputs(options: FileOptions[], root: string): string[] {
  return [...new Set(options.flatMap((each) => ofDockerfile(each, root)))];
}

function ofDockerfile({ dockerfile, context = '.', only }: FileOptions, root: string): string[] {
  if (!dockerfile) return [];
  const directory = posix.join(root, context);
  const within = (path: string) => `{workspaceRoot}/${posix.join(directory, path)}`;
  const file = posix.join(root, dockerfile);
  return [
    `{workspaceRoot}/${file}`,
    `{workspaceRoot}/${file}.dockerignore`,
    within('.dockerignore'),
    ...(only?.length ? only.flatMap((path) => [within(path), within(`${path}/**/*`)]) : [within('**/*')]),
    `!${within('**/*.go')}`,
    `!${within('**/go.{mod,sum,work,work.sum}')}`,
  ];
}
