import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { findCommand } from '../process/find.js';

const version = 'v3.22.0';

/**
 * A PATH on which there is a real helm. Where there is none it is built from its Go module, once, outside of the work tree.
 */
export async function pathWithHelm(): Promise<string> {
  const path = process.env['PATH'] ?? '';
  if (await findCommand('helm')) return path;
  const bin = join(
    process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
    'nx-kube',
    'test-tools',
    `helm-${version}`,
  );
  if (!(await findCommand(join(bin, 'helm')))) {
    await mkdir(join(bin, '..'), { recursive: true });
    const folder = await mkdtemp(`${bin}-`);
    try {
      const env = { GOBIN: folder, GOFLAGS: '', CGO_ENABLED: '0' };
      // The flags keep it small; the floor of versions is checked, so it has to know its own.
      await execa('go', ['install', '-trimpath', '-ldflags=-s -w', `helm.sh/helm/v3/cmd/helm@${version}`], { env });
      await rename(folder, bin).catch(async (error: unknown) => {
        // Another run was faster.
        if (!(await findCommand(join(bin, 'helm')))) throw error;
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return [bin, path].join(delimiter);
}
