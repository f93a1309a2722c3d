import { describe, expect, it } from 'vitest';
import { addResource, configMap } from './manifests.js';

describe('manifest edits', () => {
  it("addResource adds to the list with the list's indentation", () => {
    expect(addResource('kind: Kustomization\nresources:\n- a.yaml\n', 'b.yaml')).toBe(
      'kind: Kustomization\nresources:\n- b.yaml\n- a.yaml\n',
    );
    expect(addResource('resources:\n  - a.yaml\n', 'b.yaml')).toBe('resources:\n  - b.yaml\n  - a.yaml\n');
  });
  it('addResource fails if there is no list', () =>
    expect(() => addResource('resources: [a]\n', 'b')).toThrow('no list of resources'));
  it('configMap returns another value for each edit', () => expect(configMap(1)).not.toBe(configMap(2)));
});
