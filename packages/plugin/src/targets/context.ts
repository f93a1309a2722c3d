import type { Controller } from '../controller/find-controller.js';
import type { TargetNames } from '../controller/target-names.js';
import type { TargetOptions } from '../files/readers.js';
import type { GoSources } from './go-inputs.js';

/** Facts about a Go module for the target builders. */
export interface ModuleContext {
  project: string;
  /** Root of the project, relative to the workspace root; `.` for the root itself. */
  root: string;
  names: TargetNames;
  sources: GoSources;
  /** Directories of the Go packages, relative to the project's root: `.`, `api/v1`. */
  packages: string[];
}

/** Facts about a controller for the target builders. */
export interface ControllerContext extends ModuleContext {
  controller: Controller;
  /** The user's options of the targets that make content. */
  configured: Record<ContentKind, TargetOptions>;
  /** Files outside of `config` that rendering the manifests reads, relative to the workspace root. */
  manifestInputs: string[];
}

/** Targets whose outputs other targets read. */
export type ContentKind = 'goBuild' | 'kustomizeBuild' | 'imageBuild';
