import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** What the graph knows of a module's sources beyond their place. Paths and globs are relative to the workspace root. */
export interface GoSources {
  /** Globs for the files embedded by the module and by the modules it depends on. */
  embedded: string[];
  /** The go.work that Go builds the module with. */
  goWork?: string;
  /** go.mod files of all modules that the go.work names: together they choose the versions of what is downloaded. */
  companions: string[];
}

/** Whatever `go build` compiles: Go, and what cgo and the assembler take. */
const sources = '{go,c,cc,cpp,cxx,m,h,hh,hpp,hxx,f,F,for,f90,s,S,sx,swig,swigcxx,syso}';

/** The toolchain and the settings that decide what it makes. */
const toolchain = { runtime: 'go env GOVERSION GOOS GOARCH CGO_ENABLED GOFLAGS' };

/** What compiling the packages of a module, without tests, reads. */
export function goBuildInputs({ embedded, goWork, companions }: GoSources): Inputs {
  return [
    `{projectRoot}/**/*.${sources}`,
    '!{projectRoot}/**/*_test.go',
    `!{projectRoot}/**/testdata/**/*.${sources}`,
    ...moduleFiles,
    ...workspaceFiles(goWork, companions),
    // One glob, for a negated one stands alone where it is of the dependencies.
    `^{projectRoot}/**/!(*_test).${sources}`,
    '^{projectRoot}/go.mod',
    ...embedded.map((glob) => `{workspaceRoot}/${glob}`),
    toolchain,
  ];
}

/** What testing a module can read: all its files, but for the pages at its root, and what its dependencies compile. */
export function goTestInputs({ embedded, goWork, companions }: GoSources): Inputs {
  return [
    '{projectRoot}/**/*',
    '!{projectRoot}/*.md',
    ...workspaceFiles(goWork, companions),
    `^{projectRoot}/**/!(*_test).${sources}`,
    '^{projectRoot}/go.mod',
    ...embedded.map((glob) => `{workspaceRoot}/${glob}`),
    toolchain,
    // Where the tests of controllers find an API server (envtest).
    { env: 'KUBEBUILDER_ASSETS' },
  ];
}

const moduleFiles = ['{projectRoot}/go.mod', '{projectRoot}/go.sum', '{projectRoot}/vendor/modules.txt'];

function workspaceFiles(goWork = 'go.work', companions: string[]): string[] {
  const directory = posix.dirname(goWork);
  return [goWork, posix.join(directory, 'go.work.sum'), ...companions].map((file) => `{workspaceRoot}/${file}`);
}
