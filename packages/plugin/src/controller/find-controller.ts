import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Facts } from '../files/facts.js';
import { readKustomization } from '../kustomize/kustomization-inputs.js';

/** How a controller's repository is laid out. Paths are relative to the project's root. */
export interface Controller {
  /** The package of `main`, as `go build` takes it: `.`, or `./cmd` in kubebuilder's newer layout. */
  main: string;
  /** Directory of the kustomization that is deployed. */
  kustomization: string;
}

const kustomization = 'config/default';
const mains = { 'main.go': '.', 'cmd/main.go': './cmd' };

/** The controller in a module's root, or undefined where the module is not one: it lacks a main or `config/default`. */
export function findController(facts: Facts, root: string): Controller | undefined {
  const main = Object.entries(mains).find(([file]) => existsSync(join(facts.workspaceRoot, root, file)))?.[1];
  if (!main || !readKustomization(facts, posix.join(root, kustomization))) return undefined;
  return { main, kustomization };
}
