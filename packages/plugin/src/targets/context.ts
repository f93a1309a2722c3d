import type { Controller } from '../controller/find-controller.js';
import type { TargetNames } from '../controller/target-names.js';
import type { TargetOptions } from '../files/readers.js';
import type { HiddenFile } from '../files/visibility.js';
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
  /** What rendering the manifests reads. */
  manifestInputs: ManifestInputs;
  /** What an image from a Dockerfile is made of and Nx does not see. */
  imageHidden: HiddenFile[];
}

/** Files that rendering the manifests reads. Paths are relative to the workspace root. */
export interface ManifestInputs {
  /** All of them in the workspace, some of which may not exist. */
  files: string[];
  /** Files of the workspace to which symbolic links among them lead. */
  linked: string[];
  /** Those that Nx does not see. */
  hidden: HiddenFile[];
}

/** Targets whose outputs other targets read. */
export type ContentKind = 'goBuild' | 'kustomizeBuild' | 'imageBuild';
