import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { NxKubeError } from '@nx-kube/cluster';
import { requireCommand } from '../process/find.js';
import type { Outcome } from '../process/outcome.js';
import { runCommand } from '../process/run.js';
import { withTemporaryFolder } from '../process/temporary.js';
import { goArguments, goEnvironment, packagePath, type GoBuild } from './arguments.js';
import { isProgress, rebasePosition } from './diagnostics.js';
import { countPackages, isPackage, type GoProgress } from './progress.js';

export type { GoBuild } from './arguments.js';
export type { GoProgress } from './progress.js';

/**
 * Result of a Go build. `path` is the binary. On failure `diagnostics` is the compiler's text, unchanged except for the
 * base of its paths.
 */
export type GoBuildResult = Outcome<{ path: string }>;

export interface BuildGoOptions {
  /** Stops go and every compiler and linker it started. */
  signal?: AbortSignal;
  /** Called once with each line that go writes: progress and diagnostics. */
  onOutput?: (line: string) => void;
  /** Called for each compiled package. It needs a list of all packages, so omit it where speed matters. */
  onProgress?: (progress: GoProgress) => void;
}

/**
 * Builds a Go program with the user's own go and build cache.
 *
 * @throws NxKubeError (configuration) when go is missing, `output` is a folder, or `main` is not a program
 */
export async function buildGo(
  build: GoBuild,
  { signal, onOutput, onProgress }: BuildGoOptions = {},
): Promise<GoBuildResult> {
  const go = await requireCommand('go', 'Install Go from https://go.dev/dl and put its bin folder on PATH.');
  await prepareOutput(build.output);
  const before = await fingerprint(build.output);
  const { directory, root = directory } = build;

  // A go that is killed leaves its work folder behind, as large as a half-linked binary. This one is removed below.
  const parent = process.env['GOTMPDIR'] || undefined;
  return await withTemporaryFolder(
    'go',
    async (work) => {
      const diagnostics: string[] = [];
      const env = { GOTMPDIR: work, ...goEnvironment(build, process.env) };
      const progress: GoProgress = { compiled: 0 };
      const counted = onProgress && countPackages(go, { ...listed(build), env, signal });
      if (counted) {
        inBackground(
          counted.then((total) => (progress.total = total)),
          failureIsABug,
        );
      }
      const { exitCode, cancelled, ms } = await runCommand(go, goArguments(build, { verbose: Boolean(onProgress) }), {
        cwd: directory,
        env,
        signal,
        onLine: (line) => {
          if (onProgress && isPackage(line)) {
            progress.compiled += 1;
            return onProgress({ ...progress });
          }
          const text = rebasePosition(line, directory, root);
          if (!isProgress(line)) diagnostics.push(text);
          onOutput?.(text);
        },
      });
      if (cancelled) {
        await dropHalfWritten(build.output, before);
        return { ok: false, cancelled: true, ms };
      }
      if (exitCode !== 0) return { ok: false, cancelled: false, diagnostics: diagnostics.join('\n'), ms };
      await requireProgram(build);
      return { ok: true, path: build.output, ms };
    },
    parent,
  );
}

function listed({ directory, main = '.', tags = [] }: GoBuild) {
  return { directory, main: packagePath(main), tags };
}

async function prepareOutput(output: string): Promise<void> {
  await mkdir(dirname(output), { recursive: true });
  const found = await stat(output).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new NxKubeError('configuration', `"output": ${output} is a folder.`, {
      next: 'Set it to the path of a file, such as bin/manager.',
    });
  }
}

async function fingerprint(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
    () => 'none',
  );
}

/**
 * Removes a binary that an aborted build may have written in part. To another file system go copies the linked binary
 * instead of renaming it. A partial copy starts with the build id of a whole one: the next build would keep it.
 */
async function dropHalfWritten(output: string, before: string): Promise<void> {
  if ((await fingerprint(output)) !== before) await rm(output, { force: true });
}

/**
 * Checks that the output is a program: for a package other than `main`, `go build -o` writes an archive without an
 * error.
 */
async function requireProgram({ output, main = '.' }: GoBuild): Promise<void> {
  const file = await open(output).catch(() => undefined);
  try {
    const { buffer } = (await file?.read(Buffer.alloc(8), 0, 8, 0)) ?? { buffer: Buffer.alloc(0) };
    if (file && buffer.toString('latin1') !== '!<arch>\n') return;
  } finally {
    await file?.close();
  }
  await rm(output, { force: true });
  throw new NxKubeError('configuration', `"main": ${main} is not a program: its package is not called main.`, {
    next: 'Set "main" to the folder with func main, such as ./cmd/manager.',
  });
}
