import type { YAMLException } from 'js-yaml';

/** What is wrong with a YAML text, in the parser's words but for those of the text that it quotes: they may be secret. Pure. */
export function yamlProblem({ reason }: YAMLException): string {
  return reason.split(/\s*(?:"|!<|: )/, 1)[0]!;
}
