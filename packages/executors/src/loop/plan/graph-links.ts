import { basename } from 'node:path';

/** Files that decide which files targets read, whatever they hold. */
const configurations =
  /^(go\.mod|go\.work|project\.json|package\.json|nx\.json|\.gitignore|\.nxignore|kustomization\.ya?ml|Kustomization|Chart\.yaml|.*Dockerfile.*|\.dockerignore)$/;

/** Whether each change of a file may change which files targets read. Pure. */
export function isConfiguration(file: string): boolean {
  return configurations.test(basename(file));
}

/**
 * The parts of a Go file that decide which other files a build reads, as one text: embed directives, and imports of
 * modules of the workspace. Pure.
 *
 * @param modules paths of the modules
 */
export function goLinks(text: string, modules: readonly string[]): string {
  const embeds = [...text.matchAll(/^[ \t]*\/\/go:embed[ \t].+$/gm)].map(([directive]) => directive.trim());
  const [header = ''] = /^[\s\S]*?(?=^(?:func|type|var|const)\b)/m.exec(text) ?? [text];
  const imports = [...header.matchAll(/["`]([^"`\s]+)["`]/g)].map(([, path]) => path!);
  const local = imports.filter((path) => modules.some((module) => `${path}/`.startsWith(`${module}/`)));
  return [...new Set([...embeds, ...local])].sort().join('\n');
}
