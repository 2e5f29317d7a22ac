/**
 * Strict CBOR: the deterministic encoding and no other (RFC 8949, section 4.2.1).
 *
 * Numbers without fraction, byte and text strings, arrays, maps keyed by numbers or texts, true,
 * false, null. One value has one encoding: long forms, unordered or repeated keys, indefinite
 * lengths, floats, tags and trailing bytes are refused, as `esspass/jose/cbor.py` refuses them.
 */

import { decodeText } from "./bytes.js";
import { MalformedError } from "./errors.js";

const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 8;
const SIMPLE = new Map([
  [20, false],
  [21, true],
  [22, null],
]);
const NUMBER_SIZES = { 24: 1, 25: 2, 26: 4, 27: 8 };

/**
 * Decode at most 256 KiB; maps become `Map`. Throws MalformedError, `bad_cbor` or `too_large`.
 * @param {Uint8Array} data
 */
export function parseCbor(data) {
  if (data.length > MAX_BYTES) {
    throw new MalformedError("too much CBOR", "too_large");
  }
  const reader = new Reader(data);
  const value = reader.read(MAX_DEPTH);
  if (reader.position !== data.length) {
    throw createError("bytes after the CBOR value");
  }
  return value;
}

class Reader {
  constructor(data) {
    this.data = data;
    this.position = 0;
  }

  read(depth) {
    const { major, number } = this.readHead();
    switch (major) {
      case 0:
        return number;
      case 1:
        return -1 - number;
      case 2:
        return this.take(number);
      case 3:
        return readText(this.take(number));
      case 4:
        return this.readArray(number, depth - 1);
      case 5:
        return this.readMap(number, depth - 1);
    }
    if (major !== 7 || !SIMPLE.has(number)) {
      throw createError("a kind of CBOR that is not spoken here");
    }
    return SIMPLE.get(number);
  }

  readArray(size, depth) {
    this.verifyContainer(size, depth);
    return Array.from({ length: size }, () => this.read(depth));
  }

  readMap(size, depth) {
    this.verifyContainer(size, depth);
    const pairs = new Map();
    let last = new Uint8Array();
    for (let count = 0; count < size; count += 1) {
      const start = this.position;
      const key = this.read(0);
      const encoded = this.data.subarray(start, this.position);
      if (!["number", "string"].includes(typeof key) || !isAfter(encoded, last)) {
        throw createError("map keys out of order or of no use");
      }
      pairs.set(key, this.read(depth));
      last = encoded;
    }
    return pairs;
  }

  /** Every element takes a byte at least, so no announced size costs more than the input. */
  verifyContainer(size, depth) {
    if (depth < 0 || size > this.data.length - this.position) {
      throw createError("CBOR too deep or cut off");
    }
  }

  readHead() {
    const [first] = this.take(1);
    const [major, info] = [first >> 5, first & 31];
    if (info < 24) {
      return { major, number: info };
    }
    const size = NUMBER_SIZES[info];
    if (size === undefined || major === 7) {
      throw createError("indefinite, reserved or floating CBOR");
    }
    const number = this.take(size).reduce((sum, octet) => sum * 256 + octet, 0);
    const lowest = size === 1 ? 24 : 256 ** (size / 2);
    if (number < lowest || !Number.isSafeInteger(number)) {
      throw createError("a number longer than it needs to be, or too large");
    }
    return { major, number };
  }

  take(size) {
    if (size > this.data.length - this.position) {
      throw createError("the CBOR is cut off");
    }
    this.position += size;
    return this.data.subarray(this.position - size, this.position);
  }
}

function readText(octets) {
  try {
    return decodeText(octets);
  } catch {
    throw createError("text that is not UTF-8");
  }
}

/** Bytewise order of encoded keys. */
function isAfter(one, other) {
  const place = one.findIndex((octet, index) => octet !== other[index]);
  return place >= 0 && (place >= other.length || one[place] > other[place]);
}

function createError(message) {
  return new MalformedError(message, "bad_cbor");
}
