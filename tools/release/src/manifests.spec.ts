import { describe, expect, it } from 'vitest';
import { lockWithManifests, manifestWithDependencies } from './manifests.mjs';

describe('manifestWithDependencies', () => {
  it('manifestWithDependencies sets the version of each released dependency and keeps the other dependencies', () => {
    const manifest = { name: 'a', version: '1.0.0', dependencies: { b: '1.0.0', ajv: '^8.0.0' } };
    expect(manifestWithDependencies(manifest, { b: '1.1.0', c: '1.1.0' })).toEqual({
      name: 'a',
      version: '1.0.0',
      dependencies: { b: '1.1.0', ajv: '^8.0.0' },
    });
  });

  it('manifestWithDependencies returns a manifest without dependencies unchanged', () => {
    expect(manifestWithDependencies({ name: 'a' }, { b: '1.1.0' })).toEqual({ name: 'a' });
  });
});

describe('lockWithManifests', () => {
  it("lockWithManifests takes version and dependencies of this repository's packages from their manifests, and nothing else", () => {
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
