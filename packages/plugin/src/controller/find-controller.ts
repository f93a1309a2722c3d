import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Facts } from '../files/facts.js';
import type { MainKind } from '../go/main-function.js';
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

/** Names of the program of a controller in `cmd`, the best first. */
const programs = ['manager', 'controller', 'operator', 'controller-manager'];

/**
 * Finds the controller of a module. Returns undefined when the module lacks a main package or `config/default`.
 *
 * @param packages the directories with Go code of the package main, relative to the module's root
 */
export function findController(
  facts: Facts,
  root: string,
  packages: ReadonlyMap<string, MainKind>,
): Controller | undefined {
  const found = Object.entries(mains)
    .filter(([file]) => existsSync(join(facts.workspaceRoot, root, file)))
    .map(([, main]) => main);
  if (!found.length || !readKustomization(facts, posix.join(root, kustomization))) return undefined;
  return { main: mainPackage(found, packages) ?? found[0]!, kustomization };
}

/**
 * The main package of a controller: of the usual directories the first with a program, else a program in a directory of
 * `cmd`. Kubebuilder leaves an empty `cmd/main.go` where the program has been moved. Pure.
 *
 * @param usual `.` and `./cmd`, as far as they have a main.go
 * @param packages the directories with Go code of the package main
 * @returns undefined where there is no program, or several that are equally likely
 */
export function mainPackage(usual: readonly string[], packages: ReadonlyMap<string, MainKind>): string | undefined {
  const kindOf = (main: string) => packages.get(posix.normalize(main));
  const isProgram = (main: string) => ['program', 'manager'].includes(kindOf(main) ?? '');
  const first = usual.find(isProgram);
  if (first) return first;
  const inCmd = [...packages.keys()]
    .filter((directory) => /^cmd\/[^/]+$/.test(directory))
    .map((directory) => `./${directory}`)
    .filter(isProgram);
  const managers = inCmd.filter((main) => kindOf(main) === 'manager');
  const likely = managers.length ? managers : inCmd;
  const named = programs.map((name) => `./cmd/${name}`).find((main) => likely.includes(main));
  return named ?? (likely.length === 1 ? likely[0] : undefined);
}
