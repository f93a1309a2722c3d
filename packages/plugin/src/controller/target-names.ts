import { configurationError } from '../files/configuration-error.js';

/**
 * Options of `@nx-kube/plugin` in nx.json: the name of each inferred target, or `false` for none. A target that needs a
 * removed target is removed, too.
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
  /** Builds the container image. Default `image-build`. */
  imageBuildTargetName?: string | false;
  /** Applies the manifests. Default `kustomize-apply`. */
  kustomizeApplyTargetName?: string | false;
  /** Swaps the binary in running pods. Default `image-restart`. */
  imageRestartTargetName?: string | false;
  /** Runs the development loop. Default `dev`. */
  devTargetName?: string | false;
  /** Removes the applied objects. Default `down`. */
  downTargetName?: string | false;
  /** Pauses the running loop. Default `pause`. */
  pauseTargetName?: string | false;
  /** Resumes the running loop. Default `resume`. */
  resumeTargetName?: string | false;
  /** Runs targets of the running loop now. Default `trigger`. */
  triggerTargetName?: string | false;
  /** Shows the state of the running loop. Default `status`. */
  statusTargetName?: string | false;
  /** Shows the logs of the pods. Default `logs`. */
  logsTargetName?: string | false;
  /** Shows missing requirements of this machine and the cluster. Default `doctor`. */
  doctorTargetName?: string | false;
}

/** Names of the inferred targets by kind. Targets that are off are absent. */
export type TargetNames = Partial<Record<TargetKind, string>>;
export type TargetKind = keyof typeof targets;

/** Default name of each target, and the targets that it needs: it runs them or reads their options. */
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
 * @throws an error that names the option if it is unknown, is not a name, or repeats a name
 */
export function targetNames(options: NxKubePluginOptions = {}): TargetNames {
  const kinds = Object.keys(targets) as TargetKind[];
  const known = kinds.map((kind) => `${kind}${suffix}`);
  const where = 'nx.json: the options of @nx-kube/plugin';
  for (const [option, value] of Object.entries(options)) {
    if (!known.includes(option)) {
      throw configurationError(`${where} have no "${option}".`, `Use ${known.join(', ')}.`);
    }
    if (value !== false && value !== undefined && (typeof value !== 'string' || !/^[^\s:*]+$/.test(value))) {
      throw configurationError(
        `${where}: "${option}" is ${JSON.stringify(value)}.`,
        'Set it to the name of a target, without spaces, ":" and "*", or to false for no target.',
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
        `${where}: "${twin}${suffix}" and "${kind}${suffix}" are both "${name}".`,
        'Set one of them to another name.',
      );
    }
    names[kind] = name;
  }
  return names;
}
