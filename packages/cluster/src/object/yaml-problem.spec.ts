import { load, YAMLException } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { yamlProblem } from './yaml-problem.js';
import { kubernetesYaml } from './yaml-schema.js';

function problemOf(text: string): string {
  try {
    load(text, { schema: kubernetesYaml });
  } catch (error) {
    if (error instanceof YAMLException) return yamlProblem(error);
    throw error;
  }
  return 'none';
}

describe('yamlProblem', () => {
  it.each([
    ['password: *hunter2', 'unidentified alias'],
    ['password: !hunter2 a', 'unknown tag'],
    ['password: !<hunter2 a>', 'tag name cannot contain such characters'],
    ['password: !hunter2!a b', 'undeclared tag handle'],
    ['{password: "a" hunter2}', 'missed comma between flow collection entries'],
    ['password: "hunter2', 'unexpected end of the stream within a double quoted scalar'],
    ['hunter2: 1\nhunter2: 2', 'duplicated mapping key'],
  ])('the problem of %j is described without its words', (text, problem) => {
    expect(problemOf(text)).toContain(problem);
    expect(problemOf(text)).not.toContain('hunter2');
  });
});
