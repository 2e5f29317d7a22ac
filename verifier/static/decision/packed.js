/**
 * A presentation without the base64 around its parts: rebuilding gives the signed text.
 *
 * CBOR `[1, issuer JWT, [disclosure…], KB-JWT or null]`; a JWT is `[header, payload, signature]`.
 * Each part is the bytes that base64url stands for, or the text itself where base64url would not
 * give it back. The issuer's header may also be an array: JSON text, certificate, JSON text, …; the
 * certificates are DER, to be written as base64 between the texts.
 */

import { concatBytes, encodeBase64, encodeBase64Url, encodeText } from "./bytes.js";
import { parseCbor } from "./cbor.js";
import { MalformedError } from "./errors.js";

const VERSION = 1;
const MAX_DISCLOSURES = 512;
const MAX_CERTIFICATES = 4;
const MAX_PRESENTATION_CHARACTERS = 256 * 1024;
const VERBATIM = /^[A-Za-z0-9_=+/-]*$/;

/** Rebuild the text that was packed. Throws MalformedError, `torn` or `too_large`. */
export function unpackPresentation(data) {
  const packed = parsePacked(data);
  const [version, token, disclosures, binding] = Array.isArray(packed) ? packed : [];
  const whole = packed.length === 4 && version === VERSION && isArrayOf(token, 3);
  if (!whole || !Array.isArray(disclosures) || disclosures.length > MAX_DISCLOSURES) {
    throw createError("not a packed presentation");
  }
  const [header, ...rest] = token;
  const issuerJwt = [unpackHeader(header), ...rest.map(unpackPart)].join(".");
  const text = [issuerJwt, ...disclosures.map(unpackPart), unpackBinding(binding)].join("~");
  if (text.length > MAX_PRESENTATION_CHARACTERS) {
    throw new MalformedError("too long a presentation", "too_large");
  }
  return text;
}

function parsePacked(data) {
  try {
    return parseCbor(data) ?? {};
  } catch (error) {
    if (error instanceof MalformedError) {
      throw createError("not a packed presentation");
    }
    throw error;
  }
}

function isArrayOf(value, size) {
  return Array.isArray(value) && value.length === size;
}

function unpackPart(part) {
  if (part instanceof Uint8Array) {
    return encodeBase64Url(part);
  }
  if (typeof part !== "string" || !VERBATIM.test(part)) {
    throw createError("not a part of a presentation");
  }
  return part;
}

function unpackHeader(part) {
  if (!Array.isArray(part)) {
    return unpackPart(part);
  }
  const fits = (piece, index) =>
    index % 2 ? piece instanceof Uint8Array : typeof piece === "string";
  if (part.length % 2 !== 1 || part.length > 2 * MAX_CERTIFICATES + 1 || !part.every(fits)) {
    throw createError("not a header");
  }
  const pieces = part.map((piece) => (typeof piece === "string" ? piece : encodeBase64(piece)));
  return encodeBase64Url(concatBytes(...pieces.map(encodeText)));
}

function unpackBinding(binding) {
  if (binding === null) {
    return "";
  }
  if (!isArrayOf(binding, 3)) {
    throw createError("not a KB-JWT");
  }
  return binding.map(unpackPart).join(".");
}

function createError(message) {
  return new MalformedError(message, "torn");
}
