import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Facts } from '../files/facts.js';
import { readKustomization } from '../kustomize/kustomization-inputs.js';

/** Layout of a controller's repository. Paths are relative to the project's root. */
export interface Controller {
  /** Path of the main package for `go build`: `.`, or `./cmd` in kubebuilder's newer layout. */
  main: string;
  /** Directory of the kustomization to deploy. */
  kustomization: string;
}

const kustomization = 'config/default';
const mains = { 'main.go': '.', 'cmd/main.go': './cmd' };

/** Finds the controller of a module. Returns undefined when the module lacks a main package or `config/default`. */
export function findController(facts: Facts, root: string): Controller | undefined {
  const main = Object.entries(mains).find(([file]) => existsSync(join(facts.workspaceRoot, root, file)))?.[1];
  if (!main || !readKustomization(facts, posix.join(root, kustomization))) return undefined;
  return { main, kustomization };
}
