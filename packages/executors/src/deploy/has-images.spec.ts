import { describe, expect, it } from 'vitest';
import { injectAgent } from '../workload/inject-agent.js';
import { deployment } from '../workload/workload.fixture.js';
import { hasImages } from './has-images.js';

const withAgent = (image: string, agentImage: string) =>
  injectAgent(deployment('app', { image }), { container: 'manager', agentImage });
const wanted = withAgent('app:2', 'agent:2');

describe('hasImages', () => {
  it.each([
    ['as wanted has', withAgent('app:2', 'agent:2'), true],
    ['with another image does not have', withAgent('app:1', 'agent:2'), false],
    ['with another agent does not have', withAgent('app:2', 'agent:1'), false],
    ['without an agent does not have', deployment('app', { image: 'app:2' }), false],
  ])('a workload %s the wanted images', (_, live, has) => expect(hasImages(live, wanted)).toBe(has));

  it('a container that a webhook has added to the live workload is ignored', () => {
    const live = structuredClone(wanted);
    live['spec'].template.spec.containers.push({ name: 'sidecar', image: 'mesh:1' });
    expect(hasImages(live, wanted)).toBe(true);
  });
});
