/**
 * Put disclosures back in their places, by every rule of RFC 9901, section 7.1, steps 3 to 5.
 *
 * @typedef {{claims: Object, paths: Array<{path: Array<string|number>, encoded: string}>}} Processed
 *   The claims without digests, and which disclosure put a claim where.
 */

import { createDigest, decodeBase64Url } from "./bytes.js";
import { MalformedError, VerificationError } from "./errors.js";
import { copyMember, isObject, parseJson } from "./json.js";

const MAX_DEPTH = 16;
const HASH_ALGORITHM = "sha-256";
const RESERVED_NAMES = ["_sd", "...", "_sd_alg"];

/**
 * Insert the disclosed claims and drop every digest.
 *
 * `payload` is the issuer's JWT, whose signature is the caller's to check. Throws MalformedError or
 * VerificationError with the codes of `esspass/sdjwt/processing.py`.
 * @param {Object} payload
 * @param {string[]} disclosures
 * @returns {Promise<Processed>}
 */
export async function processDisclosures(payload, disclosures) {
  if ("_sd_alg" in payload && payload._sd_alg !== HASH_ALGORITHM) {
    throw new VerificationError("digest algorithm not supported", "unsupported_hash");
  }
  const digests = await Promise.all(disclosures.map(createDigest));
  const unused = new Map(digests.map((digest, index) => [digest, disclosures[index]]));
  if (unused.size !== disclosures.length) {
    throw new VerificationError("a disclosure is repeated", "disclosure_repeated");
  }
  const revealer = new Revealer(unused);
  const claims = revealer.revealObject(payload, []);
  if (unused.size) {
    throw new VerificationError("a disclosure belongs nowhere", "disclosure_unreferenced");
  }
  return { claims, paths: revealer.paths };
}

/** Takes disclosures out of `unused` as digests ask for them. */
class Revealer {
  constructor(unused) {
    this.unused = unused;
    this.seen = new Set();
    this.paths = [];
  }

  reveal(value, path) {
    if (Array.isArray(value)) {
      return this.revealArray(value, path);
    }
    return isObject(value) ? this.revealObject(value, path) : value;
  }

  revealObject(value, path) {
    verifyDepth(path);
    const clear = Object.create(null);
    for (const name of Object.keys(value)) {
      if (RESERVED_NAMES.includes(name)) {
        verifyReserved(name, path);
      } else if (typeof value[name] === "object") {
        clear[name] = this.reveal(value[name], [...path, name]);
      } else {
        copyMember(value, clear, name);
      }
    }
    if ("_sd" in value) {
      this.insertMembers(clear, value._sd, path);
    }
    return clear;
  }

  insertMembers(clear, digests, path) {
    if (!Array.isArray(digests)) {
      throw new MalformedError("_sd is not an array", "bad_digest");
    }
    for (const digest of digests) {
      const encoded = this.take(digest);
      if (encoded !== undefined) {
        this.insertMember(clear, encoded, path);
      }
    }
  }

  insertMember(clear, encoded, path) {
    const content = parseDisclosure(encoded);
    if (content.length !== 3) {
      throw new VerificationError("an element stands in an object", "disclosure_misplaced");
    }
    const name = content[1];
    if (RESERVED_NAMES.includes(name)) {
      throw new VerificationError("a name is reserved", "disclosure_reserved_name");
    }
    if (name in clear) {
      throw new VerificationError("a disclosed name is in use", "disclosure_collision");
    }
    const place = [...path, name];
    this.paths.push({ path: place, encoded });
    clear[name] = this.reveal(content[2], place);
  }

  revealArray(value, path) {
    verifyDepth(path);
    const elements = [];
    for (const element of value) {
      const place = [...path, elements.length];
      if (!isObject(element) || !("..." in element)) {
        elements.push(this.reveal(element, place));
      } else {
        this.insertElement(elements, element, place);
      }
    }
    return elements;
  }

  insertElement(elements, element, place) {
    if (Object.keys(element).length !== 1) {
      throw new MalformedError("a digest stands beside other members", "bad_digest");
    }
    const encoded = this.take(element["..."]);
    if (encoded === undefined) {
      return;
    }
    this.paths.push({ path: place, encoded });
    const content = parseDisclosure(encoded);
    if (content.length !== 2) {
      throw new VerificationError("a member stands in an array", "disclosure_misplaced");
    }
    elements.push(this.reveal(content[1], place));
  }

  take(digest) {
    if (typeof digest !== "string") {
      throw new MalformedError("a digest is not a string", "bad_digest");
    }
    if (this.seen.has(digest)) {
      throw new VerificationError("a digest occurs twice", "digest_repeated");
    }
    this.seen.add(digest);
    const encoded = this.unused.get(digest);
    this.unused.delete(digest);
    return encoded;
  }
}

/** Decode a disclosure: salt, name and value, or salt and value. Throws MalformedError. */
function parseDisclosure(encoded) {
  const content = parseJson(decodeBase64Url(encoded));
  const size = Array.isArray(content) ? content.length : 0;
  const named = size === 2 || (size === 3 && typeof content[1] === "string");
  if (!named || typeof content[0] !== "string") {
    throw new MalformedError("a disclosure is salt, name and value", "bad_disclosure");
  }
  return content;
}

function verifyReserved(name, path) {
  if (name === "..." || (name === "_sd_alg" && path.length)) {
    throw new MalformedError("a name SD-JWT reserves is out of place", "reserved_claim_name");
  }
}

function verifyDepth(path) {
  if (path.length >= MAX_DEPTH) {
    throw new MalformedError("nested too deeply", "too_deep");
  }
}
