import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { execa } from 'execa';
import { duration, type Progress } from '../config/progress.js';
import { PATH } from '../processes/run-program.js';
import { BUILD_ENVIRONMENT, buildFlags, kubernetesVersion, MODULE, PROGRAMS } from './build-inputs.js';
import { GoProgress } from './go-progress.js';

/** Builds the programs into the folder; a cold build takes minutes and says how far it is. */
export async function goBuild(folder: string, signal: AbortSignal, progress: Progress): Promise<void> {
  const flags = buildFlags(kubernetesVersion(readFileSync(join(MODULE, 'go.mod'), 'utf8')));
  const begun = Date.now();
  const report = new GoProgress(progress);
  mkdirSync(folder, { recursive: true });
  progress('building Kubernetes from its Go modules (about 10 minutes on two cores the first time, cached after that)');
  report.total = await countPackages(flags, report, signal);
  for (const [name, target] of Object.entries(PROGRAMS)) {
    await go(['build', '-v', ...flags, '-o', join(folder, name), target], report, signal);
  }
  progress(`built after ${duration(Date.now() - begun)}`);
}

/** How many packages have to be compiled. Finding out downloads the modules that are not there yet. */
async function countPackages(flags: string[], report: GoProgress, signal: AbortSignal): Promise<number> {
  const stale = '{{if and .Stale (not .Standard)}}{{.ImportPath}}{{end}}';
  const list = await go(['list', '-deps', '-f', stale, ...flags, '.'], report, signal);
  return list.split('\n').filter(Boolean).length;
}

async function go(args: string[], report: GoProgress, signal: AbortSignal): Promise<string> {
  const child = execa('go', args, {
    cwd: MODULE,
    env: { PATH, ...BUILD_ENVIRONMENT },
    stdin: 'ignore',
    cancelSignal: signal,
    reject: false,
    buffer: { stderr: false },
  });
  const errors: string[] = [];
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => {
    if (!report.read(line)) errors.push(line);
  });
  const [result] = await Promise.all([child, once(lines, 'close')]);
  signal.throwIfAborted();
  if (result.failed) {
    throw new NxKubeError('cluster', `go ${args[0]} failed:\n${errors.slice(-20).join('\n') || result.shortMessage}`, {
      next: 'See what Go says above: downloading needs the network or a module proxy, compiling needs about 2 GB of memory.',
    });
  }
  return String(result.stdout ?? '');
}
