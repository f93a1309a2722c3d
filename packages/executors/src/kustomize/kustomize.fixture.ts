import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findCommand } from '../process/find.js';

const version = 'v5.7.1';

/**
 * Finds a real kustomize. If neither kustomize nor kubectl is on PATH, kustomize is built once, outside of the work
 * tree.
 *
 * @returns variables to set in the environment
 */
export async function realKustomize(): Promise<Record<string, string>> {
  if ((await findCommand('kustomize')) ?? (await findCommand('kubectl'))) return {};
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'nx-kube', 'test-tools');
  const program = join(cache, `kustomize-${version}`);
  if (!(await findCommand(program))) {
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(join(cache, 'kustomize-'));
    try {
      const env = { GOBIN: folder, GOFLAGS: '', CGO_ENABLED: '0' };
      await execa('go', ['install', `sigs.k8s.io/kustomize/kustomize/v5@${version}`], { env });
      await rename(join(folder, 'kustomize'), program);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { KUSTOMIZE: program };
}
