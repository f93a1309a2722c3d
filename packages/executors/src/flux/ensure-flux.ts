import { NxKubeError, refOf, waitReady, type Cluster } from '@nx-kube/cluster';
import { coerce, valid } from 'semver';
import { runCommand } from '../command/run.js';
import { checkCommands } from '../tools/check-commands.js';
import { fluxArguments, needsToken } from './flux-arguments.js';
import { tokenVariables, type FluxBootstrap, type FluxSetup } from './flux-options.js';
import { fluxDeployments, isInstalled } from './installed.js';

export interface EnsureFluxOptions {
  /** The target, for messages. */
  target: string;
  stateDirectory: string;
  /** How long the CLI, and then its controllers, may take, in ms. */
  timeoutMs: number;
  env: Record<string, string | undefined>;
  signal?: AbortSignal;
  /** What the CLI says, line by line. */
  onLine?: (line: string) => void;
}

/**
 * Brings Flux to the wanted version with the real CLI, unless the cluster runs it, and waits until its controllers are ready. The CLI
 * and the token are checked before anything else.
 *
 * @throws NxKubeError: configuration for the CLI, version or token; cluster with the CLI's own message, or naming the controller
 */
export async function ensureFlux(
  cluster: Cluster,
  setup: FluxSetup,
  options: EnsureFluxOptions,
): Promise<{ version: string; changed: boolean }> {
  const { target, timeoutMs, signal, onLine } = options;
  const [check] = await checkCommands([{ tool: 'flux', by: target }], options);
  const { path, ...cli } = check!.found!;
  const version = wantedVersion(setup, 'version' in cli ? cli.version : undefined);
  const { bootstrap } = setup;
  const token = bootstrap && needsToken(bootstrap) ? tokenOf(bootstrap, options.env) : undefined;

  const wanted = { ...setup, version };
  const changed = !(await isInstalled(cluster, wanted, signal));
  if (changed) {
    const args = fluxArguments(wanted, { context: cluster.context, timeoutMs });
    const redacted = (text: string) => (token ? text.replaceAll(token, '***') : text);
    const { exitCode, stdout, stderr } = await runCommand(path, args, {
      env: bootstrap && token ? { [tokenVariables[bootstrap.provider]]: token } : undefined,
      signal,
      onLine: onLine && ((line) => onLine(redacted(line))),
    });
    signal?.throwIfAborted();
    if (exitCode !== 0) {
      const what = `flux ${args.slice(0, bootstrap ? 2 : 1).join(' ')}`;
      throw new NxKubeError('cluster', `${what} failed:\n${redacted((stderr || stdout).trim())}`, {
        next: 'Mend what it names, and run again.',
      });
    }
  }
  const deployments = await fluxDeployments(cluster, setup.namespace, signal);
  await waitReady(cluster, deployments.map(refOf), { timeoutMs, signal });
  return { version, changed };
}

function wantedVersion({ version }: FluxSetup, ofCli: string | undefined): string {
  const wanted = version === undefined ? ofCli : valid(version);
  if (wanted) return wanted;
  throw new NxKubeError(
    'configuration',
    version === undefined
      ? 'the flux CLI does not know its version'
      : `"version": "${version}" is not a version of Flux`,
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
    `flux bootstrap ${provider} needs a token in the environment variable ${tokenVariable}`,
    {
      next: `Export ${tokenVariable}, or name another variable in "bootstrap.tokenVariable".`,
    },
  );
}
