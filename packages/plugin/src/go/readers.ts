import { createHash } from 'node:crypto';
import type { Reader } from '../files/facts.js';
import { mainKind, type MainKind } from './main-function.js';
import { owningModule } from './owning-module.js';
import { parseGoMod, type GoMod } from './parse-go-mod.js';
import { parseGoWork, type GoWork } from './parse-go-work.js';
import { scanGoFile } from './scan-go-file.js';

/** The build constraint of a file that no build takes: it imports tools, or is run by hand. */
const onlyTools = /^\/\/go:build\s+(tools?|ignore)\s*$/m;

export const goMod: Reader<GoMod> = { name: 'go.mod', version: '1', parse: parseGoMod };
export const goWork: Reader<GoWork> = { name: 'go.work', version: '1', parse: parseGoWork };

/** The inputs of a Go file outside of its own package and of downloaded modules. */
export interface GoFileFacts {
  /** Arguments of `//go:embed`. */
  embeds: string[];
  /** Paths of the other modules of this Nx workspace that it imports. */
  modules: string[];
  /** Import paths of the packages of this Nx workspace that it imports, also of its own module. */
  packages: string[];
  /** What it is for a program; absent for a file of another package. */
  main?: MainKind;
  /** Whether no build takes it: it only lists tools. */
  isLeftOut?: boolean;
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
    name: 'go',
    version: `4-${digest}`,
    parse: (text) => {
      const { embeds, imports } = scanGoFile(text);
      const owners = new Set(imports.map((path) => owningModule(path, modules)));
      const others = [...owners].filter((module) => module !== undefined && module !== own) as string[];
      const packages = imports.filter((path) => owningModule(path, [...modules, own]) !== undefined);
      return {
        embeds,
        modules: others,
        packages,
        main: mainKind(text),
        ...(onlyTools.test(text) && { isLeftOut: true }),
      };
    },
  };
}
