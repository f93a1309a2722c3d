import { describe, expect, it } from 'vitest';
import { fluxArguments } from './flux-arguments.js';

const run = { context: 'kind-dev', timeoutMs: 60_000 };

describe('arguments of the flux CLI', () => {
  it('install the components of a version', () => {
    const setup = { namespace: 'flux-system', version: '2.9.5', components: ['source-controller', 'helm-controller'] };
    expect(fluxArguments(setup, run).join(' ')).toBe(
      'install --context kind-dev --namespace flux-system --timeout 60s --version v2.9.5 --components source-controller,helm-controller',
    );
  });

  it.each([
    [
      { provider: 'github', owner: 'me', repository: 'fleet', path: 'dev', branch: 'main', personal: true },
      'bootstrap github --owner me --repository fleet --path dev --branch main --personal',
    ],
    [{ provider: 'gitlab', owner: 'group', repository: 'fleet' }, 'bootstrap gitlab --owner group --repository fleet'],
    [
      { provider: 'git', url: 'https://example.com/f.git' },
      'bootstrap git --url https://example.com/f.git --token-auth',
    ],
    [{ provider: 'git', url: 'ssh://git@example.com/f.git' }, 'bootstrap git --url ssh://git@example.com/f.git'],
  ] as const)('bootstrap from %j', (bootstrap, words) => {
    const args = fluxArguments({ namespace: 'flux-system', bootstrap }, run).join(' ');
    expect(args.startsWith(words)).toBe(true);
    expect(args.slice(words.length)).not.toContain('--token-auth');
  });
});
