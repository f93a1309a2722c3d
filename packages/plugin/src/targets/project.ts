import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import type { TargetKind } from '../controller/target-names.js';
import type { ControllerContext, ModuleContext } from './context.js';
import { pauseTarget, resumeTarget, statusTarget, triggerTarget } from './control.js';
import { delveBuildTarget } from './delve-build.js';
import { devTarget } from './dev.js';
import { doctorTarget } from './doctor.js';
import { downTarget } from './down.js';
import { goBuildTarget } from './go-build.js';
import { goTestTarget } from './go-test.js';
import { imageBuildTarget } from './image-build.js';
import { imageRestartTarget } from './image-restart.js';
import { kustomizeApplyTarget } from './kustomize-apply.js';
import { kustomizeBuildTarget } from './kustomize-build.js';
import { logsTarget } from './logs.js';

/** An inferred project. */
export type InferredProject = ProjectConfiguration & { name: string };

type Builders<Context> = Partial<Record<TargetKind, (context: Context) => TargetConfiguration | undefined>>;

/** The project of a Go module that is not a controller. */
export function moduleProject(context: ModuleContext): InferredProject {
  return project(context, 'library', ['go'], { Go: { goTest: goTestTarget } });
}

/** The project of a controller. */
export function controllerProject(context: ControllerContext): InferredProject {
  return project(context, 'application', ['go', 'kubernetes'], {
    Go: { goBuild: goBuildTarget, goTest: goTestTarget, delveBuild: delveBuildTarget },
    Kubernetes: {
      kustomizeBuild: kustomizeBuildTarget,
      imageBuild: imageBuildTarget,
      kustomizeApply: kustomizeApplyTarget,
      imageRestart: imageRestartTarget,
      dev: devTarget,
      down: downTarget,
      logs: logsTarget,
      doctor: doctorTarget,
    },
    Control: { status: statusTarget, pause: pauseTarget, resume: resumeTarget, trigger: triggerTarget },
  });
}

function project<Context extends ModuleContext>(
  context: Context,
  projectType: 'application' | 'library',
  technologies: string[],
  groups: Record<string, Builders<Context>>,
): InferredProject {
  const targets: Record<string, TargetConfiguration> = {};
  const targetGroups: Record<string, string[]> = {};
  for (const [group, builders] of Object.entries(groups)) {
    for (const [kind, build] of Object.entries(builders)) {
      const name = context.names[kind as TargetKind];
      const target = name && build(context);
      if (!name || !target) continue;
      targets[name] = target;
      (targetGroups[group] ??= []).push(name);
    }
  }
  return {
    name: context.project,
    root: context.root,
    sourceRoot: context.root,
    projectType,
    targets,
    metadata: { technologies, targetGroups },
  };
}
