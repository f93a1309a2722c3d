import type { FluxBootstrap, FluxSetup } from './flux-options.js';

/** Options of every call of the flux CLI. */
export interface FluxCall {
  context: string;
  /** Time-out (ms) of the CLI. */
  timeoutMs: number;
}

/** Arguments of the flux CLI to check whether it can install into the cluster, without any write. Pure. */
export function checkArguments({ context, timeoutMs }: FluxCall): string[] {
  return ['check', '--pre', '--context', context, '--timeout', seconds(timeoutMs)];
}

/**
 * Arguments of the flux CLI to install or bootstrap. They never hold a token: all users of a machine can read
 * arguments. Pure.
 */
export function fluxArguments(
  { version, components, namespace, bootstrap }: FluxSetup,
  { context, timeoutMs }: FluxCall,
): string[] {
  return [
    ...(bootstrap ? bootstrapArguments(bootstrap) : ['install']),
    ...['--context', context, '--namespace', namespace, '--timeout', seconds(timeoutMs)],
    ...(version ? ['--version', `v${version}`] : []),
    ...(components?.length ? ['--components', components.join(',')] : []),
  ];
}

function bootstrapArguments(bootstrap: FluxBootstrap): string[] {
  const { provider, personal, privateKeyFile } = bootstrap;
  const isGit = provider === 'git';
  const flags = [
    ...(personal ? ['--personal'] : []),
    // Without this flag the CLI changes an https repository to ssh, which needs a key.
    ...(isGit && needsToken(bootstrap) ? ['--token-auth'] : []),
    // Without this flag the CLI asks whether the key may write to the repository, and waits for an answer.
    ...(isGit && !needsToken(bootstrap) ? ['--silent'] : []),
    ...(isGit && privateKeyFile ? ['--private-key-file', privateKeyFile] : []),
  ];
  const given = (['owner', 'repository', 'url', 'path', 'branch'] as const).flatMap((name) =>
    bootstrap[name] === undefined ? [] : [`--${name}`, bootstrap[name]],
  );
  return ['bootstrap', provider, ...given, ...flags];
}

/** Whether a bootstrap needs a token. A git repository over ssh uses a key instead. Pure. */
export function needsToken({ provider, url = '' }: FluxBootstrap): boolean {
  return provider !== 'git' || url.startsWith('https:');
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)}s`;
}
