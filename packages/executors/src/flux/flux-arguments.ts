import type { FluxBootstrap, FluxSetup } from './flux-options.js';

/** What every call of the flux CLI is told. */
export interface FluxCall {
  context: string;
  timeoutMs: number;
}

/** Arguments with which the flux CLI says whether it can install into the cluster; it writes nothing then. Pure. */
export function checkArguments({ context, timeoutMs }: FluxCall): string[] {
  return ['check', '--pre', '--context', context, '--timeout', seconds(timeoutMs)];
}

/** Arguments of the flux CLI; never a token, for everybody on the machine can read arguments. Pure. */
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
    // Without it a repository behind https is changed to one behind ssh, which needs a key.
    ...(isGit && needsToken(bootstrap) ? ['--token-auth'] : []),
    // Else it would ask whether the key may write to the repository, and there is nobody to answer.
    ...(isGit && !needsToken(bootstrap) ? ['--silent'] : []),
    ...(isGit && privateKeyFile ? ['--private-key-file', privateKeyFile] : []),
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

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)}s`;
}
