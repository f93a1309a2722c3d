import { StringDecoder } from 'node:string_decoder';

/** Splits a stream of UTF-8 bytes into lines without their ends. The last line needs no end. */
export async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new StringDecoder('utf8');
  // Pieces of an incomplete line. They are joined once, because a line may be long and come in many chunks.
  let pieces: string[] = [];
  for await (const chunk of bytes) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      pieces.push(text.slice(start, end));
      yield pieces.join('');
      pieces = [];
      start = end + 1;
    }
    if (start < text.length) pieces.push(text.slice(start));
  }
  const last = pieces.join('') + decoder.end();
  if (last) yield last;
}
