import { stat } from 'node:fs/promises';
import { NxKubeError } from '@nx-kube/cluster';
import { findCommand } from '../../process/find.js';
import { runCommand } from '../../process/run.js';

/** Programs that build images from a Dockerfile, in the order of the search. */
export const builderNames = ['docker', 'podman', 'buildah', 'nerdctl'] as const;
export type BuilderName = (typeof builderNames)[number];

/** A builder that works on this machine. */
export interface Builder {
  name: BuilderName;
  /** Absolute path of the program. */
  command: string;
  /** For docker: whether buildx is available. */
  buildx: boolean;
  /**
   * For podman and buildah: whether it runs as root or in a container, where overlay mounts and new namespaces may
   * fail.
   */
  confined: boolean;
}

/** A build from a Dockerfile. Paths are absolute. */
export interface BuildPlan {
  /** Name and tag of the image in the builder's store until it is saved. */
  reference: string;
  dockerfile: string;
  context: string;
  /** `os/architecture`. Default: the builder's own. */
  platform?: string;
  buildArgs: Record<string, string>;
  target?: string;
  /** Path of the archive to write. */
  saveTo: string;
}

/**
 * Arguments of the builder for each step. After `remove`, the builder's store holds only the cache for the next build.
 */
export interface BuilderSteps {
  build: string[];
  save: string[];
  remove: string[];
}

/** Makes the arguments of a builder. Pure. */
export function builderSteps(builder: Pick<Builder, 'name' | 'buildx' | 'confined'>, plan: BuildPlan): BuilderSteps {
  const { reference, dockerfile, context, platform, buildArgs, target, saveTo } = plan;
  const what = [
    ...['--file', dockerfile, '--tag', reference],
    ...(platform ? ['--platform', platform] : []),
    ...Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(target ? ['--target', target] : []),
    context,
  ];
  switch (builder.name) {
    case 'docker':
      // The OCI exporter of docker does not work with its default driver. The output of `docker save` is read in both
      // formats.
      return {
        build: builder.buildx ? ['buildx', 'build', '--load', ...what] : ['build', ...what],
        save: ['save', '--output', saveTo, reference],
        remove: ['image', 'rm', reference],
      };
    case 'nerdctl':
      return {
        build: ['build', ...what],
        save: ['save', '--output', saveTo, reference],
        remove: ['image', 'rm', reference],
      };
    case 'podman':
    case 'buildah': {
      // Podman records its storage driver in a database, and refuses another driver.
      const store = builder.confined && builder.name === 'buildah' ? ['--storage-driver', 'vfs'] : [];
      const isolation = builder.confined ? ['--isolation', 'chroot'] : [];
      const save = {
        podman: ['save', '--format', 'oci-archive', '--output', saveTo, reference],
        buildah: ['push', '--quiet', reference, `oci-archive:${saveTo}`],
      }[builder.name];
      return {
        build: [...store, 'build', ...isolation, '--timestamp', '0', ...what],
        save: [...store, ...save],
        // By force: an aborted build leaves containers that use the image.
        remove: [...store, 'rmi', '--force', reference],
      };
    }
  }
}

/**
 * Environment of every builder. It turns attestations off and fixes times, so that the same content is the same image.
 */
export const builderEnvironment = { BUILDX_NO_DEFAULT_ATTESTATIONS: '1', SOURCE_DATE_EPOCH: '0' };

/**
 * Finds the requested builder, or the first one that is on PATH and works: docker without its daemon is skipped.
 *
 * @throws NxKubeError (configuration) with a reason for each builder when none works
 */
export async function findBuilder(wanted?: BuilderName, signal?: AbortSignal): Promise<Builder> {
  const reasons: string[] = [];
  for (const name of wanted ? [wanted] : builderNames) {
    const command = await findCommand(name);
    if (!command) {
      reasons.push(`${name} is not on PATH`);
      continue;
    }
    // Each builder checks its own back end here: a daemon, a machine or a store.
    const { exitCode, stderr } = await runCommand(command, [name === 'docker' ? 'version' : 'info'], { signal });
    signal?.throwIfAborted();
    if (exitCode === 0) {
      return {
        name,
        command,
        buildx: name === 'docker' && (await runCommand(command, ['buildx', 'version'], { signal })).exitCode === 0,
        confined: process.getuid?.() === 0 || (await isContainer()),
      };
    }
    reasons.push(`${name} does not work: ${stderr.trim().split('\n')[0] || `exit code ${exitCode}`}`);
  }
  throw new NxKubeError('configuration', `No program can build the image: ${reasons.join('; ').replace(/\.?$/, '.')}`, {
    next: 'Start or install one of them, or remove "dockerfile" and "baseImage": an image of the binary alone needs no builder.',
  });
}

async function isContainer(): Promise<boolean> {
  if (process.env['container']) return true;
  const marks = ['/.dockerenv', '/run/.containerenv'];
  return (await Promise.all(marks.map((path) => stat(path).catch(() => undefined)))).some(Boolean);
}
