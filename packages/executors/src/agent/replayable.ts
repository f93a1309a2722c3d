import { failureIsReported } from '@nx-kube/cluster';
/** Gives, with each call, all of a stream from its beginning on, and what is still to come when it comes. */
export type Replayable = () => AsyncIterable<Uint8Array>;

/**
 * Keeps what a stream gives for any number of readers. It is read at once, however slow they are.
 * @param finish awaited after the stream's end; if it rejects, so do all readers, once they have read everything
 */
export function replayable(stream: AsyncIterable<Uint8Array>, finish: () => Promise<void>): Replayable {
  const chunks: Uint8Array[] = [];
  let end: { error?: unknown } | undefined;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const reader of waiting) reader();
    waiting.clear();
  };

  const read = async () => {
    for await (const chunk of stream) {
      chunks.push(chunk);
      wake();
    }
  };
  const settle = (reason: { error?: unknown }) => {
    end = reason;
    wake();
  };
  read()
    // What ended the process says more than that its output broke off.
    .catch(failureIsReported)
    .then(finish)
    .then(
      () => settle({}),
      (error: unknown) => settle({ error }),
    );

  return async function* () {
    for (let next = 0; ; next++) {
      while (next >= chunks.length) {
        if (end) {
          if (end.error) throw end.error;
          return;
        }
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
      yield chunks[next]!;
    }
  };
}
