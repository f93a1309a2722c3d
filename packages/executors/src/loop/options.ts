import type { Cluster } from '@nx-kube/cluster';
import type { ContentOptions } from '../deploy/content.js';
import type { Emit } from '../events/events.js';
import type { PortForwardSpec } from '../forwards/port-forward-options.js';
import type { GoBuild } from '../go/build.js';
import type { Render } from '../kustomize/render.js';
import type { Command } from './commands.js';
import type { GateView, TriggerMode } from './plan/gate.js';
import type { FileInputs } from './plan/stale-targets.js';
import type { FluxTargetOptions } from './targets/flux.js';
import type { OtherTargetOptions } from './targets/other.js';
import type { SecretsTargetOptions } from './targets/secrets.js';
import type { TaskRunner } from './targets/task-runner.js';

export interface LoopOptions {
  workspaceRoot: string;
  deploy: ContentOptions;
  /** Names of the targets that make the content. */
  targets: { goBuild: string; kustomizeBuild: string; imageBuild: string };
  /** Targets that make Secrets. Default: none. */
  secrets?: readonly SecretsTargetOptions[];
  /** Targets that install Flux. Default: none. */
  flux?: readonly FluxTargetOptions[];
  /** Other targets that are part of the loop. Default: none. */
  others?: readonly OtherTargetOptions[];
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

/** What the loop works with. */
export interface LoopParts {
  cluster: Cluster;
  runner: TaskRunner;
  emit: Emit;
  signal: AbortSignal;
  /** Called before anything is applied for the first time. */
  onApplying?: () => void;
  /** Opens the way for commands from other terminals, each of which is given to `obey`. */
  control?: (gate: GateView, obey: (request: Command) => void) => void;
  settings?: SettingsFiles;
}

/** A developer's settings, which may change while the loop runs. */
export interface SettingsFiles {
  /** Absolute paths, of files that may not be there. */
  paths: readonly string[];
  /**
   * The options by the files as they are now, and the names of those that differ from the last ones; `anew` where
   * something else than the loop's own options differs, such as the cluster. @throws NxKubeError
   */
  read(): Promise<{ options: LoopOptions; changed: string[]; anew: boolean }>;
}

/** Every target of the loop, those first that others wait for. */
export function targetNames({ targets, secrets = [], flux = [], others = [] }: LoopOptions): string[] {
  return [...[...flux, ...secrets, ...others].map(({ target }) => target), ...Object.values(targets)];
}
