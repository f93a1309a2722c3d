import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** Facts about a module's sources outside of its folder. Paths and globs are relative to the workspace root. */
export interface GoSources {
  /** Globs of the files that the module and its dependencies embed. */
  embedded: string[];
  /** The go.work with which Go builds the module. */
  goWork?: string;
  /** go.mod files of all modules of the go.work. Together they choose the versions of downloaded modules. */
  companions: string[];
}

/** Extensions of all files that `go build` compiles: Go, cgo and assembler. */
const sources = '{go,c,cc,cpp,cxx,m,h,hh,hpp,hxx,f,F,for,f90,s,S,sx,swig,swigcxx,syso}';

/** The toolchain, and the settings that affect its output. */
const toolchain = { runtime: 'go env GOVERSION GOOS GOARCH CGO_ENABLED GOFLAGS' };

/** Inputs of compiling the packages of a module, without tests. */
export function goBuildInputs({ embedded, goWork, companions }: GoSources): Inputs {
  return [
    `{projectRoot}/**/*.${sources}`,
    '!{projectRoot}/**/*_test.go',
    `!{projectRoot}/**/testdata/**/*.${sources}`,
    ...moduleFiles,
    ...workspaceFiles(goWork, companions),
    // One glob for both: for dependencies, Nx evaluates a negated glob alone.
    `^{projectRoot}/**/!(*_test).${sources}`,
    '^{projectRoot}/go.mod',
    ...embedded.map((glob) => `{workspaceRoot}/${glob}`),
    toolchain,
  ];
}

/** Inputs of testing a module: all its files except Markdown at its root, and the sources of its dependencies. */
export function goTestInputs({ embedded, goWork, companions }: GoSources): Inputs {
  return [
    '{projectRoot}/**/*',
    '!{projectRoot}/*.md',
    ...workspaceFiles(goWork, companions),
    `^{projectRoot}/**/!(*_test).${sources}`,
    '^{projectRoot}/go.mod',
    ...embedded.map((glob) => `{workspaceRoot}/${glob}`),
    toolchain,
    // Folder of the API server for controller tests (envtest).
    { env: 'KUBEBUILDER_ASSETS' },
  ];
}

const moduleFiles = ['{projectRoot}/go.mod', '{projectRoot}/go.sum', '{projectRoot}/vendor/modules.txt'];

function workspaceFiles(goWork = 'go.work', companions: string[]): string[] {
  const directory = posix.dirname(goWork);
  return [goWork, posix.join(directory, 'go.work.sum'), ...companions].map((file) => `{workspaceRoot}/${file}`);
}
