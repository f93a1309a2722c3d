import type { Controller } from '../controller/find-controller.js';
import type { TargetNames } from '../controller/target-names.js';
import type { TargetOptions } from '../files/readers.js';
import type { GoSources } from './go-inputs.js';

/** What target builders know of a Go module. */
export interface ModuleContext {
  project: string;
  /** Relative to the workspace root; `.` for the root itself. */
  root: string;
  names: TargetNames;
  sources: GoSources;
  /** Go packages, directories relative to the root: `.`, `api/v1`. */
  packages: string[];
}

/** What target builders know of a controller. */
export interface ControllerContext extends ModuleContext {
  controller: Controller;
  /** The user's own options of the targets that make content. */
  configured: Record<ContentKind, TargetOptions>;
  /** Files outside `config` that rendering the manifests reads, relative to the workspace root. */
  manifestInputs: string[];
}

/** The targets whose files others read. */
export type ContentKind = 'goBuild' | 'kustomizeBuild' | 'imageBuild';
