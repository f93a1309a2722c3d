import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { explain, NxKubeError } from '@nx-kube/cluster/errors.js';
import { breakSilence } from '../run/src/silence.mjs';
import { down, stopComponent } from '@nx-kube/local-cluster/commands/down.js';
import { clusterStatus, statusTable } from '@nx-kube/local-cluster/commands/status.js';
import { startComponent, up, type Context } from '@nx-kube/local-cluster/commands/up.js';
import { COMPONENT_NAMES, type ComponentName } from '@nx-kube/local-cluster/config/component.js';
import { layoutFor, type Layout } from '@nx-kube/local-cluster/config/layout.js';
import { toStandardError, type Progress } from '@nx-kube/local-cluster/config/progress.js';
import { ensureBuild, exportBuild } from '@nx-kube/local-cluster/programs/builds.js';

const USAGE = `A real one-node Kubernetes for development, from Go modules and Debian packages.

  up                    bring the cluster up, or repair it
  down [--keep]         take the cluster down; --keep keeps its objects and images for the next \`up\`
  status [-o json]      print what runs; exit with 1 unless everything does
  kubeconfig            print the path of the kubeconfig
  env                   print the shell commands that make kubectl use the cluster
  stop <component> [--kill]   stop one component
  start <component>     start one component
  build [--output <folder>]   build the programs, and copy them to the folder
`;

async function main(context: Context): Promise<void> {
  const { values, positionals } = parseCommandLine();
  const [command, argument] = positionals;
  const { layout, signal, progress } = context;
  if (values.help) return print(USAGE);
  switch (command) {
    case 'up': {
      const outcome = await up(context);
      print(`${outcome === 'was up' ? 'The cluster is already up' : 'The cluster is up'}.`);
      return print(shellEnvironment(layout));
    }
    case 'down':
      return print((await down(context, values)) === 'was down' ? 'There is no cluster.' : 'The cluster is down.');
    case 'status': {
      if (values.output !== undefined && values.output !== 'json') {
        throw new NxKubeError('configuration', `--output: "${values.output}" is not a known format.`, {
          next: 'Set it to json.',
        });
      }
      const status = await clusterStatus(layout, signal);
      print(values.output === 'json' ? JSON.stringify(status, null, 2) : statusTable(status, Date.now()));
      if (!status.running) process.exitCode = 1;
      return;
    }
    case 'env':
      return print(shellEnvironment(layout));
    case 'kubeconfig':
      return print(layout.kubeconfig);
    case 'stop':
      return stopComponent(componentNamed(argument), context, values);
    case 'start':
      return startComponent(componentNamed(argument), context);
    case 'build': {
      const build = await ensureBuild(layout, signal, progress);
      if (values.output) exportBuild(build, values.output);
      return print(values.output ?? build.folder);
    }
    default:
      throw new NxKubeError('configuration', command ? `"${command}" is not a command.` : 'The command is missing.', {
        next: `Choose a command:\n\n${USAGE}`,
      });
  }
}

function parseCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        keep: { type: 'boolean', default: false },
        kill: { type: 'boolean', default: false },
        output: { type: 'string', short: 'o' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new NxKubeError('configuration', (error as Error).message, {
      next: `Choose a command and its options:\n\n${USAGE}`,
    });
  }
}

function componentNamed(name: string | undefined): ComponentName {
  const found = COMPONENT_NAMES.find((known) => known === name);
  if (found) return found;
  throw new NxKubeError('configuration', name ? `"${name}" is not a component.` : 'The component is missing.', {
    next: `Choose one of: ${COMPONENT_NAMES.join(', ')}.`,
  });
}

function shellEnvironment({ kubeconfig, bin }: Layout): string {
  const quote = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`;
  return `export KUBECONFIG=${quote(kubeconfig)} PATH=${quote(bin)}:"$PATH"`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints progress lines to standard error, and repeats `what` during long silences. */
function audibly(what: string): Progress {
  const silence = breakSilence(what, toStandardError);
  return (line) => {
    silence.heard();
    toStandardError(line);
  };
}

// A closed terminal must not stop the work: an output error would end the process halfway.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const stopping = new AbortController();
// Every running request listens to this signal.
setMaxListeners(0, stopping.signal);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Only once: a second signal ends the process, as by default.
  process.once(signal, () => stopping.abort(new NxKubeError('configuration', `The command was stopped by ${signal}.`)));
}
try {
  const progress = audibly(`working on \`${process.argv.slice(2).join(' ')}\``);
  await main({ layout: layoutFor(process.env), signal: stopping.signal, progress });
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
