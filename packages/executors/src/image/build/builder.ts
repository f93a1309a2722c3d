import { stat } from 'node:fs/promises';
import { NxKubeError } from '@nx-kube/cluster';
import { findCommand } from '../../process/find.js';
import { runCommand } from '../../process/run.js';

/** Programs that build images from a Dockerfile, in the order in which they are looked for. */
export const builderNames = ['docker', 'podman', 'buildah', 'nerdctl'] as const;
export type BuilderName = (typeof builderNames)[number];

/** A builder that works on this machine. */
export interface Builder {
  name: BuilderName;
  /** Absolute path. */
  command: string;
  /** For docker: whether it has buildx. */
  buildx: boolean;
  /** For podman and buildah: as root, or in a container, where neither overlay mounts nor new namespaces can be counted on. */
  confined: boolean;
}

/** What is built from a Dockerfile. Paths are absolute. */
export interface BuildPlan {
  /** Name and tag that the builder keeps the image by until it is saved. */
  reference: string;
  dockerfile: string;
  context: string;
  /** `os/architecture`. Default: the builder's own. */
  platform?: string;
  buildArgs: Record<string, string>;
  target?: string;
  /** Archive to write. */
  saveTo: string;
}

/** Arguments of the builder for each step. Nothing is left in the builder's store but what speeds up the next build. */
export interface BuilderSteps {
  build: string[];
  save: string[];
  remove: string[];
}

/** Pure. */
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
      // Its own OCI exporter does not work with its default driver; what `docker save` writes is read in either format.
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
      // Podman has a database that says which driver it has; naming another one is an error.
      const store = builder.confined && builder.name === 'buildah' ? ['--storage-driver', 'vfs'] : [];
      const isolation = builder.confined ? ['--isolation', 'chroot'] : [];
      const save = {
        podman: ['save', '--format', 'oci-archive', '--output', saveTo, reference],
        buildah: ['push', '--quiet', reference, `oci-archive:${saveTo}`],
      }[builder.name];
      return {
        build: [...store, 'build', ...isolation, '--timestamp', '0', ...what],
        save: [...store, ...save],
        // By force: a build that was stopped leaves containers that use the image.
        remove: [...store, 'rmi', '--force', reference],
      };
    }
  }
}

/** Added to the environment of every builder: the same content is to be the same image, without attestations of when and where. */
export const builderEnvironment = { BUILDX_NO_DEFAULT_ATTESTATIONS: '1', SOURCE_DATE_EPOCH: '0' };

/**
 * The builder that was asked for, or the first that is there and works: a docker without its daemon does not count.
 *
 * @throws NxKubeError (configuration) that says of each why it cannot be used
 */
export async function findBuilder(wanted?: BuilderName, signal?: AbortSignal): Promise<Builder> {
  const reasons: string[] = [];
  for (const name of wanted ? [wanted] : builderNames) {
    const command = await findCommand(name);
    if (!command) {
      reasons.push(`${name} is not on PATH`);
      continue;
    }
    // Asks the daemon, the machine or the store behind it, whichever the builder has.
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
  throw new NxKubeError('configuration', `no program to build the image with: ${reasons.join('; ')}`, {
    next: 'Start or install one of them, or leave out "dockerfile" and "baseImage": an image of the binary alone needs none.',
  });
}

async function isContainer(): Promise<boolean> {
  if (process.env['container']) return true;
  const marks = ['/.dockerenv', '/run/.containerenv'];
  return (await Promise.all(marks.map((path) => stat(path).catch(() => undefined)))).some(Boolean);
}
