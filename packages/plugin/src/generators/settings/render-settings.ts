import type { TargetConfiguration } from '@nx/devkit';
import yaml from 'js-yaml';

/** What the annotated file needs to know of an option. */
export interface OptionSchema {
  description?: string;
  default?: unknown;
  examples?: unknown[];
}

/** Schemas of the options that settings may have, by executor and option. */
export type SettingsSchemas = Record<string, { description?: string; properties?: Record<string, OptionSchema> }>;

/** Options that say how targets belong together. They are the same for every developer. */
const wiring = [
  'goBuild',
  'kustomizeBuild',
  'imageBuild',
  'kustomizeApply',
  'delveBuild',
  'manifests',
  'image',
  'binary',
];

/** Options that other targets take from the settings of kustomize-apply. */
const shared = ['context', 'allowContexts'];

const width = 100;

/**
 * Renders a settings file in which every option is a comment, so that it changes nothing until a line is uncommented.
 * Pure.
 *
 * @param targets targets of the project; those whose executors take no settings do not count
 * @param schema path or URL of the schema, for editors
 */
export function renderSettings(
  targets: Readonly<Record<string, TargetConfiguration>>,
  schemas: SettingsSchemas,
  schema: string,
): string {
  const sections = Object.entries(targets).flatMap(([target, { executor = '' }]) => {
    const name = executor.replace('@nx-kube/executors:', '');
    const options = executor.startsWith('@nx-kube/executors:') ? schemas[name]?.properties : undefined;
    return options ? [{ target, name, options }] : [];
  });
  const rank = ({ name }: { name: string }) => [...first, name].indexOf(name);
  const sorted = sections.sort((a, b) => rank(a) - rank(b));
  return [header(schema), ...sorted.map(({ target, name, options }) => section(target, name, options))].join('\n');
}

/** The executors whose settings differ most between developers. */
const first = ['kustomize-apply', 'dev', 'secrets', 'flux'];

function header(schema: string): string {
  return `# yaml-language-server: $schema=${schema}
#
# Settings of one developer: git ignores this file. Remove the "# " in front of a setting to use it; "##" explains.
# Each key is the name of a target, and its value overrides options of that target.
# Strings may refer to the environment: \${NAME} or \${NAME:-default}. Never write values of secrets here.
`;
}

function section(target: string, name: string, options: Record<string, OptionSchema>): string {
  const own = Object.entries(options).filter(
    ([option]) => !wiring.includes(option) && (name === 'kustomize-apply' || !shared.includes(option)),
  );
  return [`${key(target)}:`, ...own.map(([option, schema]) => setting(option, schema))].join('\n');
}

function setting(option: string, { description = '', default: preset, examples = [] }: OptionSchema): string {
  const text = preset === undefined ? description : `${description} Default: ${inline(preset)}.`;
  const example = yaml.dump({ [option]: examples[0] ?? preset }, { lineWidth: -1, noRefs: true }).trimEnd();
  return [...wrapped(text).map((line) => `  ## ${line}`), ...example.split('\n').map((line) => `  # ${line}`), ''].join(
    '\n',
  );
}

function key(target: string): string {
  return yaml.dump({ [target]: null }).replace(/: null\n$/, '');
}

function inline(value: unknown): string {
  return JSON.stringify(value);
}

/** Breaks a text into lines at spaces. */
function wrapped(text: string): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    return last === undefined || last.length + word.length >= width
      ? [...lines, word]
      : [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}
