import { stat } from 'node:fs/promises';
import { NxKubeError, refOf, waitReady, withoutKlog, type Cluster } from '@nx-kube/cluster';
import { coerce, lt, valid } from 'semver';
import { runCommand } from '../process/run.js';
import { requireCommands } from '../requirements/require-commands.js';
import { tools } from '../requirements/tools.js';
import { checkArguments, fluxArguments, needsToken } from './flux-arguments.js';
import { tokenVariables, type FluxBootstrap, type FluxSetup } from './flux-options.js';
import { fluxDeployments, isInstalled } from './installed.js';

export interface EnsureFluxOptions {
  /** Name of the target, for messages. */
  target: string;
  stateDirectory: string;
  /** Time-out (ms) of the CLI, and then of the wait for its controllers. */
  timeoutMs: number;
  env: Record<string, string | undefined>;
  signal?: AbortSignal;
  /** Called with each line of the CLI's output. Tokens are redacted. */
  onLine?: (line: string) => void;
}

/**
 * Installs or bootstraps Flux with the real CLI, unless the cluster runs the wanted version. Then waits until its
 * controllers are ready. The CLI, the token or key, and the cluster (by the CLI) are checked before any change.
 *
 * @returns the version, and whether the CLI changed the cluster
 * @throws NxKubeError: configuration for the CLI, version, token or key; cluster with the CLI's own message, or with
 *   the name of the controller that is not ready
 */
export async function ensureFlux(
  cluster: Cluster,
  setup: FluxSetup,
  options: EnsureFluxOptions,
): Promise<{ version: string; changed: boolean }> {
  const { target, timeoutMs, signal, onLine } = options;
  const [check] = await requireCommands([{ tool: 'flux', by: target }], options);
  const { path, ...cli } = check!.found!;
  const version = wantedVersion(setup, 'version' in cli ? cli.version : undefined);
  const { bootstrap } = setup;
  const token = bootstrap && needsToken(bootstrap) ? tokenOf(bootstrap, options.env) : undefined;
  if (bootstrap) await requireKey(bootstrap);

  const wanted = { ...setup, version };
  const changed = !(await isInstalled(cluster, wanted, signal));
  if (changed) {
    const redacted = (text: string) => (token ? text.replaceAll(token, '***') : text);
    const run = async (what: string, args: string[], env?: Record<string, string>) => {
      const { exitCode, stdout, stderr } = await runCommand(path, args, {
        env,
        signal,
        onLine: onLine && ((line) => onLine(redacted(withoutKlog(line)))),
      });
      signal?.throwIfAborted();
      if (exitCode === 0) return;
      throw new NxKubeError('cluster', `flux ${what} failed:\n${redacted(withoutKlog(stderr || stdout).trim())}`, {
        next: 'Fix what it names, and run again.',
      });
    };
    const { context } = cluster;
    await run('check --pre', checkArguments({ context, timeoutMs }));
    await run(
      bootstrap ? `bootstrap ${bootstrap.provider}` : 'install',
      fluxArguments(wanted, { context, timeoutMs }),
      bootstrap && token ? { [tokenVariables[bootstrap.provider]]: token } : undefined,
    );
  }
  const deployments = await fluxDeployments(cluster, setup.namespace, signal);
  await waitReady(cluster, deployments.map(refOf), { timeoutMs, signal });
  return { version, changed };
}

function wantedVersion({ version }: FluxSetup, ofCli: string | undefined): string {
  const wanted = version === undefined ? ofCli : valid(version);
  const { floor } = tools.flux.programs[0]!;
  if (wanted && !lt(wanted, floor)) return wanted;
  throw new NxKubeError(
    'configuration',
    version === undefined
      ? 'The flux CLI does not report its version.'
      : wanted
        ? `"version": "${version}" is too old: at least ${floor} is needed.`
        : `"version": "${version}" is not a Flux version.`,
    { next: `Set the option "version" to one such as ${coerce(ofCli)?.version ?? '2.9.5'}.` },
  );
}

function tokenOf(
  { provider, tokenVariable = tokenVariables[provider] }: FluxBootstrap,
  env: EnsureFluxOptions['env'],
): string {
  const token = env[tokenVariable];
  if (token) return token;
  throw new NxKubeError(
    'configuration',
    `flux bootstrap ${provider} needs a token in the environment variable ${tokenVariable}.`,
    {
      next: `Export ${tokenVariable}, or name another variable in "bootstrap.tokenVariable".`,
    },
  );
}

async function requireKey({ privateKeyFile }: FluxBootstrap): Promise<void> {
  if (privateKeyFile === undefined || (await stat(privateKeyFile).catch(() => undefined))?.isFile()) return;
  throw new NxKubeError('configuration', `"bootstrap.privateKeyFile": the file ${privateKeyFile} does not exist.`, {
    next: 'Correct the path; it is relative to the workspace root.',
  });
}
