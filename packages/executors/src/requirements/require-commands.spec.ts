import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { explain } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Need } from './needs.js';
import { putProgram, putPrograms } from './programs.fixture.js';
import { requireCommands } from './require-commands.js';

let root: string;
let bin: string;
let stateDirectory: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nx-kube-tools-'));
  bin = join(root, 'bin');
  stateDirectory = join(root, 'state');
  // PATH holds only what a test puts there.
  vi.stubEnv('PATH', [bin, join(root, 'none')].join(delimiter));
  vi.stubEnv('KUSTOMIZE', '');
  vi.stubEnv('KUBECTL', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const needs = (...names: Need['tool'][]): Need[] => names.map((tool) => ({ tool, by: `${tool}-target` }));
const check = (wanted: Need[]) => requireCommands(wanted, { stateDirectory });
const messageOf = async (wanted: Need[]) => explain(await check(wanted).catch((error: unknown) => error));

/** Output of real programs. */
const real = {
  go: 'go version go1.26.8 linux/amd64',
  kustomize: 'v5.7.1',
  kubectl:
    '{\n  "clientVersion": {\n    "major": "1",\n    "gitVersion": "v1.32.4"\n  },\n  "kustomizeVersion": "v5.5.0"\n}',
  helm: 'v3.22.0+gdeadbee',
  flux: 'flux version 2.9.5',
  buildah: 'buildah version 1.28.2 (image-spec 1.1.0-rc2, runtime-spec 1.0.2-dev)',
  docker: 'Docker version 28.2.2, build 28.2.2-0ubuntu1',
};

describe('requireCommands', () => {
  it('the version of each real program is parsed', async () => {
    await putPrograms(bin, real);
    const checks = await check(needs('go', 'kustomize', 'helm', 'flux', 'builder'));
    expect(checks.map(({ found }) => found && 'version' in found && `${found.program} ${found.version}`)).toEqual([
      'go 1.26.8',
      'kustomize 5.7.1',
      'helm 3.22.0',
      'flux 2.9.5',
      'docker 28.2.2',
    ]);
  });

  it('kubectl replaces a missing kustomize, and its own version counts', async () => {
    await putPrograms(bin, { kubectl: real.kubectl });
    const [found] = await check(needs('kustomize'));
    expect(found!.found).toMatchObject({ program: 'kubectl', version: '1.32.4', state: 'ok' });
  });

  it('tools that are not needed are not inspected', async () => {
    await putPrograms(bin, { go: real.go });
    expect(await check(needs('go'))).toHaveLength(1);
    expect(await check([])).toEqual([]);
  });

  it('one error lists all missing and old tools with their minimum version, user and installation', async () => {
    await putPrograms(bin, { go: 'go version go1.19.3 linux/amd64', kubectl: real.kubectl.replace('1.32', '1.25') });
    expect(await messageOf([...needs('go', 'kustomize', 'helm'), { tool: 'go', by: 'debug' }])).toBe(
      [
        '3 required commands are missing or too old:',
        `  go 1.19.3 (${bin}/go) is too old: at least 1.21.0 is needed; needed by go-target and debug.`,
        '    → Install Go from https://go.dev/dl and put its bin folder on PATH.',
        `  kubectl 1.25.4 (${bin}/kubectl) is too old: at least 1.27.0 is needed; needed by kustomize-target.`,
        '    → Follow https://kubectl.docs.kubernetes.io/installation/kustomize to install kustomize, or https://kubernetes.io/docs/tasks/tools to install kubectl.',
        '  helm is not on PATH (at least helm 3.10.0); needed by helm-target.',
        '    → Follow https://helm.sh/docs/intro/install to install helm.',
        '  → Then run again. Run the target doctor to see all requirements.',
      ].join('\n'),
    );
  });

  it('the error names every program that can serve as the tool', async () => {
    expect(await messageOf(needs('builder'))).toContain(
      'image builder (docker, podman, buildah or nerdctl) is not on PATH (at least docker 20.10.0 or podman 4.0.0 or buildah 1.24.0 or nerdctl 1.0.0)',
    );
  });

  it('only the configured builder is accepted', async () => {
    await putPrograms(bin, { docker: real.docker });
    const wanted: Need = { tool: 'builder', by: 'image-build (dockerfile)', program: 'podman' };
    expect(await messageOf([wanted])).toContain(
      'podman is not on PATH (at least podman 4.0.0); needed by image-build (dockerfile).',
    );
  });

  it('a builder that is too old is skipped for a newer one', async () => {
    await putPrograms(bin, { docker: 'Docker version 18.09.1, build x', buildah: real.buildah });
    const [found] = await check(needs('builder'));
    expect(found!.found).toMatchObject({ program: 'buildah', version: '1.28.2' });
  });

  it('the message of a broken program is reported', async () => {
    await putPrograms(bin, {});
    await putProgram(bin, 'helm', 'echo "cannot execute: no such libc" >&2; exit 126');
    expect(await messageOf(needs('helm'))).toContain(`${bin}/helm does not run: cannot execute: no such libc`);
  });

  it('an environment variable with a missing program is named', async () => {
    vi.stubEnv('KUSTOMIZE', '/no/such/kustomize');
    expect(await messageOf(needs('kustomize'))).toContain(
      '/no/such/kustomize is not an executable file.\n  → Correct the environment variable KUSTOMIZE.',
    );
  });

  it('a build from source without a version is accepted', async () => {
    await putPrograms(bin, { kustomize: '(devel)' });
    const [found] = await check(needs('kustomize'));
    expect(found!.found).toMatchObject({ program: 'kustomize', state: 'unknown-version' });
  });
});

describe('requireCommands with cached versions', () => {
  /** Puts a program on PATH that counts its runs. */
  const counting = (version: string) =>
    putProgram(bin, 'helm', `echo run >> '${join(root, 'runs')}'; echo ${version}\n`);
  const runs = async () => {
    return (await readFile(join(root, 'runs'), 'utf8')).split('\n').length - 1;
  };
  beforeEach(() => putPrograms(bin, {}));

  it('an unchanged program is not run again', async () => {
    await counting('v3.20.0');
    await check(needs('helm'));
    await check(needs('helm'));
    expect(await runs()).toBe(1);
    await counting('v3.20.10');
    const [found] = await check(needs('helm'));
    expect(found!.found).toMatchObject({ version: '3.20.10' });
    expect(await runs()).toBe(2);
  });

  it('a program that was too old is run again, as a shim may start another program', async () => {
    await counting('v3.1.0');
    await expect(check(needs('helm'))).rejects.toThrow('too old');
    await expect(check(needs('helm'))).rejects.toThrow('too old');
    expect(await runs()).toBe(2);
  });

  it('a broken cache is ignored', async () => {
    await counting('v3.20.0');
    await check(needs('helm'));
    await writeFile(join(stateDirectory, 'tool-versions.json'), '{');
    expect(await check(needs('helm'))).toHaveLength(1);
    expect(await runs()).toBe(2);
  });
});
