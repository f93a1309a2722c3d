import { expect, it } from 'vitest';
import { injectAgent } from '../workload/inject-agent.js';
import { deployment } from '../workload/workload.fixture.js';
import { hasImages } from './has-images.js';

const withAgent = (image: string, agentImage: string) =>
  injectAgent(deployment('app', { image }), { container: 'manager', agentImage });
const wanted = withAgent('app:2', 'agent:2');

it.each([
  ['is as it is wanted', withAgent('app:2', 'agent:2'), true],
  ['has another image', withAgent('app:1', 'agent:2'), false],
  ['has another agent', withAgent('app:2', 'agent:1'), false],
  ['has no agent', deployment('app', { image: 'app:2' }), false],
])('a workload that %s: %s', (_, live, has) => expect(hasImages(live, wanted)).toBe(has));

it('leaves out what a webhook has added to the live workload', () => {
  const live = structuredClone(wanted);
  live['spec'].template.spec.containers.push({ name: 'sidecar', image: 'mesh:1' });
  expect(hasImages(live, wanted)).toBe(true);
});
