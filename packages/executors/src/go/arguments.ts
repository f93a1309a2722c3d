/** What is built and how, with every default filled in by the caller or by the comments here. Paths are absolute. */
export interface GoBuild {
  /** Folder that go runs in: the one with `go.mod`. */
  directory: string;
  /** Paths in the compiler's messages are made relative to this folder, so that a terminal there can open them. Default: `directory`. */
  root?: string;
  /** Package to build, as go takes it, relative to `directory`. Default: `.`. */
  main?: string;
  /** The binary. Always the same path for the same build, so that go can skip the link when nothing changed. */
  output: string;
  /** Default: none. */
  tags?: string[];
  /** Handed to the linker as one argument; a list is joined by spaces. Default: `-s -w`. */
  ldflags?: string | string[];
  /** As `ldflags`, for the compiler. Default: none. */
  gcflags?: string | string[];
  /** As `ldflags`, for the assembler. Default: none. */
  asmflags?: string | string[];
  /** Added to the environment last: what is set here beats `goos`, `goarch` and the default of CGO_ENABLED. */
  env?: Record<string, string>;
  /** Default: `linux`, for that is what pods run. */
  goos?: string;
  /** Default: what go itself takes: GOARCH of the environment or `go env`, else this machine's. */
  goarch?: string;
  /** Build with the race detector; needs a C compiler and a C library in the image. Default: false. */
  race?: boolean;
  /** Default: false, for changing it rebuilds every dependency. */
  trimpath?: boolean;
  /** Stamp the commit into the binary. Default: false, for the binary would differ at each commit. */
  buildvcs?: boolean;
}

export const defaultLdflags = '-s -w';

/**
 * The arguments of go. Pure.
 *
 * @param verbose have go name each package that it compiles
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
 * What is added to the environment of go. Pure.
 *
 * @param inherited the environment that this is added to
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

/** Go takes `cmd/manager` for a package of its standard library; a path in the project has to start with a dot. */
export function packagePath(main: string): string {
  return /^(\.{1,2}(\/|$)|\/)/.test(main) ? main : `./${main}`;
}
