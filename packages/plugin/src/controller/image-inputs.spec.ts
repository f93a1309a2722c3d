import { describe, expect, it } from 'vitest';
import { imageInputs } from './image-inputs.js';

const ocm = { project: 'ocm', root: 'ocm' };

describe('imageInputs', () => {
  it('the inputs without a Dockerfile are the manifests, and in a release the binary', () => {
    const options = { context: '..', binary: 'bin/m', manifests: 'dist/{projectRoot}/m.yaml' };
    expect(imageInputs([options], ocm)).toEqual([{ dependentTasksOutputFiles: 'dist/ocm/m.yaml' }]);
    const release = { ...options, release: true, binary: 'bin/release/m' };
    expect(imageInputs([options, release], ocm)).toEqual([
      { dependentTasksOutputFiles: 'dist/ocm/m.yaml' },
      { dependentTasksOutputFiles: 'ocm/bin/release/m' },
    ]);
  });

  it.each(['build/Dockerfile', '{projectRoot}/build/Dockerfile', 'ocm/build/Dockerfile'])(
    'the Dockerfile (%s) and its context are inputs, without Go sources',
    (dockerfile) =>
      expect(imageInputs([{ dockerfile, only: [] }], ocm)).toEqual([
        '{workspaceRoot}/ocm/build/Dockerfile',
        '{workspaceRoot}/ocm/build/Dockerfile.dockerignore',
        '{workspaceRoot}/ocm/.dockerignore',
        '{workspaceRoot}/ocm/**/*',
        '!{workspaceRoot}/ocm/**/*.go',
        '!{workspaceRoot}/ocm/**/go.{mod,sum,work,work.sum}',
      ]),
  );

  it('only the listed paths of the context are inputs', () =>
    expect(
      imageInputs([{ dockerfile: 'Dockerfile', context: '..', only: ['assets', 'ca.pem'] }], {
        project: 'ocm',
        root: 'apps/ocm',
      }),
    ).toEqual([
      '{workspaceRoot}/apps/ocm/Dockerfile',
      '{workspaceRoot}/apps/ocm/Dockerfile.dockerignore',
      '{workspaceRoot}/apps/.dockerignore',
      '{workspaceRoot}/apps/assets',
      '{workspaceRoot}/apps/assets/**/*',
      '{workspaceRoot}/apps/ca.pem',
      '{workspaceRoot}/apps/ca.pem/**/*',
      '!{workspaceRoot}/apps/**/*.go',
      '!{workspaceRoot}/apps/**/go.{mod,sum,work,work.sum}',
    ]));
});
