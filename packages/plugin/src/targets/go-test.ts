import type { TargetConfiguration } from '@nx/devkit';
import type { ModuleContext } from './context.js';
import { goTestInputs } from './go-inputs.js';
import { withReads } from './reads.js';
import { metadata } from './target.js';

export function goTestTarget({ root, sources, packages }: ModuleContext): TargetConfiguration | undefined {
  const patterns = testedPackages(packages);
  if (!patterns.length) return undefined;
  const target = {
    executor: 'nx:run-commands',
    cache: true,
    inputs: [...goTestInputs(root, sources), { externalDependencies: [] }],
    outputs: [],
    options: { command: `go test ${patterns.join(' ')}`, cwd: '{projectRoot}' },
    metadata: metadata(
      'Runs the tests of the Go module',
      'go help test',
      { args: ['-race', '-run', 'TestReconcile'] },
      ['go'],
    ),
  };
  return withReads(target, { alsoReads: [], hidden: sources.hidden });
}

/**
 * The package patterns to test: `./...`, or each top-level directory when packages in directories named `e2e` are left
 * out. Such tests would use the current cluster. Pure.
 *
 * @param packages directories relative to the module's root
 */
export function testedPackages(packages: string[]): string[] {
  // Go allows no other characters in an import path, and no others are safe in a command.
  const valid = packages.filter((directory) => /^[\w./~+-]+$/.test(directory));
  const isEndToEnd = (directory: string) => directory.split('/').includes('e2e');
  if (!valid.some(isEndToEnd)) return valid.length ? ['./...'] : [];
  const patterns = valid
    .filter((directory) => !isEndToEnd(directory))
    .map((directory) => {
      if (directory === '.') return '.';
      const [top] = directory.split('/');
      const mixed = valid.some((other) => isEndToEnd(other) && other.split('/')[0] === top);
      return mixed ? `./${directory}` : `./${top}/...`;
    });
  return [...new Set(patterns)];
}
