import type { ContentOptions } from '../deploy/content.js';
import type { PortForwardSpec } from '../forwards/port-forward-options.js';
import type { GoBuild } from '../go/build.js';
import type { Render } from '../kustomize/render.js';
import type { FluxTarget } from './targets/flux.js';
import type { TriggerMode } from './plan/gate.js';
import type { FileInputs } from './plan/stale-targets.js';
import type { SecretsTarget } from './targets/secrets.js';
import type { OtherTarget } from './targets/other.js';

export interface LoopOptions {
  workspaceRoot: string;
  deploy: ContentOptions;
  /** Names of the targets that make the content. */
  targets: { goBuild: string; kustomizeBuild: string; imageBuild: string };
  /** Targets that make Secrets. Default: none. */
  secrets?: readonly SecretsTarget[];
  /** Targets that install Flux. Default: none. */
  flux?: readonly FluxTarget[];
  /** Other targets that are part of the loop. Default: none. */
  others?: readonly OtherTarget[];
  /** The targets that a target waits for where an edit makes both run. Default: none. */
  waitsFor?: ReadonlyMap<string, readonly string[]>;
  /** The files that each target is made from, by its name. */
  inputs: ReadonlyMap<string, FileInputs>;
  goBuild: GoBuild;
  kustomization: Render;
  /** Variables for runs through Nx: the GOARCH that the loop itself builds for. */
  env: Record<string, string>;
  /** Time between SIGTERM and SIGKILL for the controller's process, in ms. */
  graceMs?: number;
  /** How long what was applied may take to become ready, in ms. */
  timeoutMs: number;
  /** Report what the controller writes. */
  logs: boolean;
  /** End the Lease of a process that is gone and did not give it back. Default: false. */
  releaseLease?: boolean;
  portForwards: readonly PortForwardSpec[];
  /** By target; `auto` where there is none. */
  modes: Readonly<Record<string, TriggerMode>>;
}

/** Every target of the loop, those first that others wait for. */
export function targetNames({ targets, secrets = [], flux = [], others = [] }: LoopOptions): string[] {
  return [...[...flux, ...secrets, ...others].map(({ target }) => target), ...Object.values(targets)];
}
