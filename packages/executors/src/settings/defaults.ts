import { schemaOf } from './schema.js';

/**
 * Returns the options of one of this package's executors, with the defaults of its schema for missing ones. Nx fills in
 * defaults only for the target that it runs, not for the siblings whose options that target reads.
 *
 * @param executor short name, such as `go-build`
 */
export function withDefaults(executor: string, options: object): object {
  const defaults = Object.entries(schemaOf(executor)?.properties ?? {}).map(([name, option]) => [
    name,
    option['default'],
  ]);
  // Copy the defaults: the caller may change them.
  return { ...structuredClone(defined(Object.fromEntries(defaults) as object)), ...defined(options) };
}

function defined(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
