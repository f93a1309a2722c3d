import { describe, expect, it } from 'vitest';
import { injectAgent, usesAgent } from './inject-agent.js';
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

  it('the volume has a size limit, by which a limit of ephemeral storage grows', () => {
    const limits = { 'ephemeral-storage': '1Gi', memory: '1Gi' };
    const before = deployment('a', { resources: { limits } });
    const { spec } = injectAgent(before, { ...injection, volumeSize: '256Mi' }).spec.template;
    expect(spec.volumes).toEqual([{ name: 'nx-kube-agent', emptyDir: { sizeLimit: '256Mi' } }]);
    expect(spec.containers[0].resources.limits).toEqual({ ...limits, 'ephemeral-storage': String(1280 * 1024 ** 2) });
    expect(spec.initContainers[0].resources.limits).toEqual(limits);
    // The limits of all containers count together.
    const beside = deployment('a');
    beside.spec.template.spec.containers.push({ name: 'proxy', resources: { limits: { 'ephemeral-storage': '1Mi' } } });
    const { containers } = injectAgent(beside, { ...injection, volumeSize: '1Mi' }).spec.template.spec;
    expect(containers[0].resources.limits).toEqual({ memory: '128Mi' });
    expect(containers[1].resources.limits).toEqual({ 'ephemeral-storage': String(2 * 1024 ** 2) });
  });

  it('the init container has the pull policy and the AppArmor profile of the container', () => {
    const before = deployment('a', { imagePullPolicy: 'Always' });
    const profile = 'container.apparmor.security.beta.kubernetes.io';
    before.spec.template.metadata.annotations = { [`${profile}/manager`]: 'runtime/default' };
    const { metadata, spec } = injectAgent(before, injection).spec.template;
    expect(spec.initContainers[0].imagePullPolicy).toBe('Always');
    expect(metadata.annotations).toEqual({
      [`${profile}/manager`]: 'runtime/default',
      [`${profile}/nx-kube-agent`]: 'runtime/default',
    });
    const loaded = injectAgent(before, { ...injection, source: 'node' }).spec.template.spec;
    expect(loaded.initContainers[0].imagePullPolicy).toBe('IfNotPresent');
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
    [{ command: [], args: [] }, ['/entry', 'serve']],
    [{ command: undefined, args: [] }, ['/entry', 'serve']],
    [{ command: ['/m'], args: [] }, ['/m']],
    [{ command: ['/m', '--ns=$(NS)'], args: ['$(A)'] }, ['/m', '--ns=$(NS)', '$(A)']],
  ])('the agent starts the process that the kubelet would start: %j', (container, process) => {
    const { containers } = injectAgent(deployment('a', container), { ...injection, image }).spec.template.spec;
    expect(containers[0].command.slice(3)).toEqual(process);
  });

  it.each([
    [{ command: undefined, args: undefined }, ['/serve', '--all']],
    [{ command: undefined, args: [] }, ['/serve', '--all']],
    [{ command: undefined, args: ['/other'] }, ['/other']],
    [{ command: ['/m'], args: undefined }, ['/m']],
  ])('an image with only a CMD starts what the kubelet would start: %j', (container, process) => {
    const only = { entrypoint: [], cmd: ['/serve', '--all'] };
    const { containers } = injectAgent(deployment('a', container), { ...injection, image: only }).spec.template.spec;
    expect(containers[0].command.slice(3)).toEqual(process);
  });

  const start = '/nx-kube/agent run --';
  it.each([
    [
      ['/bin/sh', '-c', 'exec /m --flag'],
      ['/nx-kube/agent', 'run', '--', '/m', '--flag'],
    ],
    [
      ['/tini', '--', '/m', '--flag'],
      ['/nx-kube/agent', 'run', '--', '/m', '--flag'],
    ],
    [
      ['/tini', '-g', '--', '/m'],
      ['/tini', '-g', '--', '/nx-kube/agent', 'run', '--', '/m'],
    ],
    [
      ['env', 'A=b', '/m', '-x'],
      ['env', 'A=b', '/nx-kube/agent', 'run', '--', '/m', '-x'],
    ],
    [
      ['sh', '-c', 'ulimit -n 9; exec /m --ns=$NS'],
      ['sh', '-c', `ulimit -n 9; exec ${start} /m --ns=$NS`],
    ],
  ])('a wrapper that adds something stays before the agent: %j', (command, applied) => {
    const { containers } = injectAgent(deployment('a', { command, args: undefined }), injection).spec.template.spec;
    expect(containers[0].command).toEqual(applied);
    expect(usesAgent(containers[0])).toBe(true);
  });

  it('the wrapper of an image stays before the agent, too', () => {
    const image = { entrypoint: ['/bin/sh', '-c', 'exec /m "$@"', '--'], cmd: ['--flag'] };
    const container = { command: undefined, args: undefined };
    const { containers } = injectAgent(deployment('a', container), { ...injection, image }).spec.template.spec;
    expect(containers[0].command).toEqual(['/bin/sh', '-c', `exec ${start} /m "$@"`, '--', '--flag']);
  });

  it('a debugged process gets its arguments behind those in the script', () => {
    const debug = { port: 40000, args: ['--more', "it's"] };
    const command = ['sh', '-c', 'exec /m --ns=$NS >&2'];
    const object = deployment('a', { command, args: undefined });
    const { containers } = injectAgent(object, { ...injection, debug }).spec.template.spec;
    expect(containers[0].command[2]).toBe(`exec /nx-kube/agent run --debug=40000 -- /m --ns=$NS --more 'it'\\''s' >&2`);
  });

  it('a container that hides its binary is refused, unless an option names the binary', () => {
    const hidden = deployment('a', { command: ['/entrypoint.sh'], args: ['/m', '--flag'] });
    expect(() => injectAgent(hidden, injection)).toThrowError(
      expect.objectContaining({
        message:
          'Deployment/demo/a: "command" of container "manager" hides the binary: /entrypoint.sh may start any program.',
        next: expect.stringContaining('"binaryPath"') as string,
      }),
    );
    const { containers } = injectAgent(hidden, { ...injection, binaryPath: '/m' }).spec.template.spec;
    expect(containers[0].command).toEqual(['/entrypoint.sh', '/nx-kube/agent', 'run', '--', '/m', '--flag']);
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
      injectAgent(deployment('a', { command: undefined, args: [] }), {
        ...injection,
        image: { entrypoint: [], cmd: [] },
      }),
    ).toThrow('Deployment/demo/a: container "manager" has no command, and its image has no entrypoint.'));
});
