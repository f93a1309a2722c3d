import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { escapeGlob } from '@nx-kube/executors';
import { nxGlob } from '../files/nx-glob.js';
import type { HiddenFile } from '../files/visibility.js';
import { inRoot, isPlain, type Fileset } from './reads.js';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** Facts about a module's sources. Paths and globs are relative to the workspace root. */
export interface GoSources {
  /** Globs of the files that the module and its dependencies embed. */
  embedded: string[];
  /** The go.work with which Go builds the module. */
  goWork?: string;
  /** go.mod files of all modules of the go.work. Together they choose the versions of downloaded modules. */
  companions: string[];
  /** Roots of the projects on which the module depends, directly or not. */
  dependencies: string[];
  /** Directories of modules that Go takes from a directory and that are no projects. */
  others: string[];
  /** Files and folders of the workspace that Go reads through symbolic links. */
  linked: string[];
  /** Files that Go reads and Nx does not see. */
  hidden: HiddenFile[];
}

/** Extensions of all files that `go build` compiles: Go, cgo and assembler. */
const sources = '{go,c,cc,cpp,cxx,m,h,hh,hpp,hxx,f,F,for,f90,s,S,sx,swig,swigcxx,syso}';

/** The toolchain, and the settings that affect its output. */
const toolchain = { runtime: 'go env GOVERSION GOOS GOARCH CGO_ENABLED GOFLAGS' };

/** Inputs of compiling the packages of a module, without tests. */
export function goBuildInputs(root: string, facts: GoSources): Inputs {
  const within = inRoot(root);
  return [
    `${within}/**/*.${sources}`,
    `!${within}/**/*_test.go`,
    `!${within}/**/testdata/**/*.${sources}`,
    ...['go.mod', 'go.sum', 'vendor/modules.txt'].map((file) => `${within}/${file}`),
    ...fromElsewhere(facts),
    toolchain,
  ];
}

/** Inputs of testing a module: all its files except Markdown at its root, and the sources of its dependencies. */
export function goTestInputs(root: string, facts: GoSources): Inputs {
  const within = inRoot(root);
  return [
    `${within}/**/*`,
    `!${within}/*.md`,
    ...fromElsewhere(facts),
    toolchain,
    // Folder of the API server for controller tests (envtest).
    { env: 'KUBEBUILDER_ASSETS' },
  ];
}

function fromElsewhere({ embedded, goWork, companions, dependencies, others, linked }: GoSources): Inputs {
  const inWorkspace = (path: string) => !path.startsWith('..');
  const directories = [...dependencies.filter((root) => !isPlain(root)), ...others.filter(inWorkspace)];
  return [
    ...workspaceFiles(goWork, companions)
      .filter(inWorkspace)
      .map((file) => `{workspaceRoot}/${nxGlob(file)}`),
    // One glob for both: for dependencies, Nx evaluates a negated glob alone.
    `^{projectRoot}/**/!(*_test).${sources}`,
    '^{projectRoot}/go.mod',
    ...directories.map(nxGlob).flatMap(ofModule),
    ...linked.map(nxGlob).flatMap((path) => [`{workspaceRoot}/${path}`, `{workspaceRoot}/${path}/**/*`]),
    ...embedded.filter(inWorkspace).map((glob) => `{workspaceRoot}/${glob}`),
  ];
}

/** The inputs of a module that is named by its directory. Nx 23 does not find `!(*_test)` below a `?`. */
function ofModule(root: string): string[] {
  return [`**/*.${sources}`, 'go.mod', 'go.sum']
    .map((glob) => `{workspaceRoot}/${posix.join(root, glob)}`)
    .concat(`!{workspaceRoot}/${posix.join(root, '**/*_test.go')}`);
}

/** The files that Go reads whether Nx sees them or not. */
export function goReads(root: string, facts: GoSources): Fileset[] {
  const { embedded, goWork, companions, dependencies, others, linked } = facts;
  const roots = [root, ...dependencies, ...others];
  const named = [...(goWork ? workspaceFiles(goWork, companions) : []), ...linked].map(escapeGlob);
  const below = (at: string, glob: string) => (at === '.' ? glob : `${escapeGlob(at)}/${glob}`);
  return [
    {
      include: roots.flatMap(moduleGlobs),
      // Go compiles nothing in these folders.
      exclude: roots.flatMap((at) =>
        ['_*/**', '.*/**', 'testdata/**', 'node_modules/**'].map((glob) => below(at, `**/${glob}`)),
      ),
    },
    { include: [...named, ...embedded], exclude: [] },
  ];
}

/** Globs of the files that Go reads of a module, with its path escaped. */
function moduleGlobs(root: string): string[] {
  const globs = [`**/!(*_test).${sources}`, 'go.mod', 'go.sum'];
  return globs.map((glob) => (root === '.' ? glob : `${escapeGlob(root)}/${glob}`));
}

function workspaceFiles(goWork = 'go.work', companions: string[]): string[] {
  return [goWork, posix.join(posix.dirname(goWork), 'go.work.sum'), ...companions];
}
