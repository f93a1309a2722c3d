import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateFiles, type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { configurationError } from '../../files/configuration-error.js';
import { parseGoMod } from '../../go/parse-go-mod.js';
import { withModule } from './go-work.js';
import { controllerNames } from './names.js';
import type { ControllerGeneratorSchema } from './schema.js';

/** The templates. Only the sources have them. */
const files = fileURLToPath(new URL('../../../src/generators/controller/files', import.meta.url));

/**
 * Generates a controller that runs at once. Returns the callback that names the next step.
 *
 * @throws an error when an option is not valid, or the folder exists
 */
export default function controllerGenerator(tree: Tree, options: ControllerGeneratorSchema): GeneratorCallback {
  const names = controllerNames(options, rootModule(tree));
  const { directory, name } = names;
  if (tree.exists(directory)) {
    throw configurationError(`${directory} exists already.`, 'Choose another folder with --directory, or remove it.');
  }
  generateFiles(tree, files, directory, { ...names, dot: '.' });
  const goWork = tree.read('go.work', 'utf-8');
  if (goWork !== null) tree.write('go.work', withModule(goWork, directory));
  return () => {
    logger.info(`\nNext: nx run ${name}:dev, then kubectl apply -f ${posix.join(directory, 'config/samples')}`);
  };
}

function rootModule(tree: Tree): string | undefined {
  const text = tree.read('go.mod', 'utf-8');
  return text === null ? undefined : parseGoMod(text, 'go.mod').module;
}
