import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { findCommand } from '../process/find.js';

const version = 'v3.22.0';

/** Returns a PATH with a real helm. Without one, helm is built once from its Go module, outside of the work tree. */
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
      // The flags keep the binary small. The module's version stays in it, as the minimum version is checked.
      await execa('go', ['install', '-trimpath', '-ldflags=-s -w', `helm.sh/helm/v3/cmd/helm@${version}`], { env });
      await rename(folder, bin).catch(async (error: unknown) => {
        // Race: another run may have put the folder in place first.
        if (!(await findCommand(join(bin, 'helm')))) throw error;
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return [bin, path].join(delimiter);
}
