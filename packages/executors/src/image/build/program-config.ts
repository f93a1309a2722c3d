import { epoch } from '../archive/layer.js';
import type { ImageConfig, Platform } from '../archive/oci.js';

export interface ProgramImage {
  platform: Platform;
  entrypoint: string[];
  /** Default: none. */
  cmd?: string[];
  /** `uid` or `uid:gid`. Numeric, so that Kubernetes can verify `runAsNonRoot`. */
  user: string;
  labels?: Record<string, string>;
  /** Diff ids of the layers, lowest first, one for each program. */
  diffIds: string[];
}

/** Makes the config, as JSON, of an image that holds only programs. The same input gives the same bytes. Pure. */
export function programConfig({ platform, entrypoint, cmd, user, labels = {}, diffIds }: ProgramImage): Buffer {
  const created = epoch.toISOString();
  const config: ImageConfig = {
    architecture: platform.architecture,
    os: platform.os,
    created,
    config: {
      User: user,
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Entrypoint: entrypoint,
      ...(cmd && { Cmd: cmd }),
      WorkingDir: '/',
      ...(Object.keys(labels).length ? { Labels: sorted(labels) } : {}),
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created, created_by: `COPY ${entrypoint[0] ?? cmd?.[0]}` })),
  };
  return Buffer.from(JSON.stringify(config));
}

function sorted(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
