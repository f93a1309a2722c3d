import { describe, expect, it } from 'vitest';
import { lockWithManifests, manifestWithDependencies } from './manifests.mjs';

describe('manifestWithDependencies', () => {
  it('sets the version of each released dependency and leaves the other dependencies as they are', () => {
    const manifest = { name: 'a', version: '1.0.0', dependencies: { b: '1.0.0', ajv: '^8.0.0' } };
    expect(manifestWithDependencies(manifest, { b: '1.1.0', c: '1.1.0' })).toEqual({
      name: 'a',
      version: '1.0.0',
      dependencies: { b: '1.1.0', ajv: '^8.0.0' },
    });
  });

  it('leaves a manifest without dependencies as it is', () => {
    expect(manifestWithDependencies({ name: 'a' }, { b: '1.1.0' })).toEqual({ name: 'a' });
  });
});

describe('lockWithManifests', () => {
  it('takes version and dependencies of the packages of the repository from their manifests, and nothing else', () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        '': { name: 'root', version: '0.0.0' },
        'node_modules/ajv': { version: '8.1.0' },
        'packages/a': { name: 'a', version: '1.0.0', license: 'Apache-2.0', dependencies: { b: '1.0.0' } },
        'packages/a/node_modules/ajv': { version: '8.2.0' },
      },
    };
    const manifests = { 'packages/a': { version: '1.1.0', dependencies: { b: '1.1.0' } } };
    expect(lockWithManifests(lock, (folder) => manifests[folder as 'packages/a'])).toEqual({
      lockfileVersion: 3,
      packages: {
        '': { name: 'root', version: '0.0.0' },
        'node_modules/ajv': { version: '8.1.0' },
        'packages/a': { name: 'a', version: '1.1.0', license: 'Apache-2.0', dependencies: { b: '1.1.0' } },
        'packages/a/node_modules/ajv': { version: '8.2.0' },
      },
    });
  });
});
