type Fields = Record<string, unknown>;

/** Fields that list paths or inline documents. */
const lists = [
  'resources',
  'bases',
  'components',
  'crds',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'patchesStrategicMerge',
];

/** Fields that list objects with a `path`. */
const withPath = ['patches', 'patchesJson6902', 'replacements'];

/**
 * Lists the paths in a kustomization, as written: files, directories and anything else that may be a path. Remote
 * addresses and inline documents are left out. Pure.
 *
 * @param document the parsed kustomization; anything else has no references
 */
export function references(document: unknown): string[] {
  if (!isFields(document)) return [];
  const found = [
    ...lists.flatMap((field) => array(document[field])),
    ...withPath.flatMap((field) => array(document[field]).map((entry) => isFields(entry) && entry['path'])),
    ...['configMapGenerator', 'secretGenerator'].flatMap((field) => array(document[field]).flatMap(generatorSources)),
    ...array(document['helmCharts']).flatMap(helmValues),
    isFields(document['openapi']) && document['openapi']['path'],
  ];
  return [...new Set(found.filter((path): path is string => typeof path === 'string' && isLocal(path)))];
}

/** Paths of a generator. Entries of `files` are `path` or `key=path`. */
function generatorSources(generator: unknown): unknown[] {
  if (!isFields(generator)) return [];
  const files = array(generator['files']).map((file) =>
    typeof file === 'string' ? file.replace(/^[^=]*=/, '') : file,
  );
  return [...files, ...array(generator['envs']), generator['env']];
}

function helmValues(chart: unknown): unknown[] {
  return isFields(chart) ? [chart['valuesFile'], ...array(chart['additionalValuesFiles'])] : [];
}

/**
 * Whether a reference is a path: one line that is neither a URL nor a git repository (`host//path?ref=`,
 * `git@host:path`).
 */
function isLocal(path: string): boolean {
  return path !== '' && !/\n|^[\w+.-]+:|^git@|^github\.com\/|\/\/|\?(ref|version|timeout|submodules)=/.test(path);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
