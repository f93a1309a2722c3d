import { expect, it } from 'vitest';
import { addResource, configMap } from './manifests.js';

it('addResource adds to the list, in its own indentation', () => {
  expect(addResource('kind: Kustomization\nresources:\n- a.yaml\n', 'b.yaml')).toBe(
    'kind: Kustomization\nresources:\n- b.yaml\n- a.yaml\n',
  );
  expect(addResource('resources:\n  - a.yaml\n', 'b.yaml')).toBe('resources:\n  - b.yaml\n  - a.yaml\n');
});
it('addResource says so where there is no list', () =>
  expect(() => addResource('resources: [a]\n', 'b')).toThrow('no list of resources'));
it('each edit gives the object another value', () => expect(configMap(1)).not.toBe(configMap(2)));
