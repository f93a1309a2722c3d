import { buildGo, type GoBuild } from '../../go/build.js';
import { contentId } from '../../go/content-id.js';
import type { PreparedBase } from '../../pods/binary.js';
import type { PodKeeper } from '../../pods/pod-keeper.js';
import type { MadeContent, LoopTarget } from './loop-target.js';
import type { TaskRunner } from './task-runner.js';

export interface GoBuildTargetParts {
  target: string;
  build: GoBuild;
  runner: TaskRunner;
  /** Variables that a run through Nx needs to make the same binary as `build`. */
  env: Record<string, string>;
  /** The pods; resolves once the workload has been applied. */
  keeper: (until: AbortSignal) => Promise<PodKeeper>;
  /** The same, if it has been applied already. */
  currentKeeper: () => PodKeeper | undefined;
  /** Called each time there is a binary. */
  onBuilt: () => void;
  onOutput: (line: string) => void;
}

interface BinaryContent {
  path: string;
  prepared?: PreparedBase;
}

/**
 * The controller's binary. The first one comes through Nx, which may have it in its cache; after an edit `go build`
 * starts at once, for it is the fastest there is and no other run can be waited for in its place.
 */
export function goBuildTarget(options: GoBuildTargetParts): LoopTarget<BinaryContent> {
  const { target, build, runner, env, keeper, currentKeeper, onBuilt, onOutput } = options;
  let first = true;
  /** Set from the start of a build until its binary is delivered, or another build takes its place. */
  let preparing: PreparedBase | undefined;
  /** Set while Nx's cache does not have what was built last. */
  let uncached = false;

  const built = async (path: string, prepared?: PreparedBase): Promise<MadeContent<BinaryContent>> => {
    const digest = await contentId(path);
    onBuilt();
    return { ok: true, digest, content: { path, prepared } };
  };
  return {
    target,
    async make(signal) {
      preparing?.pack.cancel();
      if (first) {
        first = false;
        // A failure is told by the build that follows, in the compiler's own words.
        if ((await runner.run(target, { env, signal, onOutput })).ok) return built(build.output);
      }
      uncached = true;
      const prepared = currentKeeper()?.prepare();
      const result = await buildGo(build, { signal, onOutput });
      preparing = await prepared;
      if (!result.ok) {
        preparing?.pack.cancel();
        return { ok: false, message: result.cancelled ? 'cancelled' : result.diagnostics };
      }
      return built(result.path, preparing);
    },
    /** Leaves the binary in Nx's cache: it is up to date, so nothing is linked again. */
    async idle(signal) {
      if (uncached) uncached = !(await runner.run(target, { env, signal })).ok;
    },
    async deliver({ path, prepared }, signal) {
      preparing = undefined;
      return (await keeper(signal)).bring(path, prepared, signal);
    },
  };
}
