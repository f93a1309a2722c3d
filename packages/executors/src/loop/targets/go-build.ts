import { childController } from '@nx-kube/cluster';
import { buildGo, type GoBuild } from '../../go/build.js';
import { contentId } from '../../go/content-id.js';
import type { PreparedBase } from '../../pods/binary.js';
import type { PodKeeper } from '../../pods/pod-keeper.js';
import { waitSilently, type LoopTarget, type MadeContent } from './loop-target.js';
import type { TaskRunner } from './task-runner.js';

export interface GoBuildTargetParts {
  target: string;
  build: GoBuild;
  runner: TaskRunner;
  /** Environment variables that a run through Nx needs to make the same binary as `build`. */
  env: Record<string, string>;
  /** Name of the target that applies the workload. */
  kustomizeBuild: string;
  /** Resolves to the keeper of the pods once the workload has been applied. */
  keeper: (until: AbortSignal) => Promise<PodKeeper>;
  /** Whether `keeper` resolves at once. */
  hasKeeper: () => boolean;
  /** Returns the keeper if the workload has been applied already. */
  currentKeeper: () => PodKeeper | undefined;
  /** Whether Nx caches the target at present. Default: yes. */
  isCached?: () => boolean;
  /** Called each time a binary has been made, with its digest. */
  onBuilt: (digest: string) => void;
  onOutput: (line: string) => void;
}

interface BinaryContent {
  path: string;
  digest: string;
  prepared?: PreparedBase;
}

/**
 * The controller's binary. The first one comes through Nx, which may have it in its cache. After an edit, `go build`
 * starts at once: it is the fastest way to the new binary.
 */
export function goBuildTarget(options: GoBuildTargetParts): LoopTarget<BinaryContent> {
  const {
    target,
    build,
    runner,
    env,
    kustomizeBuild,
    keeper,
    hasKeeper,
    currentKeeper,
    isCached = () => true,
  } = options;
  const { onBuilt, onOutput } = options;
  let first = true;
  /** Set from the start of a build until the delivery of its binary, or until another build takes its place. */
  let preparing: PreparedBase | undefined;
  /** Digest of the last binary that the pods were brought to. */
  let brought: string | undefined;
  /** Set while Nx's cache does not have the last binary. */
  let uncached = false;

  const built = async (path: string, prepared?: PreparedBase): Promise<MadeContent<BinaryContent>> => {
    const digest = await contentId(path);
    onBuilt(digest);
    return { ok: true, digest, content: { path, digest, prepared } };
  };
  return {
    target,
    async make(signal) {
      preparing?.pack.cancel();
      if (first) {
        first = false;
        // The build that follows reports a failure, in the compiler's own words.
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
    /** Puts the binary into Nx's cache. It is up to date, so nothing is linked again. */
    async idle(signal) {
      if (uncached && isCached()) uncached = !(await runner.run(target, { env, signal })).ok;
    },
    async deliver({ path, digest, prepared }, signal, waitFor = waitSilently) {
      preparing = undefined;
      const pods = await waitFor(kustomizeBuild, hasKeeper(), keeper(signal));
      const done = childController(signal);
      try {
        const started = performance.now();
        const bringing = pods.bring(path, prepared, signal, { mayBeSame: digest === brought });
        await Promise.race([bringing, waitFor('a running pod', pods.isMet, pods.met(done.signal))]);
        const waitedMs = performance.now() - started;
        const delivery = await bringing;
        brought = digest;
        return { ...delivery, syncMs: Math.max(0, delivery.syncMs - waitedMs) };
      } finally {
        done.abort();
      }
    },
  };
}
