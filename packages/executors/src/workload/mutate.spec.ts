import { describe, expect, it } from 'vitest';
import { prepare, type Preparation } from './mutate.js';
import { podSpecOf } from './pod-template.js';
import { deployment } from './workload.fixture.js';

const image = { reference: 'localhost/app:1', entrypoint: ['/manager', '--leader-elect'], cmd: ['--zap-devel'] };
const debugged: Preparation = { image, agentImage: 'localhost/agent:1', debug: { port: 30000, args: ['--more'] } };
const start = ['/nx-kube/agent', 'run', '--debug=30000', '--'];

const prepared = async (container: object, options: Preparation = debugged, kind = 'Deployment') => {
  const result = await prepare([{ ...deployment('app', { ...container }), kind }], options, 'manifests.yaml');
  return { ...result, applied: podSpecOf(result.workload)!.containers[0]! };
};

describe('a workload that is debugged', () => {
  it.each([
    [
      'the image’s entrypoint',
      { command: undefined, args: undefined },
      ['/manager', '--leader-elect=false', '--zap-devel'],
    ],
    [
      'its arguments',
      { command: undefined, args: ['--leader-elect'] },
      ['/manager', '--leader-elect=false', '--leader-elect=false'],
    ],
    ['its command', { command: ['/m', '--leader-elect=true'], args: undefined }, ['/m', '--leader-elect=false']],
  ])('holds no lease, though %s says to', async (_, container, process) => {
    const { applied, relaxed } = await prepared(container);
    expect(applied.command).toEqual([...start, ...process, '--more']);
    expect(relaxed).toContainEqual(expect.stringMatching(/^--leader-elect.* → --leader-elect=false$/));
  });

  it('is seen as it was rendered by whoever reads its container', async () => {
    const { container } = await prepared({ command: undefined, args: undefined });
    expect(container).toEqual(
      deployment('app', { command: undefined, args: undefined })['spec'].template.spec.containers[0],
    );
  });

  it('keeps electing a leader as a DaemonSet', async () => {
    const { applied } = await prepared({ command: undefined, args: undefined }, debugged, 'DaemonSet');
    expect(applied.command).toEqual([...start, '/manager', '--leader-elect', '--zap-devel', '--more']);
  });

  it('needs the agent: without it, it runs as it was rendered', async () => {
    const { applied, relaxed } = await prepared({}, { ...debugged, agentImage: undefined });
    expect({ command: applied.command, args: applied.args, relaxed }).toEqual({
      command: ['/manager'],
      args: ['--leader-elect'],
      relaxed: [],
    });
  });
});

it('a workload that is not debugged is started as ever', async () => {
  const { applied, relaxed } = await prepared(
    { command: undefined, args: undefined },
    { ...debugged, debug: undefined },
  );
  expect(applied.command).toEqual(['/nx-kube/agent', 'run', '--', '/manager', '--leader-elect', '--zap-devel']);
  expect(relaxed).toEqual([]);
});
