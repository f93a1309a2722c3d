import { createHash } from 'node:crypto';
import type { Reader } from '../files/facts.js';
import { owningModule } from './owning-module.js';
import { parseGoMod, type GoMod } from './parse-go-mod.js';
import { parseGoWork, type GoWork } from './parse-go-work.js';
import { scanGoFile } from './scan-go-file.js';

export const goMod: Reader<GoMod> = { version: '1', parse: parseGoMod };
export const goWork: Reader<GoWork> = { version: '1', parse: parseGoWork };

/** The inputs of a Go file outside of its own package and of downloaded modules. */
export interface GoFileFacts {
  /** Arguments of `//go:embed`. */
  embeds: string[];
  /** Paths of the other modules of this Nx workspace that it imports. */
  modules: string[];
  /** Import paths of the packages of this Nx workspace that it imports, also of its own module. */
  packages: string[];
}

/**
 * Makes the reader of a module's Go files. Its version depends on all module paths, which decide the owner of an
 * import.
 *
 * @param own path of the file's module
 * @param modules paths of all modules of the Nx workspace
 */
export function goFile(own: string, modules: string[]): Reader<GoFileFacts> {
  const digest = createHash('sha1').update(modules.join('\n')).digest('base64url').slice(0, 8);
  return {
    version: `2-${digest}`,
    parse: (text) => {
      const { embeds, imports } = scanGoFile(text);
      const owners = new Set(imports.map((path) => owningModule(path, modules)));
      const others = [...owners].filter((module) => module !== undefined && module !== own) as string[];
      const packages = imports.filter((path) => owningModule(path, [...modules, own]) !== undefined);
      return { embeds, modules: others, packages };
    },
  };
}
