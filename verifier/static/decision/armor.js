/**
 * Bytes as the text of a QR code: zlib, then base45 (RFC 9285), which every reader gives back.
 *
 * The checksum of zlib tells a torn text from a whole one; it proves nothing about who wrote it.
 */

import { MalformedError } from "./errors.js";
import { InflateError, inflate } from "./inflate.js";

export const MAX_CHARACTERS = 128 * 1024;
const MAX_INFLATED_BYTES = 256 * 1024;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/**
 * Undo base45 and zlib, inflating at most 256 KiB. Throws MalformedError, `torn` or `too_large`.
 * @returns {Promise<Uint8Array>}
 */
export async function parseArmor(text) {
  if (text.length > MAX_CHARACTERS) {
    throw new MalformedError("too long for a QR text", "too_large");
  }
  try {
    return await inflate(parseBase45(text), MAX_INFLATED_BYTES);
  } catch (error) {
    if (!(error instanceof InflateError)) {
      throw error;
    }
    const code = error.reason === "too_large" ? "too_large" : "torn";
    throw new MalformedError("damaged, or inflates to too much", code);
  }
}

/** Decode strictly: the alphabet, whole groups, no value beyond a byte. Throws `torn`. */
export function parseBase45(text) {
  const values = Array.from(text, (character) => VALUES.get(character));
  const data = new Uint8Array(Math.floor(values.length / 3) * 2 + (values.length % 3 ? 1 : 0));
  if (values.length % 3 === 1 || values.includes(undefined)) {
    throw new MalformedError("not base45", "torn");
  }
  for (let group = 0; group * 3 < values.length; group += 1) {
    const [low, middle, high] = values.slice(group * 3, group * 3 + 3);
    const number = low + 45 * middle + 2025 * (high ?? 0);
    if (number > (high === undefined ? 0xff : 0xffff)) {
      throw new MalformedError("not base45", "torn");
    }
    data.set(high === undefined ? [number] : [number >> 8, number & 0xff], group * 2);
  }
  return data;
}
