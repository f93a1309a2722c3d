import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, explain, read, remove, type Cluster, type Ref } from '@nx-kube/cluster';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { putProgram, putPrograms } from '../requirements/programs.fixture.js';
import { useNamespace } from '../secrets/apply/test-namespace.fixture.js';
import { ensureFlux } from './ensure-flux.js';
import type { FluxSetup } from './flux-options.js';
import { fluxComponents, fluxVersion, pathWithFlux } from './flux.fixture.js';

const test = useNamespace();
let path: string;
let root: string;
beforeAll(async () => {
  path = await pathWithFlux();
}, 3_600_000);
beforeEach(async () => {
  vi.stubEnv('PATH', path);
  root = await mkdtemp(join(tmpdir(), 'nx-kube-flux-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const setup = (): FluxSetup => ({ namespace: test.namespace, components: fluxComponents });
const ensure = (wanted: FluxSetup, more: { env?: Record<string, string>; timeoutMs?: number; lines?: string[] } = {}) =>
  ensureFlux(test.cluster, wanted, {
    ...{ target: 'flux', stateDirectory: root, timeoutMs: more.timeoutMs ?? 30_000, env: more.env ?? {} },
    onLine: (line) => more.lines?.push(line),
  });
const messageOf = async (...args: Parameters<typeof ensure>) =>
  explain(await ensure(...args).catch((error: unknown) => error));

const controller = (name: string): Ref => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: test.namespace,
  name,
});

/**
 * Creates a Deployment with the labels that the CLI sets. With 0 replicas it is ready at once, with more it never is.
 */
async function putController(cluster: Cluster, name: string, version: string, replicas = 0): Promise<void> {
  const labels = { app: name, 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/version': version };
  await create(cluster, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: test.namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'manager', image: 'none', imagePullPolicy: 'Never' }] },
      },
    },
  });
}

/** Puts a stand-in for the CLI on PATH. It records its arguments and its token, then runs `answer`. */
async function standIn(answer: string): Promise<void> {
  await putPrograms(root, {});
  const script = `[ "$1" = --version ] && { echo flux version ${fluxVersion}; exit; }
[ "$1" = check ] && { echo "✔ prerequisites checks passed"; exit; }
echo "$@" > ${root}/arguments
echo "$GITHUB_TOKEN" > ${root}/token
${answer}
`;
  await putProgram(root, 'flux', script);
  vi.stubEnv('PATH', `${root}:${path}`);
}

describe('ensureFlux with the real CLI', () => {
  it('the CLI is not run when the cluster has the wanted version', async () => {
    for (const name of fluxComponents) await putController(test.cluster, name, `v${fluxVersion}`);
    const lines: string[] = [];
    expect(await ensure(setup(), { lines })).toEqual({ version: fluxVersion, changed: false });
    expect(lines).toEqual([]);
  });

  it('the CLI checks the cluster, and its own message explains why a version cannot be downloaded', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    const lines: string[] = [];
    const text = await messageOf({ ...setup(), version: '2.3.0' }, { lines });
    expect(lines).toContain('✔ prerequisites checks passed');
    expect(text).toMatch(/^flux install failed:\n/);
    expect(text).toMatch(/✗ .*(github\.com|GitHub).*127\.0\.0\.1:1/s);
    expect(text).toContain('→ Fix what it names');
  });

  it('the wait ends at the time-out and names the controller that is not ready', async () => {
    for (const name of fluxComponents) await remove(test.cluster, controller(name));
    const [last, ...others] = [...fluxComponents].reverse();
    for (const name of others) await putController(test.cluster, name, `v${fluxVersion}`);
    await putController(test.cluster, last!, `v${fluxVersion}`, 1);
    expect(await messageOf(setup(), { timeoutMs: 2000 })).toContain(`Deployment/${test.namespace}/${last}`);
    await remove(test.cluster, controller(last!));
  });
});

describe('ensureFlux, before it changes the cluster', () => {
  it('a version that is too old is refused', async () => {
    expect(await messageOf({ ...setup(), version: '2.2.3' })).toContain(
      '"version": "2.2.3" is too old: at least 2.3.0 is needed.',
    );
  });

  it('a missing key file is refused', async () => {
    const bootstrap = { provider: 'git', url: 'ssh://git@example.com/f.git', privateKeyFile: `${root}/none` } as const;
    expect(await messageOf({ ...setup(), bootstrap })).toBe(
      `"bootstrap.privateKeyFile": the file ${root}/none does not exist.\n  → Correct the path; it is relative to the workspace root.`,
    );
  });

  it('a malformed version is refused', async () => {
    expect(await messageOf({ ...setup(), version: 'newest' })).toBe(
      `"version": "newest" is not a Flux version.\n  → Set the option "version" to one such as ${fluxVersion}.`,
    );
  });

  it('a missing token is refused by the name of its variable', async () => {
    const bootstrap = { provider: 'github', owner: 'me', repository: 'fleet' } as const;
    expect(await messageOf({ ...setup(), bootstrap })).toBe(
      'flux bootstrap github needs a token in the environment variable GITHUB_TOKEN.\n  → Export GITHUB_TOKEN, or name another variable in "bootstrap.tokenVariable".',
    );
  });

  it('a missing CLI is refused', async () => {
    vi.stubEnv('PATH', '/nowhere');
    expect(await messageOf(setup())).toContain('flux is not on PATH (at least flux 2.3.0); needed by flux');
  });
});

describe('ensureFlux with a recording stand-in for the CLI, as a bootstrap needs GitHub', () => {
  const bootstrap = { provider: 'github', owner: 'me', repository: 'fleet', tokenVariable: 'MY_TOKEN' } as const;
  const env = { MY_TOKEN: 'ghp_planted_value' };

  it('a bootstrap passes the token by the environment only', async () => {
    await standIn('echo "► connecting"');
    const lines: string[] = [];
    expect(await ensure({ ...setup(), bootstrap }, { env, lines })).toEqual({ version: fluxVersion, changed: true });
    expect(lines).toEqual(['✔ prerequisites checks passed', '► connecting']);
    const args = await readFile(join(root, 'arguments'), 'utf8');
    expect(args).toMatch(/^bootstrap github --owner me --repository fleet --context /);
    expect(args).not.toContain(env.MY_TOKEN);
    expect((await readFile(join(root, 'token'), 'utf8')).trim()).toBe(env.MY_TOKEN);
  });

  it("a failed bootstrap shows the CLI's message without the token", async () => {
    await standIn(`echo "✗ 401 for ${env.MY_TOKEN}" >&2; exit 1`);
    const lines: string[] = [];
    const text = await messageOf({ ...setup(), bootstrap }, { env, lines });
    expect(text).toContain('flux bootstrap github failed:\n✗ 401 for ***');
    expect([text, ...lines].join()).not.toContain(env.MY_TOKEN);
    expect(
      await read(test.cluster, { apiVersion: 'v1', kind: 'Secret', namespace: test.namespace, name: 'flux-system' }),
    ).toBeUndefined();
  });
});
