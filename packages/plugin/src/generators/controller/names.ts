import { posix } from 'node:path';
import { configurationError } from '../../files/configuration-error.js';
import type { ControllerGeneratorSchema } from './schema.js';

/** All names in the files of a new controller. */
export interface ControllerNames {
  /** Name of the project, and prefix of its objects. */
  name: string;
  /** Folder, relative to the workspace root. */
  directory: string;
  kind: string;
  /** Lower-case form of the kind, as in file names. */
  singular: string;
  plural: string;
  /** API group: `guestbook.example.com`. */
  group: string;
  /** First element of the API group, and the rest, as kubebuilder's PROJECT has them. */
  groupName: string;
  domain: string;
  /** Path of the Go module. */
  goModule: string;
}

/** A namespace `<name>-system` has at most 63 characters. */
const longestName = 63 - '-system'.length;

const forms = {
  name: [/^[a-z]([-a-z0-9]*[a-z0-9])?$/, `lower-case letters, digits and dashes, at most ${longestName} characters`],
  kind: [/^[A-Z][A-Za-z0-9]{0,62}$/, 'letters and digits, beginning with a capital'],
  group: [
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/,
    'a domain name such as shop.example.com',
  ],
  module: [/^[\w~.-]+(\/[\w~.-]+)*$/, 'the path of a Go module such as example.com/team/shop'],
} as const;

/**
 * Derives the names of a new controller from the options. Pure.
 *
 * @param rootModule path of the Go module in the workspace root, if there is one
 * @throws an error that names the option which is not valid
 */
export function controllerNames(
  { name, directory = name, kind, group, module }: ControllerGeneratorSchema,
  rootModule: string | undefined,
): ControllerNames {
  requireForm('name', name);
  if (name.length > longestName) throw notValid('name', name);
  const folder = posix.normalize(directory).replace(/\/$/, '');
  if (posix.isAbsolute(folder) || folder === '.' || folder.split('/').includes('..')) {
    throw configurationError(
      `"directory": "${directory}" is no folder below the workspace root.`,
      'Set it to a path such as controllers/shop.',
    );
  }
  const names = {
    kind: kind ?? camelCase(name.replace(/-controller$/, '')),
    group: group ?? `${name}.example.com`,
    module: module ?? (rootModule ? `${rootModule}/${folder}` : `example.com/${name}`),
  };
  for (const [option, value] of Object.entries(names)) requireForm(option as keyof typeof forms, value);
  const singular = names.kind.toLowerCase();
  const [groupName = '', ...domain] = names.group.split('.');
  return {
    ...{ name, directory: folder, kind: names.kind, singular, plural: pluralOf(singular) },
    ...{ group: names.group, groupName, domain: domain.join('.'), goModule: names.module },
  };
}

function requireForm(option: keyof typeof forms, value: string): void {
  if (!forms[option][0].test(value)) throw notValid(option, value);
}

function notValid(option: keyof typeof forms, value: string): Error {
  return configurationError(`"${option}": "${value}" is not valid.`, `Use ${forms[option][1]}.`);
}

function camelCase(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** The regular English plural, as kubebuilder names resources. */
function pluralOf(singular: string): string {
  if (/[^aeiou]y$/.test(singular)) return singular.replace(/y$/, 'ies');
  return /(s|x|z|ch|sh)$/.test(singular) ? `${singular}es` : `${singular}s`;
}
