import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Facts } from '../files/facts.js';
import type { MainKind } from '../go/main-function.js';
import { readKustomization } from '../kustomize/kustomization-inputs.js';
import { dockerfileBuilds } from './dockerfile-builds.js';
import { findKustomization, standardKustomization } from './find-kustomization.js';
import { findMain } from './find-main.js';

/** Layout of a controller's repository. Paths are relative to the project's root. */
export interface Controller {
  /** Path of the main package for `go build`: `.`, `./cmd` or `./cmd/manager`. */
  main: string;
  /** Directory of the kustomization to deploy. */
  kustomization: string;
}

/** What the user's options say about the layout, relative to the project's root. */
export interface WantedLayout {
  main?: string;
  kustomization?: string;
  dockerfile?: string;
}

/** Whether a module has kubebuilder's layout. Unlike `findController`, it reads no Go code. */
export function hasStandardLayout(facts: Facts, root: string): boolean {
  const main = ['main.go', 'cmd/main.go'].some((file) => existsSync(join(facts.workspaceRoot, root, file)));
  return main && readKustomization(facts, posix.join(root, standardKustomization)) !== undefined;
}

/**
 * Finds the controller of a module. Options decide; else what the repository says.
 *
 * @param packages the directories with code of the package main, relative to the module's root
 * @returns undefined when the module lacks a program or manifests, or several are equally likely
 */
export function findController(
  facts: Facts,
  root: string,
  packages: ReadonlyMap<string, MainKind>,
  wanted: WantedLayout = {},
): Controller | undefined {
  if (!packages.size && wanted.main === undefined) return undefined;
  const found = findKustomization(facts, root, wanted.kustomization);
  if (!found) return undefined;
  const { directory: kustomization, names } = found;
  if (wanted.main !== undefined) return { main: wanted.main, kustomization };
  const dockerfile = posix.join(root, wanted.dockerfile ?? 'Dockerfile');
  const main = findMain({ packages, built: facts.read(dockerfile, dockerfileBuilds), names });
  return main === undefined ? undefined : { main, kustomization };
}
