import { builderNames } from '../image/build/builder.js';
import { findKustomize } from '../kustomize/find-kustomize.js';
import { findCommand } from '../process/find.js';

/** Outside commands that parts of nx-kube call. */
export const toolNames = ['go', 'kustomize', 'builder', 'helm', 'flux'] as const;
export type ToolName = (typeof toolNames)[number];

/** A program that can serve as a tool. */
export interface Program {
  name: string;
  /** The oldest version that works: `1.22.0`. */
  floor: string;
  /** Arguments that make it print its own version, without a cluster, a daemon or the network. */
  versionArgs: readonly string[];
}

export interface Tool {
  /** What it is for, where its programs have other names: `image builder`. */
  title: string;
  /** One of them is enough; the first in this order is taken. */
  programs: readonly Program[];
  /** How to get it: one imperative sentence. */
  get: string;
}

/** A program that is there. */
export interface Candidate {
  program: Program;
  /** Absolute. */
  path: string;
}

const printsVersion = ['--version'];
const builderFloors = { docker: '20.10.0', podman: '4.0.0', buildah: '1.24.0', nerdctl: '1.0.0' };

export const tools: Readonly<Record<ToolName, Tool>> = {
  go: {
    title: 'go',
    // From 1.21 on go fetches the version that a go.mod asks for.
    programs: [{ name: 'go', floor: '1.21.0', versionArgs: ['version'] }],
    get: 'Install Go from https://go.dev/dl and put its bin folder on PATH.',
  },
  kustomize: {
    title: 'kustomize or kubectl',
    programs: [
      { name: 'kustomize', floor: '5.0.0', versionArgs: ['version'] },
      // The first kubectl with kustomize 5.
      { name: 'kubectl', floor: '1.27.0', versionArgs: ['version', '--client', '--output=json'] },
    ],
    get: 'Install kustomize (https://kubectl.docs.kubernetes.io/installation/kustomize) or kubectl (https://kubernetes.io/docs/tasks/tools).',
  },
  builder: {
    title: 'image builder (docker, podman, buildah or nerdctl)',
    programs: builderNames.map((name) => ({ name, floor: builderFloors[name], versionArgs: printsVersion })),
    get: 'Install one of docker, podman, buildah and nerdctl, or leave out "dockerfile" and "baseImage": an image of the binary alone needs none.',
  },
  helm: {
    title: 'helm',
    // The first with --set-json.
    programs: [{ name: 'helm', floor: '3.10.0', versionArgs: ['version', '--short'] }],
    get: 'Install helm: https://helm.sh/docs/intro/install',
  },
  flux: {
    title: 'flux',
    // The first whose HelmRelease is v2, which is the one that hand-over knows.
    programs: [{ name: 'flux', floor: '2.3.0', versionArgs: printsVersion }],
    get: 'Install the flux CLI: https://fluxcd.io/flux/installation/#install-the-flux-cli',
  },
};

/**
 * The programs that are there for a tool, in the order in which they would be used. Nothing is run.
 *
 * @throws NxKubeError (configuration) where an environment variable names a program that is not there
 */
export async function findCandidates(name: ToolName): Promise<Candidate[]> {
  const { programs } = tools[name];
  const found = await Promise.all(programs.map((program) => findCommand(program.name)));
  const candidates = programs.flatMap((program, i) => (found[i] ? [{ program, path: found[i] }] : []));
  const named = process.env['KUSTOMIZE'] || process.env['KUBECTL'];
  if (name !== 'kustomize' || (!named && !candidates.length)) return candidates;
  // The one that rendering takes, which the environment may name.
  const { command: path, args } = await findKustomize();
  return programs
    .filter((program) => (program.name === 'kustomize') === (args[0] === 'build'))
    .map((program) => ({ program, path }));
}
