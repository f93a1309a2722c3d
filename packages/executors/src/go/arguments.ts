/** Options of a Go build. All paths are absolute. */
export interface GoBuild {
  /** Folder in which go runs: the one with `go.mod`. */
  directory: string;
  /**
   * Folder that paths in compiler messages become relative to, so that a terminal can open them. Default: `directory`.
   */
  root?: string;
  /** Package to build, relative to `directory`, as go takes it. Default: `.`. */
  main?: string;
  /** Path of the binary. The same build must keep the same path: go then skips the link when nothing changed. */
  output: string;
  /** Build tags. Default: none. */
  tags?: string[];
  /** Linker flags, passed as one argument. A list is joined by spaces. Default: `-s -w`. */
  ldflags?: string | string[];
  /** Compiler flags, like `ldflags`. Default: none. */
  gcflags?: string | string[];
  /** Assembler flags, like `ldflags`. Default: none. */
  asmflags?: string | string[];
  /** Environment variables for go. They win over `goos`, `goarch` and the default of CGO_ENABLED. */
  env?: Record<string, string>;
  /** GOOS. Default: `linux`, the system of pods. */
  goos?: string;
  /** GOARCH. Default: GOARCH of the environment or `go env`, else this machine's. */
  goarch?: string;
  /** Builds with the race detector, which needs a C compiler here and a C library in the image. Default: false. */
  race?: boolean;
  /** Removes file system paths from the binary. Default: false, as a change of it rebuilds every dependency. */
  trimpath?: boolean;
  /** Stamps the commit into the binary. Default: false, as the binary would differ at each commit. */
  buildvcs?: boolean;
}

export const defaultLdflags = '-s -w';

/**
 * Arguments of `go build`. Pure.
 *
 * @param verbose makes go print each package that it compiles
 */
export function goArguments(build: GoBuild, { verbose = false } = {}): string[] {
  const flags = (name: string, value: string | string[] | undefined) => {
    const text = Array.isArray(value) ? value.join(' ') : value;
    return text ? [`-${name}=${text}`] : [];
  };
  return [
    'build',
    ...(verbose ? ['-v'] : []),
    '-o',
    build.output,
    `-buildvcs=${build.buildvcs ?? false}`,
    ...(build.trimpath ? ['-trimpath'] : []),
    ...(build.race ? ['-race'] : []),
    ...flags('tags', build.tags?.join(',')),
    ...flags('ldflags', build.ldflags ?? defaultLdflags),
    ...flags('gcflags', build.gcflags),
    ...flags('asmflags', build.asmflags),
    '--',
    packagePath(build.main ?? '.'),
  ];
}

/**
 * Variables to add to the environment of go. Pure.
 *
 * @param inherited the environment to which they are added
 */
export function goEnvironment(build: GoBuild, inherited: Record<string, string | undefined>): Record<string, string> {
  const cgo = build.race ? '1' : (inherited['CGO_ENABLED'] ?? '0');
  return {
    CGO_ENABLED: cgo,
    GOOS: build.goos ?? 'linux',
    ...(build.goarch ? { GOARCH: build.goarch } : {}),
    ...build.env,
  };
}

/** Path of a package as go takes it. Without a leading dot, go looks for `cmd/manager` in the standard library. */
export function packagePath(main: string): string {
  return /^(\.{1,2}(\/|$)|\/)/.test(main) ? main : `./${main}`;
}
