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
  // Only what a test puts there is found, and what the programs themselves call.
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

/** What real programs print. */
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

describe('checking required commands', () => {
  it('reads the version that each real program prints', async () => {
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

  it('takes kubectl where there is no kustomize, by its own version', async () => {
    await putPrograms(bin, { kubectl: real.kubectl });
    const [found] = await check(needs('kustomize'));
    expect(found!.found).toMatchObject({ program: 'kubectl', version: '1.32.4', state: 'ok' });
  });

  it('does not look at what nobody needs', async () => {
    await putPrograms(bin, { go: real.go });
    expect(await check(needs('go'))).toHaveLength(1);
    expect(await check([])).toEqual([]);
  });

  it('lists all that is missing or too old in one error: what, found, floor, for whom, how to get it', async () => {
    await putPrograms(bin, { go: 'go version go1.19.3 linux/amd64', kubectl: real.kubectl.replace('1.32', '1.25') });
    expect(await messageOf([...needs('go', 'kustomize', 'helm'), { tool: 'go', by: 'debug' }])).toBe(
      [
        '3 required commands are missing or too old:',
        `  go 1.19.3 (${bin}/go) is too old: at least 1.21.0 is needed; needed by go-target and debug`,
        '    → Install Go from https://go.dev/dl and put its bin folder on PATH.',
        `  kubectl 1.25.4 (${bin}/kubectl) is too old: at least 1.27.0 is needed; needed by kustomize-target`,
        '    → Install kustomize (https://kubectl.docs.kubernetes.io/installation/kustomize) or kubectl (https://kubernetes.io/docs/tasks/tools).',
        '  helm is not on PATH (at least helm 3.10.0); needed by helm-target',
        '    → Install helm: https://helm.sh/docs/intro/install',
        '  → Then run again. The target doctor shows the whole picture.',
      ].join('\n'),
    );
  });

  it('names every program that would do', async () => {
    expect(await messageOf(needs('builder'))).toContain(
      'image builder (docker, podman, buildah or nerdctl) is not on PATH (at least docker 20.10.0 or podman 4.0.0 or buildah 1.24.0 or nerdctl 1.0.0)',
    );
  });

  it('does not accept another builder than the one that is configured', async () => {
    await putPrograms(bin, { docker: real.docker });
    const wanted: Need = { tool: 'builder', by: 'image-build (dockerfile)', program: 'podman' };
    expect(await messageOf([wanted])).toContain(
      'podman is not on PATH (at least podman 4.0.0); needed by image-build (dockerfile)',
    );
  });

  it('passes over a builder that is too old for one that is not', async () => {
    await putPrograms(bin, { docker: 'Docker version 18.09.1, build x', buildah: real.buildah });
    const [found] = await check(needs('builder'));
    expect(found!.found).toMatchObject({ program: 'buildah', version: '1.28.2' });
  });

  it('says what a program that does not run says', async () => {
    await putPrograms(bin, {});
    await putProgram(bin, 'helm', 'echo "cannot execute: no such libc" >&2; exit 126');
    expect(await messageOf(needs('helm'))).toContain(`${bin}/helm does not run: cannot execute: no such libc`);
  });

  it('names the environment variable that names a program that is not there', async () => {
    vi.stubEnv('KUSTOMIZE', '/no/such/kustomize');
    expect(await messageOf(needs('kustomize'))).toContain(
      '/no/such/kustomize is not an executable file\n  → Correct the environment variable KUSTOMIZE.',
    );
  });

  it('accepts a build from source that does not know its version', async () => {
    await putPrograms(bin, { kustomize: '(devel)' });
    const [found] = await check(needs('kustomize'));
    expect(found!.found).toMatchObject({ program: 'kustomize', state: 'unknown-version' });
  });
});

describe('versions that are kept', () => {
  /** A program that counts how often it is run. */
  const counting = (version: string) =>
    putProgram(bin, 'helm', `echo run >> '${join(root, 'runs')}'; echo ${version}\n`);
  const runs = async () => {
    return (await readFile(join(root, 'runs'), 'utf8')).split('\n').length - 1;
  };
  beforeEach(() => putPrograms(bin, {}));

  it('are not asked for again while the program stays the same', async () => {
    await counting('v3.20.0');
    await check(needs('helm'));
    await check(needs('helm'));
    expect(await runs()).toBe(1);
    await counting('v3.20.10');
    const [found] = await check(needs('helm'));
    expect(found!.found).toMatchObject({ version: '3.20.10' });
    expect(await runs()).toBe(2);
  });

  it('are asked for again where they are too old, for a shim may stand for another program by now', async () => {
    await counting('v3.1.0');
    await expect(check(needs('helm'))).rejects.toThrow('too old');
    await expect(check(needs('helm'))).rejects.toThrow('too old');
    expect(await runs()).toBe(2);
  });

  it('may be lost or broken', async () => {
    await counting('v3.20.0');
    await check(needs('helm'));
    await writeFile(join(stateDirectory, 'tool-versions.json'), '{');
    expect(await check(needs('helm'))).toHaveLength(1);
    expect(await runs()).toBe(2);
  });
});
