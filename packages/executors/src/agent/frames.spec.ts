import { describe, expect, it } from 'vitest';
import { decodeFrames, encodeFrame, maxData, type Frame } from './frames.js';

async function decode(chunks: Uint8Array[]): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of decodeFrames(
    (async function* () {
      yield* chunks;
    })(),
  )) {
    frames.push(frame);
  }
  return frames;
}

describe('encodeFrame and decodeFrames', () => {
  const sent = [
    { type: 1, payload: Buffer.from('{"type":"hello"}') },
    { type: 2, payload: Buffer.alloc(0) },
    { type: 2, payload: Buffer.alloc(3000, 'x') },
    { type: 1, payload: Buffer.from('last') },
  ];
  const bytes = Buffer.concat(sent.map(({ type, payload }) => encodeFrame(type, payload)));

  it('frames are decoded as they were encoded, wherever the chunks begin and end', async () => {
    for (const size of [1, 3, 5, 21, 22, 1000, bytes.length]) {
      const chunks = [];
      for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.subarray(from, from + size));
      expect(await decode(chunks)).toEqual(sent);
    }
  });

  it('a frame has at most 64 KiB with its header', () => {
    expect(encodeFrame(2, Buffer.alloc(maxData)).length).toBe(65_536);
  });

  it('a length beyond the largest frame is refused', async () => {
    await expect(decode([Buffer.from([0x7b, 0x22, 0x74, 0x79, 0x70])])).rejects.toThrow(RangeError);
  });

  it('a frame that is cut off at the end is dropped', async () => {
    expect(await decode([bytes.subarray(0, bytes.length - 1)])).toEqual(sent.slice(0, -1));
  });
});
