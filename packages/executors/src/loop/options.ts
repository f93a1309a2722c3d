import type { Cluster } from '@nx-kube/cluster';
import type { ContentOptions } from '../deploy/content.js';
import type { Emit } from '../events/events.js';
import type { PortForwardSpec } from '../forwards/port-forward-options.js';
import type { GoBuild } from '../go/build.js';
import type { ImageFor } from '../image/build/binary-path.js';
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
  /** The targets that a target waits for where one edit makes both run. Default: none. */
  waitsFor?: ReadonlyMap<string, readonly string[]>;
  /** Input files by target name. */
  inputs: ReadonlyMap<string, FileInputs>;
  /** Why a target is not cached, as a sentence, by its name. Default: all are cached. */
  notCached?: ReadonlyMap<string, string>;
  goBuild: GoBuild;
  /** The choice of the workload that image-build makes the image for. Default: none, it needs no workload. */
  imageFor?: ImageFor;
  kustomization: Render;
  /** Environment variables for runs through Nx: the GOARCH that the loop builds for. */
  env: Record<string, string>;
  /** Grace period (ms) of the controller's process between SIGTERM and SIGKILL. */
  graceMs?: number;
  /** Time-out (ms) for applied objects to become ready. */
  timeoutMs: number;
  /** Report the lines that the controller writes. */
  logs: boolean;
  /** Release the Lease of a process that has ended without giving it back. Default: false. */
  releaseLease?: boolean;
  portForwards: readonly PortForwardSpec[];
  /** Trigger modes by target. Default: `auto`. */
  modes: Readonly<Record<string, TriggerMode>>;
}

/** The parts that the loop works with. */
export interface LoopParts {
  cluster: Cluster;
  runner: TaskRunner;
  emit: Emit;
  signal: AbortSignal;
  /** Called before anything is applied for the first time. */
  onApplying?: () => void;
  /** Opens the way for commands from other terminals; give each of them to `obey`. */
  control?: (gate: GateView, obey: (request: Command) => void) => void;
  settings?: SettingsFiles;
  configuration?: NxConfiguration;
}

/** The configuration of the project in Nx, which can change while the loop runs. */
export interface NxConfiguration extends SettingsFiles {
  /** Returns the paths of the Go modules of the workspace at the time, other than the project's own. */
  modules: () => readonly string[];
}

/** A developer's settings, which can change while the loop runs. */
export interface SettingsFiles {
  /** Absolute paths of files that may not exist. */
  paths: readonly string[];
  /**
   * Reads the options again. `changed` names those that differ from the last ones. `anew`: something besides the loop's
   * own options differs, such as the cluster. @throws NxKubeError
   */
  read(): Promise<{ options: LoopOptions; changed: string[]; anew: boolean }>;
}

/** All targets of the loop, those first that others wait for. */
export function targetNames({ targets, secrets = [], flux = [], others = [] }: LoopOptions): string[] {
  return [...[...flux, ...secrets, ...others].map(({ target }) => target), ...Object.values(targets)];
}
