import { posix } from 'node:path';
import type { MainKind } from '../go/main-function.js';

/** What a repository says about which of its programs is the controller. */
export interface MainHints {
  /** The directories with code of the package main, relative to the module's root. */
  packages: ReadonlyMap<string, MainKind>;
  /** Packages that the Dockerfile builds, as written. */
  built?: readonly string[];
  /** Names of the workload, its containers and its images in the manifests. */
  names?: readonly string[];
}

/** The main packages of kubebuilder's layouts. */
const usual = ['.', 'cmd'];

/** Names of the program of a controller, the best first. */
const programs = ['manager', 'controller', 'operator', 'controller-manager'];

/** Directories of programs that help with development. */
const helpers = /^(hack|tools?|build|scripts?|tests?|e2e|examples?|samples|docs?|internal|third[-_]?party)$/;

/**
 * Finds the main package of a controller. In order: the one that the Dockerfile builds; one of kubebuilder's layouts;
 * the only one; the one that is named as the workload, a container or an image; the one with a usual name. A program
 * that talks to Kubernetes comes before others. Pure.
 *
 * @returns the path for `go build`, such as `.` or `./cmd/manager`; undefined where there is no program, or several are
 *   equally likely
 */
export function findMain({ packages, built = [], names = [] }: MainHints): string | undefined {
  const directories = [...packages].flatMap(([directory, kind]) => (kind === 'stub' ? [] : [directory]));
  const isKnown = (directory: string) => directories.includes(directory);
  const candidates = directories.filter((directory) => !directory.split('/').some((name) => helpers.test(name)));
  const managers = candidates.filter((directory) => packages.get(directory) === 'manager');
  const likely = managers.length ? managers : candidates;
  const called = (wanted: readonly string[]) =>
    likely.filter((directory) => wanted.includes(posix.basename(directory)));
  const found =
    only(unique(built.map(directoryOf)).filter(isKnown)) ??
    usual.find(isKnown) ??
    only(likely) ??
    only(called(names)) ??
    programs.map((name) => only(called([name]))).find(Boolean) ??
    // A program that is not written yet.
    usual.find((directory) => packages.has(directory));
  return found && (found === '.' ? found : `./${found}`);
}

/** Directory of a package argument of `go build`, which may name files. */
function directoryOf(argument: string): string {
  return posix.normalize(argument.endsWith('.go') ? posix.dirname(argument) : argument).replace(/\/$/, '');
}

function only(directories: readonly string[]): string | undefined {
  return directories.length === 1 ? directories[0] : undefined;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
