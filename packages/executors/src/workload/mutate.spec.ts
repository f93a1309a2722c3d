import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
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

describe('prepare', () => {
  it.each([
    [
      'the entrypoint of the image',
      { command: undefined, args: undefined },
      ['/manager', '--leader-elect=false', '--zap-devel'],
    ],
    [
      'the arguments',
      { command: undefined, args: ['--leader-elect'] },
      ['/manager', '--leader-elect=false', '--leader-elect=false'],
    ],
    ['the command', { command: ['/m', '--leader-elect=true'], args: undefined }, ['/m', '--leader-elect=false']],
  ])('a debugged workload elects no leader although %s asks for it', async (_, container, process) => {
    const { applied, relaxed } = await prepared(container);
    expect(applied.command).toEqual([...start, ...process, '--more']);
    expect(relaxed).toContainEqual(expect.stringMatching(/^--leader-elect.* → --leader-elect=false$/));
  });

  it('a debugged workload elects no leader although a script asks for it', async () => {
    const command = ['sh', '-c', 'exec /m --leader-elect=true --ns=$NS; echo --leader-election-id'];
    const { applied, relaxed } = await prepared({ command, args: undefined });
    expect(applied.command![2]).toBe(
      `exec ${start.join(' ')} /m --leader-elect=false --ns=$NS --more; echo --leader-election-id`,
    );
    expect(relaxed).toContain('--leader-elect=true → --leader-elect=false');
  });

  it('the returned container is the rendered one', async () => {
    const { container } = await prepared({ command: undefined, args: undefined });
    expect(container).toEqual(
      deployment('app', { command: undefined, args: undefined })['spec'].template.spec.containers[0],
    );
  });

  it('a debugged DaemonSet keeps its leader election', async () => {
    const { applied } = await prepared({ command: undefined, args: undefined }, debugged, 'DaemonSet');
    expect(applied.command).toEqual([...start, '/manager', '--leader-elect', '--zap-devel', '--more']);
  });

  it('a workload without the agent is not relaxed for debugging', async () => {
    const { applied, relaxed } = await prepared({}, { ...debugged, agentImage: undefined });
    expect({ command: applied.command, args: applied.args, relaxed }).toEqual({
      command: ['/manager'],
      args: ['--leader-elect'],
      relaxed: [],
    });
  });

  it('a workload without debugging starts its process unchanged', async () => {
    const { applied, relaxed } = await prepared(
      { command: undefined, args: undefined },
      { ...debugged, debug: undefined },
    );
    expect(applied.command).toEqual(['/nx-kube/agent', 'run', '--', '/manager', '--leader-elect', '--zap-devel']);
    expect(relaxed).toEqual([]);
  });

  it('the transform sees the final reference, and what it brings in with the image gets it, too', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nx-kube-prepare-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const transform = join(directory, 'transform.mjs');
    await writeFile(
      transform,
      `export default ([app]) => {
        const { spec } = app.spec.template;
        spec.containers[0].env = [{ name: 'SEEN', value: spec.containers[0].image }];
        spec.initContainers = [{ name: 'migrate', image: 'controller:latest' }];
        return [app];
      };`,
    );
    const { applied, workload, uses } = await prepared({}, { image, agentImage: 'localhost/agent:1', transform });
    expect(applied['env']).toEqual([{ name: 'SEEN', value: 'localhost/app:1' }]);
    expect(podSpecOf(workload)!.initContainers!.map((one) => one.image)).toEqual([
      'localhost/agent:1',
      'localhost/app:1',
    ]);
    expect(uses.map(({ field }) => field)).toEqual(['initContainers[migrate].image']);
  });

  it('the image with the current binary is asked for only where something else runs the image', async () => {
    const asked: (string | undefined)[] = [];
    const currentImage = async (path: string | undefined) => {
      asked.push(path);
      return { reference: 'localhost/app:2' };
    };
    await prepared({}, { image, currentImage });
    expect(asked).toEqual([]);
    const env = [{ name: 'SELF', value: 'controller:latest' }];
    const { applied, container } = await prepared({ env }, { image, currentImage });
    expect(asked).toEqual(['/manager']);
    expect([applied.image, applied['env']]).toEqual(['localhost/app:2', [{ name: 'SELF', value: 'localhost/app:2' }]]);
    expect(container.image).toBe('controller:latest');
  });
});
