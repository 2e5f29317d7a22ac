/**
 * A text over several QR codes: `ESF1:<id>/<n>/<i>:<chunk>`, shown in turn until all are read.
 *
 * `id` are four characters of the text's SHA-256, `n` the number of frames, `i` counts from 1.
 * Frames may come in any order and again; a text is whole only if its digest is that of its `id`.
 *
 * @typedef {{sequence: string, total: number, index: number, chunk: string}} Frame
 */

import { encodeHex, encodeText, sha256 } from "./bytes.js";
import { MalformedError } from "./errors.js";

const MAX_FRAMES = 64;
const MAX_SEQUENCES = 4;
const MAX_FRAME_CHARACTERS = 4296; // the largest symbol there is, version 40-L
const FRAME = /^ESF1:([0-9A-Z]{4})\/([1-9][0-9]?)\/([1-9][0-9]?):([0-9A-Z $%*+\-./:]+)$/;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Read one frame. Throws MalformedError, `torn` or `too_large`.
 * @returns {Frame}
 */
export function parseFrame(text) {
  if (text.length > MAX_FRAME_CHARACTERS) {
    throw new MalformedError("no QR code holds that much", "too_large");
  }
  const found = FRAME.exec(text);
  const [total, index] = found ? [Number(found[2]), Number(found[3])] : [0, 1];
  if (total > MAX_FRAMES) {
    throw new MalformedError("too many frames", "too_large");
  }
  if (index > total) {
    throw new MalformedError("a frame that is damaged", "torn");
  }
  return { sequence: found[1], total, index, chunk: found[4] };
}

/** Return the four characters that name, and check, a text. */
export async function createSequenceId(text) {
  const number = BigInt(`0x${encodeHex(await sha256(encodeText(text)))}`);
  const places = [0n, 1n, 2n, 3n];
  return places.map((place) => ALPHABET[Number((number / 36n ** place) % 36n)]).join("");
}

/** Collects frames of up to four texts at a time; the one seen longest ago gives way. */
export class FrameCollector {
  #sequences = new Map();

  /**
   * Take a frame; `text` is there once it is whole. Throws MalformedError, `torn`, if the whole is
   * not what its id says.
   * @param {Frame} frame
   * @returns {Promise<{sequence: string, received: number, total: number, text: string|null}>}
   */
  async add({ sequence, total, index, chunk }) {
    const key = `${sequence}/${total}`;
    const known = this.#sequences.get(key) ?? new Map();
    // Of two texts that share an id, the one on screen now counts.
    const chunks = (known.get(index) ?? chunk) === chunk ? known : new Map();
    this.#sequences.delete(key);
    chunks.set(index, chunk);
    if (chunks.size === total) {
      return { sequence, received: total, total, text: await joinChunks(sequence, chunks) };
    }
    this.#keep(key, chunks);
    return { sequence, received: chunks.size, total, text: null };
  }

  #keep(key, chunks) {
    this.#sequences.set(key, chunks);
    if (this.#sequences.size > MAX_SEQUENCES) {
      this.#sequences.delete(this.#sequences.keys().next().value);
    }
  }
}

async function joinChunks(sequence, chunks) {
  const ordered = [...chunks].sort(([one], [other]) => one - other);
  const text = ordered.map(([, chunk]) => chunk).join("");
  if ((await createSequenceId(text)) !== sequence) {
    throw new MalformedError("the frames are not of one text", "torn");
  }
  return text;
}
