import { describe, expect, it } from 'vitest';
import { graphProblem } from './read-configuration.js';

describe('graphProblem', () => {
  it('the message of Nx is the problem, without the stack', () => {
    const output = `
 NX   An error occurred while processing files for the nx/core/project-json plugin.
  - a/project.json:
      CloseBraceExpected in a/project.json at 2:1
        1 | {

 - a/project.json:
     Error: CloseBraceExpected
         at parseJson (json.js:29:15)

 NX   An error occurred while processing the project graph. Showing partial graph.
`;
    expect(graphProblem(output)).toBe(
      'An error occurred while processing files for the nx/core/project-json plugin.\n  - a/project.json:\n      CloseBraceExpected in a/project.json at 2:1\n        1 | {',
    );
  });

  it('a graph without errors has no problem', () =>
    expect(graphProblem('\n NX   JSON output created in /tmp/x\n\n/tmp/x/graph.json\n')).toBe(undefined));
});
