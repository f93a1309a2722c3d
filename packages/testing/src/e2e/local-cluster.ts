import { execa } from 'execa';
import { repository } from './workspace.js';

/** Runs the embedded cluster's command line: `stop kube-apiserver --kill`, `up`, … */
export async function localCluster(...args: string[]): Promise<string> {
  const { stdout } = await execa(
    process.execPath,
    ['--conditions=@nx-kube/source', '--import', 'tsx', 'tools/local-cluster/cli.ts', ...args],
    {
      cwd: repository,
    },
  );
  return stdout;
}
