import { configurationError } from '../files/configuration-error.js';

/**
 * Options of `@nx-kube/plugin` in nx.json: the name of each inferred target, or `false` for none. A target that cannot do
 * without one that is off is not inferred either.
 */
export interface NxKubePluginOptions {
  /** Compiles the controller. Default `go-build`. */
  goBuildTargetName?: string | false;
  /** Tests a Go module. Default `go-test`. */
  goTestTargetName?: string | false;
  /** Builds the debugger. Default `delve-build`. */
  delveBuildTargetName?: string | false;
  /** Renders the manifests. Default `kustomize-build`. */
  kustomizeBuildTargetName?: string | false;
  /** Makes the container image. Default `image-build`. */
  imageBuildTargetName?: string | false;
  /** Applies the manifests. Default `kustomize-apply`. */
  kustomizeApplyTargetName?: string | false;
  /** Swaps the binary in running pods. Default `image-restart`. */
  imageRestartTargetName?: string | false;
  /** The inner loop. Default `dev`. */
  devTargetName?: string | false;
  /** Removes what was applied. Default `down`. */
  downTargetName?: string | false;
  /** Pauses the running loop. Default `pause`. */
  pauseTargetName?: string | false;
  /** Resumes the running loop. Default `resume`. */
  resumeTargetName?: string | false;
  /** Makes targets of the running loop run now. Default `trigger`. */
  triggerTargetName?: string | false;
  /** Shows what the running loop does. Default `status`. */
  statusTargetName?: string | false;
  /** Shows what the pods have written. Default `logs`. */
  logsTargetName?: string | false;
  /** Shows what is missing on this machine and in the cluster. Default `doctor`. */
  doctorTargetName?: string | false;
}

/** The targets that are inferred, by what they do; those that are off are absent. */
export type TargetNames = Partial<Record<TargetKind, string>>;
export type TargetKind = keyof typeof targets;

/** What each target cannot do without: it runs it, or takes its options for its own. */
const targets = {
  goBuild: { name: 'go-build', needs: [] },
  goTest: { name: 'go-test', needs: [] },
  delveBuild: { name: 'delve-build', needs: ['goBuild'] },
  kustomizeBuild: { name: 'kustomize-build', needs: [] },
  imageBuild: { name: 'image-build', needs: ['goBuild', 'kustomizeBuild'] },
  kustomizeApply: { name: 'kustomize-apply', needs: ['kustomizeBuild', 'imageBuild'] },
  imageRestart: { name: 'image-restart', needs: ['goBuild', 'kustomizeBuild', 'imageBuild', 'kustomizeApply'] },
  dev: { name: 'dev', needs: ['goBuild', 'kustomizeBuild', 'imageBuild', 'kustomizeApply'] },
  down: { name: 'down', needs: ['kustomizeApply'] },
  pause: { name: 'pause', needs: ['dev'] },
  resume: { name: 'resume', needs: ['dev'] },
  trigger: { name: 'trigger', needs: ['dev'] },
  status: { name: 'status', needs: ['dev'] },
  logs: { name: 'logs', needs: ['kustomizeApply'] },
  doctor: { name: 'doctor', needs: ['goBuild', 'kustomizeBuild', 'imageBuild', 'kustomizeApply'] },
} as const;

const suffix = 'TargetName';

/**
 * The names of the targets to infer. Pure.
 *
 * @throws an error naming the option that is unknown, not a name, or a name given twice
 */
export function targetNames(options: NxKubePluginOptions = {}): TargetNames {
  const kinds = Object.keys(targets) as TargetKind[];
  const known = kinds.map((kind) => `${kind}${suffix}`);
  const where = 'nx.json: the options of @nx-kube/plugin';
  for (const [option, value] of Object.entries(options)) {
    if (!known.includes(option)) {
      throw configurationError(`${where} have no "${option}"`, `Use ${known.join(', ')}.`);
    }
    if (value !== false && value !== undefined && (typeof value !== 'string' || !/^[^\s:*]+$/.test(value))) {
      throw configurationError(
        `${where}: "${option}" is ${JSON.stringify(value)}`,
        'Set it to the name of a target, without spaces, ":" and "*", or to false to have none.',
      );
    }
  }

  const names: TargetNames = {};
  for (const kind of kinds) {
    const name = options[`${kind}${suffix}`] ?? targets[kind].name;
    if (name === false || !targets[kind].needs.every((needed) => names[needed])) continue;
    const twin = kinds.find((other) => names[other] === name);
    if (twin) {
      throw configurationError(
        `${where}: "${twin}${suffix}" and "${kind}${suffix}" are both "${name}"`,
        'Give each target a name of its own.',
      );
    }
    names[kind] = name;
  }
  return names;
}
