import { describe, expect, it } from 'vitest';
import { targetProject } from '../../nx/target-project.fixture.js';
import delveBuild, { normalize } from './executor.js';

describe('delve-build', () => {
  const project = targetProject();

  it.each([
    [{}, { output: 'dist/one/delve/dlv', version: '1.27.2' }],
    [{ output: 'tools/dlv' }, { output: 'tools/dlv', version: '1.27.2' }],
    [
      { output: '{projectRoot}/bin/dlv', version: '1.26.2', goarch: 'arm64' },
      { output: 'one/bin/dlv', version: '1.26.2', goarch: 'arm64' },
    ],
  ])('the options %j reach the core as %j in the workspace', (options, { output, ...rest }) => {
    const root = project.root();
    expect(normalize(options, project.context('delve-build'))).toEqual({
      ...rest,
      directory: `${root}/one`,
      output: `${root}/${output}`,
    });
  });

  it.each(['v1.27.2', '1.27', 'latest', '1.27.2 -toolexec=x'])('the version "%s" is refused', async (version) => {
    expect(await delveBuild({ version }, project.context('delve-build'))).toEqual({ success: false });
    expect(project.output()).toBe(
      `"version": "${version}" is not a Delve version.\n  → Write it in full and without "v", such as 1.27.2.\n`,
    );
  });
});
