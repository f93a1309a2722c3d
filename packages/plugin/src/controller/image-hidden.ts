import { posix } from 'node:path';
import { dockerIgnore } from '@nx-kube/executors';
import type { Facts } from '../files/facts.js';
import { filesBelow } from '../files/list-files.js';
import type { FileOptions } from '../files/readers.js';
import type { HiddenFile, Visibility } from '../files/visibility.js';
import { dockerfile, text } from './dockerfile-sources.js';
import { projectPath, type Tokens } from './option-paths.js';

/** Files that reach an image only through the binary. */
const goSource = /(?:\.go|(?:^|\/)go\.(?:mod|sum|work|work\.sum))$/;

/**
 * Finds the files that an image from a Dockerfile is made of and that Nx does not see: the Dockerfile itself, and what
 * it copies from the context.
 *
 * @param variants options of image-build, by default and in each configuration
 * @param outputs what targets of the project write, relative to the workspace root: Nx knows it by the targets
 */
export function imageHidden(
  { facts, visibility }: { facts: Facts; visibility: Visibility },
  variants: readonly FileOptions[],
  tokens: Tokens,
  outputs: readonly string[],
): HiddenFile[] {
  const isOutput = (path: string) => outputs.some((output) => `${path}/`.startsWith(`${output}/`));
  const files = variants.flatMap(({ dockerfile: path, context = '.', only }) => {
    if (!path) return [];
    const file = projectPath(path, tokens);
    const folder = projectPath(context, tokens);
    if (posix.isAbsolute(file) || posix.isAbsolute(folder)) return [];
    const ignoreFile = [`${file}.dockerignore`, posix.join(folder, '.dockerignore')]
      .map((name) => facts.read(name, text))
      .find((content) => content !== undefined);
    const ignored = dockerIgnore(ignoreFile ?? '');
    const sources = only?.length ? only : (facts.read(file, dockerfile) ?? []);
    const copied = sources.flatMap((source) => filesBelow(facts.workspaceRoot, posix.join(folder, source)));
    return [
      file,
      ...copied.filter(
        (each) => !isOutput(each) && !goSource.test(each) && !ignored(posix.relative(folder, each) || '.'),
      ),
    ];
  });
  return visibility.look(files).hidden;
}
