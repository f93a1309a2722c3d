import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkArguments, fluxArguments } from './flux-arguments.js';
import type { FluxBootstrap, FluxSetup } from './flux-options.js';
import { fluxComponents, fluxVersion, pathWithFlux } from './flux.fixture.js';

const run = { context: 'kind-dev', timeoutMs: 60_000 };
const namespace = 'flux-system';
const url = 'ssh://git@example.com/f.git';

const installs: [FluxSetup, string][] = [
  [{ namespace }, 'install --context kind-dev --namespace flux-system --timeout 60s'],
  [
    { namespace, version: fluxVersion, components: fluxComponents },
    `install --context kind-dev --namespace flux-system --timeout 60s --version v${fluxVersion} --components ${fluxComponents.join(',')}`,
  ],
];

const bootstraps: [FluxBootstrap, string][] = [
  [
    { provider: 'github', owner: 'me', repository: 'fleet', path: 'dev', branch: 'main', personal: true },
    'bootstrap github --owner me --repository fleet --path dev --branch main --personal',
  ],
  [{ provider: 'gitlab', owner: 'group', repository: 'fleet' }, 'bootstrap gitlab --owner group --repository fleet'],
  [{ provider: 'git', url: 'https://example.com/f.git' }, 'bootstrap git --url https://example.com/f.git --token-auth'],
  [{ provider: 'git', url }, `bootstrap git --url ${url} --silent`],
  [
    { provider: 'git', url, privateKeyFile: '/keys/fleet' },
    `bootstrap git --url ${url} --silent --private-key-file /keys/fleet`,
  ],
];

describe('checkArguments and fluxArguments', () => {
  it('the check asks whether the cluster meets the requirements', () => {
    expect(checkArguments(run).join(' ')).toBe('check --pre --context kind-dev --timeout 60s');
  });

  it.each(installs)('the setup %j is installed', (setup, words) => {
    expect(fluxArguments(setup, run).join(' ')).toBe(words);
  });

  it.each(bootstraps)('the repository %j is bootstrapped', (bootstrap, words) => {
    const common = '--context kind-dev --namespace flux-system --timeout 60s';
    expect(fluxArguments({ namespace, bootstrap }, run).join(' ')).toBe(`${words} ${common}`);
  });
});

describe('fluxArguments with the real CLI', () => {
  let env: { PATH: string };
  beforeAll(async () => {
    env = { PATH: await pathWithFlux() };
  }, 3_600_000);

  const all = [
    checkArguments(run),
    ...installs.map(([setup]) => fluxArguments(setup, run)),
    ...bootstraps.map(([bootstrap]) => fluxArguments({ namespace, bootstrap, version: fluxVersion }, run)),
  ];
  // The CLI shows its help only after it has accepted all flags and their values.
  it.each(all.map((args) => [args.join(' '), args] as const))('the CLI accepts %s', async (_, args) => {
    const { stdout } = await execa('flux', [...args, '--help'], { env });
    expect(stdout).toContain('Usage:');
  });

  it('the exported manifests have the labels from which the version is read', async () => {
    const args = fluxArguments({ namespace, version: fluxVersion, components: fluxComponents }, run);
    const { stdout } = await execa('flux', [...args, '--export'], { env });
    expect(stdout).toContain(`app.kubernetes.io/version: v${fluxVersion}`);
    expect(stdout).toContain('app.kubernetes.io/part-of: flux');
    for (const name of fluxComponents) expect(stdout).toMatch(new RegExp(`kind: Deployment[^]*name: ${name}`));
  });
});
