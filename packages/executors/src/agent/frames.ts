/** The frames of packages/agent/PROTOCOL.md: 4 bytes of length, 1 byte of type, then the payload. */

export const frameType = { control: 1, data: 2 } as const;

const headSize = 5;
const maxPayload = 64 * 1024;
/** Most data (bytes) in a frame. With its header, the frame fits into 64 KiB, the best size for an exec's messages. */
export const maxData = maxPayload - headSize;

export interface Frame {
  type: number;
  payload: Buffer;
}

export function encodeFrame(type: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headSize + payload.length);
  frame.writeUInt32BE(payload.length, 0);
  frame.writeUInt8(type, 4);
  frame.set(payload, headSize);
  return frame;
}

/**
 * Decodes frames from chunks that begin and end anywhere. Drops a frame that is cut off at the end.
 *
 * @throws RangeError when a length is beyond the largest frame
 */
export async function* decodeFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
    while (rest.length >= headSize) {
      const end = headSize + rest.readUInt32BE(0);
      const type = rest.readUInt8(4);
      if (end > headSize + maxPayload) throw new RangeError(`a frame has ${end - headSize} bytes`);
      if (rest.length < end) break;
      yield { type, payload: rest.subarray(headSize, end) };
      rest = rest.subarray(end);
    }
  }
}
