import { describe, expect, it } from 'vitest';
import { needsOf } from './needs.js';

describe('needsOf', () => {
  it('without enabled parts there are no needs', () => {
    expect(needsOf({})).toEqual([]);
  });

  it.each([
    [{ goBuild: { target: 'compile' } }, [{ tool: 'go', by: 'compile' }]],
    [{ kustomizeBuild: { target: 'render' } }, [{ tool: 'kustomize', by: 'render' }]],
    [
      { kustomizeBuild: { target: 'render', enableHelm: true } },
      [
        { tool: 'kustomize', by: 'render' },
        { tool: 'helm', by: 'render (enableHelm)' },
      ],
    ],
    [{ imageBuild: { target: 'image' } }, []],
    [{ imageBuild: { target: 'image', baseImage: 'scratch' } }, []],
    [{ imageBuild: { target: 'image', baseImage: 'alpine' } }, [{ tool: 'builder', by: 'image (baseImage)' }]],
    [
      { imageBuild: { target: 'image', dockerfile: 'Dockerfile', builder: 'podman' } },
      [{ tool: 'builder', by: 'image (dockerfile)', program: 'podman' }],
    ],
    [{ kustomizeApply: { target: 'apply' } }, []],
    [{ kustomizeApply: { target: 'apply', helm: [] } }, []],
    [{ kustomizeApply: { target: 'apply', helm: [{}] } }, [{ tool: 'helm', by: 'apply (helm)' }]],
    [
      { kustomizeApply: { target: 'apply', components: { unpacker: {} } } },
      [{ tool: 'kustomize', by: 'apply (components)' }],
    ],
    [{ kustomizeApply: { target: 'apply', components: { unpacker: { enabled: false } } } }, []],
    [
      {
        kustomizeApply: { target: 'apply', components: { unpacker: { enabled: false }, registry: { enabled: true } } },
      },
      [{ tool: 'kustomize', by: 'apply (components)' }],
    ],
    [{ kustomizeApply: { target: 'apply', patches: [] } }, []],
    [{ kustomizeApply: { target: 'apply', patches: [{}] } }, [{ tool: 'kustomize', by: 'apply (patches)' }]],
    [{ flux: [] }, []],
    [
      { flux: [{ target: 'flux' }, { target: 'fleet' }] },
      [
        { tool: 'flux', by: 'flux' },
        { tool: 'flux', by: 'fleet' },
      ],
    ],
  ])('the parts %j need the tools %j', (parts, needs) => {
    expect(needsOf(parts)).toEqual(needs);
  });
});
