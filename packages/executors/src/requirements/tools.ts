import { builderNames } from '../image/build/builder.js';
import { findKustomize } from '../kustomize/find-kustomize.js';
import { findCommand } from '../process/find.js';

/** External commands that parts of nx-kube call. */
export const toolNames = ['go', 'kustomize', 'builder', 'helm', 'flux'] as const;
export type ToolName = (typeof toolNames)[number];

/** A program that can serve as a tool. */
export interface Program {
  name: string;
  /** Oldest version that works, such as `1.22.0`. */
  floor: string;
  /** Arguments to print the program's version without a cluster, a daemon or the network. */
  versionArgs: readonly string[];
}

export interface Tool {
  /** Name of the tool for messages, such as `image builder`. */
  title: string;
  /** Programs that can serve as the tool, in the order of preference. */
  programs: readonly Program[];
  /** How to install it: one imperative sentence. */
  get: string;
}

/** A program that is installed. */
export interface Candidate {
  program: Program;
  /** Absolute path of the program. */
  path: string;
}

const printsVersion = ['--version'];
const builderFloors = { docker: '20.10.0', podman: '4.0.0', buildah: '1.24.0', nerdctl: '1.0.0' };

export const tools: Readonly<Record<ToolName, Tool>> = {
  go: {
    title: 'go',
    // From 1.21 on, go downloads the version that a go.mod names.
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
    get: 'Follow https://kubectl.docs.kubernetes.io/installation/kustomize to install kustomize, or https://kubernetes.io/docs/tasks/tools to install kubectl.',
  },
  builder: {
    title: 'image builder (docker, podman, buildah or nerdctl)',
    programs: builderNames.map((name) => ({ name, floor: builderFloors[name], versionArgs: printsVersion })),
    get: 'Install one of docker, podman, buildah and nerdctl, or remove "dockerfile" and "baseImage": an image of the binary alone needs no builder.',
  },
  helm: {
    title: 'helm',
    // 3.10 is the first helm with --set-json.
    programs: [{ name: 'helm', floor: '3.10.0', versionArgs: ['version', '--short'] }],
    get: 'Follow https://helm.sh/docs/intro/install to install helm.',
  },
  flux: {
    title: 'flux',
    // 2.3 is the first flux with HelmRelease v2, the version that the hand-over uses.
    programs: [{ name: 'flux', floor: '2.3.0', versionArgs: printsVersion }],
    get: 'Follow https://fluxcd.io/flux/installation/#install-the-flux-cli to install the flux CLI.',
  },
};

/**
 * Lists the installed programs of a tool in the order of preference. Nothing is run.
 *
 * @throws NxKubeError (configuration) when an environment variable names a missing program
 */
export async function findCandidates(name: ToolName): Promise<Candidate[]> {
  const { programs } = tools[name];
  const found = await Promise.all(programs.map((program) => findCommand(program.name)));
  const candidates = programs.flatMap((program, i) => (found[i] ? [{ program, path: found[i] }] : []));
  const named = process.env['KUSTOMIZE'] || process.env['KUBECTL'];
  if (name !== 'kustomize' || (!named && !candidates.length)) return candidates;
  // The environment may name the program that rendering uses.
  const { command: path, args } = await findKustomize();
  return programs
    .filter((program) => (program.name === 'kustomize') === (args[0] === 'build'))
    .map((program) => ({ program, path }));
}
