import { describe, expect, it } from 'vitest';
import { injectAgent } from './inject-agent.js';
import { deployment } from './workload.fixture.js';

const injection = { container: 'manager', agentImage: 'localhost/agent:1' };

describe('injectAgent', () => {
  it('only a volume, an init container and the agent before the process are added', () => {
    const before = deployment('a');
    const frozen = structuredClone(before);
    const after = injectAgent(before, injection);
    expect(before).toEqual(frozen);

    const expected = structuredClone(before);
    const { spec } = expected.spec.template;
    spec.volumes = [{ name: 'nx-kube-agent', emptyDir: {} }];
    spec.initContainers = [
      {
        name: 'nx-kube-agent',
        image: 'localhost/agent:1',
        command: ['/nx-kube-agent', 'install', '/nx-kube'],
        securityContext: spec.containers[0].securityContext,
        resources: spec.containers[0].resources,
        volumeMounts: [{ name: 'nx-kube-agent', mountPath: '/nx-kube' }],
      },
    ];
    spec.containers[0].command = ['/nx-kube/agent', 'run', '--', '/manager', '--leader-elect'];
    spec.containers[0].args = [];
    spec.containers[0].volumeMounts = [{ name: 'nx-kube-agent', mountPath: '/nx-kube' }];
    expect(after).toEqual(expected);
  });

  it('the init container comes first, and existing volumes and mounts stay', () => {
    const before = deployment('a', { volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] });
    before.spec.template.spec.volumes = [{ name: 'tmp', emptyDir: {} }];
    before.spec.template.spec.initContainers = [{ name: 'migrate', image: 'x' }];
    const { spec } = injectAgent(before, injection).spec.template;
    expect(spec.initContainers.map((c: { name: string }) => c.name)).toEqual(['nx-kube-agent', 'migrate']);
    expect(spec.volumes.map((v: { name: string }) => v.name)).toEqual(['tmp', 'nx-kube-agent']);
    expect(spec.containers[0].volumeMounts.map((v: { name: string }) => v.name)).toEqual(['tmp', 'nx-kube-agent']);
  });

  const image = { entrypoint: ['/entry'], cmd: ['serve'] };
  it.each([
    [{ command: ['/m'], args: ['-a'] }, ['/m', '-a']],
    [{ command: ['/m'], args: undefined }, ['/m']],
    [{ command: undefined, args: ['-a'] }, ['/entry', '-a']],
    [{ command: undefined, args: undefined }, ['/entry', 'serve']],
  ])('the agent starts the process that the kubelet would start: %j', (container, process) => {
    const { containers } = injectAgent(deployment('a', container), { ...injection, image }).spec.template.spec;
    expect(containers[0].command.slice(3)).toEqual(process);
  });

  it('a delivered binary runs under the debugger, with the debug arguments after its own', () => {
    const debug = { port: 40000, args: ['--leader-elect=false'] };
    const { containers, initContainers } = injectAgent(deployment('a'), { ...injection, debug }).spec.template.spec;
    const process = ['/manager', '--leader-elect', '--leader-elect=false'];
    expect(containers[0].command).toEqual(['/nx-kube/agent', 'run', '--debug=40000', '--', ...process]);
    expect(initContainers[0].command).toEqual(['/nx-kube-agent', 'install', '/nx-kube']);
  });

  it('a container without a command and an entrypoint is refused', () =>
    expect(() =>
      injectAgent(deployment('a', { command: undefined }), { ...injection, image: { entrypoint: [], cmd: [] } }),
    ).toThrow('Deployment/demo/a: container "manager" has no command, and its image has no entrypoint.'));
});
