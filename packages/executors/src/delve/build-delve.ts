import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { requireCommand } from '../process/find.js';
import type { Outcome } from '../process/outcome.js';
import { runCommand } from '../process/run.js';
import { replaceFile, withTemporaryFolder } from '../process/temporary.js';
import { requireGoVersion, supportedByDelve, type GoVersions } from './go-versions.js';

/** The newest Delve at the time of this release. It debugs programs of Go 1.25 to 1.27. */
export const defaultDelveVersion = '1.27.2';
const delveModule = 'github.com/go-delve/delve';

export interface DelveBuild {
  /** Folder of the project, whose Go version must be supported. */
  directory: string;
  /** Absolute path of the program. `delve.json` beside it records its version and Go versions. */
  output: string;
  /** Version of the module, without `v`. Default: 1.27.2. */
  version?: string;
  /** GOARCH of the program. Default: this machine's. */
  goarch?: string;
}

/** The content of `delve.json`, beside a built Delve. */
export interface DelveInfo {
  version: string;
  /** Supported Go versions. Absent when the source of this Delve does not state them. */
  go?: GoVersions;
}

export type DelveBuildResult = Outcome<{ path: string }>;

/**
 * Builds Delve from its Go module: static, for Linux, the same bytes on every machine.
 *
 * @throws NxKubeError (configuration) when the version is malformed, or Delve does not support the project's Go version
 */
export async function buildDelve(
  build: DelveBuild,
  { signal, onOutput }: { signal?: AbortSignal; onOutput?: (line: string) => void } = {},
): Promise<DelveBuildResult> {
  const { directory, output, version = defaultDelveVersion, goarch } = build;
  const go = await requireCommand('go', 'Install Go from https://go.dev/dl and put its bin folder on PATH.');
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
    throw new NxKubeError('configuration', `"version": "${version}" is not a Delve version.`, {
      next: `Write it in full and without "v", such as ${defaultDelveVersion}.`,
    });
  }
  const started = performance.now();
  return await withTemporaryFolder('delve', async (work) => {
    const diagnostics: string[] = [];
    const run = async (args: string[], env: Record<string, string> = {}) => {
      const result = await runCommand(go, args, {
        cwd: work,
        // The user's flags and workspace are meant for the user's code, not for Delve.
        env: { GOWORK: 'off', GOFLAGS: '', ...env },
        signal,
        onLine: (line) => {
          if (env['GOPATH']) onOutput?.(line);
          diagnostics.push(line);
        },
      });
      return result;
    };
    const fail = (cancelled: boolean): DelveBuildResult => {
      const ms = performance.now() - started;
      return cancelled
        ? { ok: false, cancelled: true, ms }
        : { ok: false, cancelled: false, diagnostics: diagnostics.join('\n'), ms };
    };

    const download = await run(['mod', 'download', '-json', `${delveModule}@v${version}`]);
    if (download.exitCode !== 0) return fail(download.cancelled);
    const { Dir: source } = JSON.parse(download.stdout) as { Dir: string };
    const compatible = await readFile(join(source, 'pkg', 'goversion', 'compat.go'), 'utf8').catch(() => '');
    const info: DelveInfo = { version, go: supportedByDelve(compatible) };
    if (info.go) requireGoVersion(version, info.go, await projectGoVersion(directory, signal));

    diagnostics.length = 0;
    // `go install` builds a module by its own go.sum. For another platform it installs into a folder of GOPATH and
    // refuses GOBIN. So GOPATH is set, and the user's module cache stays in use.
    const modCache = (await run(['env', 'GOMODCACHE'])).stdout.trim();
    diagnostics.length = 0;
    const install = await run(
      ['install', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', `${delveModule}/cmd/dlv@v${version}`],
      {
        GOPATH: work,
        GOMODCACHE: modCache,
        GOBIN: '',
        CGO_ENABLED: '0',
        GOOS: 'linux',
        ...(goarch && { GOARCH: goarch }),
      },
    );
    if (install.exitCode !== 0) return fail(install.cancelled);

    await mkdir(dirname(output), { recursive: true });
    const program = await programIn(join(work, 'bin'));
    // Another process may be running the old program.
    await replaceFile(output, (temporary) => copyFile(program, temporary));
    await writeFile(infoPath(output), `${JSON.stringify(info, undefined, 2)}\n`);
    return { ok: true, path: output, ms: performance.now() - started };
  });
}

/** Go version that builds the project, as `go env GOVERSION` prints it. The toolchain line of go.mod counts. */
export async function projectGoVersion(directory: string, signal?: AbortSignal): Promise<string> {
  const go = await requireCommand('go', 'Install Go from https://go.dev/dl and put its bin folder on PATH.');
  return (await runCommand(go, ['env', 'GOVERSION'], { cwd: directory, signal })).stdout.trim();
}

/** Reads what `buildDelve` recorded. @param delve absolute path of the program */
export async function readDelveInfo(delve: string): Promise<DelveInfo> {
  return JSON.parse(await readFile(infoPath(delve), 'utf8')) as DelveInfo;
}

function infoPath(delve: string): string {
  return join(dirname(delve), 'delve.json');
}

/** Path of the program in GOPATH: `bin/dlv`, or `bin/linux_arm64/dlv` for another platform. */
async function programIn(bin: string): Promise<string> {
  const files = await readdir(bin, { recursive: true, withFileTypes: true });
  const file = files.find((entry) => entry.isFile() && entry.name === 'dlv')!;
  return join(file.parentPath, file.name);
}
