import { failureIsReported } from '@nx-kube/cluster';

/**
 * Each call returns the whole stream from its beginning: the chunks read so far, then each new chunk when it arrives.
 */
export type Replayable = () => AsyncIterable<Uint8Array>;

/**
 * Records a stream for any number of readers. The stream is read at its own pace, however slow the readers are.
 *
 * @param finish awaited after the stream's end; when it rejects, all readers reject after the last chunk
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
    // The exit of the process explains more than the broken stream, so `finish` gives the reason.
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
