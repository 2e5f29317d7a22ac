/** Inflate zlib streams (RFC 1950) within bounds: a bomb costs no more than its first chunks. */

import { concatBytes } from "./bytes.js";

/** What went wrong with a stream. */
export class InflateError extends Error {
  /** @param {"damaged"|"too_large"} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Return the content of exactly one zlib stream, at most `maxBytes` of it. Throws InflateError.
 *
 * `DecompressionStream` refuses text after the stream and checks the Adler-32 at its end.
 * @param {Uint8Array} data
 * @param {number} maxBytes
 */
export async function inflate(data, maxBytes) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  const chunks = [];
  for (let size = 0; ;) {
    const { done, value } = await readChunk(reader);
    if (done) {
      return concatBytes(...chunks);
    }
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw new InflateError("too_large");
    }
    chunks.push(value);
  }
}

async function readChunk(reader) {
  try {
    return await reader.read();
  } catch {
    throw new InflateError("damaged");
  }
}
