import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCommand, loadImage } from './load-image.js';

describe('loadCommand', () => {
  it.each([
    ['kind-dev', 'kind', ['load', 'image-archive', '/i.tar', '--name', 'dev']],
    ['k3d-a-b', 'k3d', ['image', 'import', '/i.tar', '--cluster', 'a-b']],
    ['minikube', 'minikube', ['image', 'load', '/i.tar', '--profile', 'minikube']],
    ['minikube-two', 'minikube', ['image', 'load', '/i.tar', '--profile', 'minikube-two']],
  ])('the context %s loads images with %s', (context, command, args) => {
    expect(loadCommand(context, '/i.tar')).toEqual({ command, args });
  });

  const load = ['load', '--input', '/i.tar'];
  it.each([
    ['docker-desktop', 'docker', 'docker', load],
    ['docker-for-desktop', 'containerd', 'docker', load],
    ['orbstack', 'docker', 'docker', ['--context', 'orbstack', ...load]],
    ['rancher-desktop', 'docker', 'docker', ['--context', 'rancher-desktop', ...load]],
    ['rancher-desktop', 'containerd', 'nerdctl', ['--namespace', 'k8s.io', ...load]],
    ['colima', 'docker', 'docker', ['--context', 'colima', ...load]],
    ['colima', 'containerd', 'colima', ['nerdctl', '--profile', 'default', '--', '--namespace', 'k8s.io', ...load]],
    ['colima-two', 'containerd', 'colima', ['nerdctl', '--profile', 'two', '--', '--namespace', 'k8s.io', ...load]],
    ['microk8s', 'containerd', 'microk8s', ['ctr', 'image', 'import', '/i.tar']],
  ])('the context %s with the runtime %s loads images with %s', (context, runtime, command, args) => {
    expect(loadCommand(context, '/i.tar', { runtime, labels: {} })).toEqual({ command, args });
  });

  it('a node tells the tool of a cluster whose context has another name', () => {
    const made = (node: object) => loadCommand('mine', '/i.tar', { labels: {}, ...node });
    expect(made({ providerId: 'kind://podman/dev/dev-worker' }).args).toContain('dev');
    expect(made({ providerId: 'k3s://k3d-a-b-server-0' })).toEqual({
      command: 'k3d',
      args: ['image', 'import', '/i.tar', '--cluster', 'a-b'],
    });
    expect(made({ labels: { 'minikube.k8s.io/name': 'two' } }).args).toContain('two');
  });

  it.each(['prod', 'kind', 'my-kind-dev'])('the context %s needs a registry', (context) => {
    expect(() => loadCommand(context, '/i.tar')).toThrowError(
      expect.objectContaining({ culprit: 'configuration', next: expect.stringContaining('"registry"') }),
    );
  });

  describe('loadImage', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'nx-kube-load-'));
      vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    });
    const kind = (script: string) => writeFile(join(folder, 'kind'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const load = (options = {}) => loadImage({ context: 'kind-dev', archive: '/i.tar', ...options });

    it('the command gets the archive', async () => {
      await kind(`printf '%s\\n' "$@" > ${folder}/args`);
      const progress: string[] = [];
      await load({ onProgress: (message: string) => progress.push(message) });
      expect(await readFile(join(folder, 'args'), 'utf8')).toBe('load\nimage-archive\n/i.tar\n--name\ndev\n');
      expect(progress).toEqual(['loading the image into kind-dev']);
    });

    it('the error holds the message of the failed command', async () => {
      await kind('echo no nodes found >&2; exit 1');
      await expect(load()).rejects.toMatchObject({
        culprit: 'cluster',
        message: 'kind load image-archive /i.tar --name dev failed:\nno nodes found',
      });
    });

    it('a missing command is reported', async () => {
      await expect(load()).rejects.toMatchObject({
        message: 'kind is not on PATH.',
        next: 'Install kind, or set the option "registry" to a registry.',
      });
    });

    it('an abort stops the command', async () => {
      await kind('exec sleep 600');
      await expect(load({ signal: AbortSignal.timeout(50) })).rejects.toThrow();
    });
  });
});
