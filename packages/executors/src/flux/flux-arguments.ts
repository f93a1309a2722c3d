import type { FluxBootstrap, FluxSetup } from './flux-options.js';

/** Arguments of the flux CLI; never a token, for everybody on the machine can read arguments. Pure. */
export function fluxArguments(
  { version, components, namespace, bootstrap }: FluxSetup,
  { context, timeoutMs }: { context: string; timeoutMs: number },
): string[] {
  return [
    ...(bootstrap ? bootstrapArguments(bootstrap) : ['install']),
    ...['--context', context, '--namespace', namespace, '--timeout', `${Math.ceil(timeoutMs / 1000)}s`],
    ...(version ? ['--version', `v${version}`] : []),
    ...(components?.length ? ['--components', components.join(',')] : []),
  ];
}

function bootstrapArguments(bootstrap: FluxBootstrap): string[] {
  const { provider, personal } = bootstrap;
  // Without it a repository behind https is changed to one behind ssh, which needs a key.
  const flags = [
    ...(personal ? ['--personal'] : []),
    ...(provider === 'git' && needsToken(bootstrap) ? ['--token-auth'] : []),
  ];
  const given = (['owner', 'repository', 'url', 'path', 'branch'] as const).flatMap((name) =>
    bootstrap[name] === undefined ? [] : [`--${name}`, bootstrap[name]],
  );
  return ['bootstrap', provider, ...given, ...flags];
}

/** A git repository behind ssh has a key instead. Pure. */
export function needsToken({ provider, url = '' }: FluxBootstrap): boolean {
  return provider !== 'git' || url.startsWith('https:');
}
