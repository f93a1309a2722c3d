import { expect, it } from 'vitest';
import { imageInputs } from './image-inputs.js';

it('imageInputs are none without a Dockerfile', () => expect(imageInputs([{ context: '..' }], 'ocm')).toEqual([]));

it('imageInputs are the Dockerfile and its context, but for what Go compiles', () =>
  expect(imageInputs([{ dockerfile: 'build/Dockerfile', only: [] }], 'ocm')).toEqual([
    '{workspaceRoot}/ocm/build/Dockerfile',
    '{workspaceRoot}/ocm/build/Dockerfile.dockerignore',
    '{workspaceRoot}/ocm/.dockerignore',
    '{workspaceRoot}/ocm/**/*',
    '!{workspaceRoot}/ocm/**/*.go',
    '!{workspaceRoot}/ocm/**/go.{mod,sum,work,work.sum}',
  ]));

it('imageInputs are of the context only what is listed', () =>
  expect(imageInputs([{ dockerfile: 'Dockerfile', context: '..', only: ['assets', 'ca.pem'] }], 'apps/ocm')).toEqual([
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
