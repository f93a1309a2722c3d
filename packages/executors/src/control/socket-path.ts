import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';

/**
 * Where the loop of a project listens. Short, for a socket's path may have about 100 characters, and in a folder that
 * only the same user can enter.
 */
export async function socketPath(workspaceRoot: string, project: string): Promise<string> {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `nx-kube-${uid}`);
  await mkdir(folder, { mode: 0o700, recursive: true });
  const found = await lstat(folder);
  // Another user who made the folder could listen in our place.
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) {
    throw new NxKubeError('configuration', `${folder} belongs to somebody else`, {
      next: 'Remove it, or set TMPDIR to a folder of your own.',
    });
  }
  await chmod(folder, 0o700);
  const name = createHash('sha256').update(`${workspaceRoot}\0${project}`).digest('hex').slice(0, 16);
  return join(folder, `${name}.sock`);
}
