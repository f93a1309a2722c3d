import type { YAMLException } from 'js-yaml';

/** Describes a YAML error in the parser's words, without the quoted text, which may be secret. Pure. */
export function yamlProblem({ reason }: YAMLException): string {
  return reason.split(/\s*(?:"|!<|: )/, 1)[0]!;
}
