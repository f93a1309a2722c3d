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

/** Builds the programs into the folder. A cold build takes minutes and reports its progress. */
export async function goBuild(folder: string, signal: AbortSignal, progress: Progress): Promise<void> {
  const flags = buildFlags(kubernetesVersion(readFileSync(join(MODULE, 'go.mod'), 'utf8')));
  const begun = Date.now();
  const report = new GoProgress(progress);
  mkdirSync(folder, { recursive: true });
  progress(
    'Building Kubernetes from its Go modules. The first build takes about 10 minutes on two cores; later ones are cached.',
  );
  report.total = await countPackages(flags, report, signal);
  for (const [name, target] of Object.entries(PROGRAMS)) {
    await go(['build', '-v', ...flags, '-o', join(folder, name), target], report, signal);
  }
  progress(`The build took ${duration(Date.now() - begun)}.`);
}

/** Counts the packages to compile. This also downloads missing modules. */
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
      next: "See Go's output above. A download needs the network or a module proxy; the build needs about 2 GB of memory.",
    });
  }
  return String(result.stdout ?? '');
}
