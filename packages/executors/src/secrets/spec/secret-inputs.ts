import { resolve } from 'node:path';
import { expand, referencesIn, type Environment, type Template } from '../../settings/references.js';
import { planSecrets } from './plan-secrets.js';
import type { ContentPlan, ValueSource } from './plan.js';

/** Inputs of the values of secrets. */
export interface SecretInputs {
  /** Absolute paths of files and folders, existing or not. A folder stands for the files in it. */
  paths: string[];
  /** Names of environment variables, without names that stand alone in env files. */
  variables: string[];
}

/** Returns the inputs to watch, whose changes make secrets stale. Pure: reads the specs only. */
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
