import { resolve } from 'node:path';
import { expand, referencesIn, type Environment, type Template } from '../../settings/references.js';
import { planSecrets } from './plan-secrets.js';
import type { ContentPlan, ValueSource } from './plan.js';

/** What the values of secrets are made from. */
export interface SecretInputs {
  /** Absolute paths of files and folders, whether they are there or not; of folders, the files in them count. */
  paths: string[];
  /** Names of environment variables; names alone in env files are not among them. */
  variables: string[];
}

/** What to watch to know when secrets are to be made again. Pure: looks at nothing but the specs. */
export function secretInputs(specs: unknown, from: { projectDirectory: string; env: Environment }): SecretInputs {
  const paths = new Set<string>();
  const variables = new Set<string>();
  for (const { content } of planSecrets(specs).plans) {
    for (const source of sourcesOf(content)) {
      if (source.from === 'variable') variables.add(source.name);
      if (source.from === 'template') referencesIn(source.template).forEach(({ name }) => variables.add(name));
      if (source.from !== 'file') continue;
      referencesIn(source.path.template).forEach(({ name }) => variables.add(name));
      const expanded = expand(source.path.template, from.env);
      if ('text' in expanded) paths.add(resolve(from.projectDirectory, expanded.text));
    }
  }
  return { paths: [...paths].sort(), variables: [...variables].sort() };
}

function sourcesOf(content: ContentPlan): ValueSource[] {
  switch (content.kind) {
    case 'docker-registry': {
      const { server, username, password, email } = content;
      return present([server && template(server), username, password, email]);
    }
    case 'generic':
      return content.literals.map(({ value }) => value);
    case 'from-file':
    case 'from-env-file':
      return content.files.map(({ path }) => ({ from: 'file', path }));
    case 'tls':
      return present([content.cert, content.key]).map((path) => ({ from: 'file', path }));
  }
}

function template(text: Template): ValueSource {
  return { from: 'template', template: text };
}

function present<T>(items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined);
}
