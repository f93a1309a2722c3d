import { schemaOf } from './schema.js';

/**
 * The options of one of this package's executors, with the defaults of its schema for those that are missing. Nx does the same, but only for
 * the target that it runs: the options of its siblings come without.
 *
 * @param executor its name: `go-build`
 */
export function withDefaults(executor: string, options: object): object {
  const defaults = Object.entries(schemaOf(executor)?.properties ?? {}).map(([name, option]) => [
    name,
    option['default'],
  ]);
  // A copy: the caller may change it.
  return { ...structuredClone(defined(Object.fromEntries(defaults) as object)), ...defined(options) };
}

function defined(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
