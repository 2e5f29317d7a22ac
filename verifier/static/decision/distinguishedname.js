/**
 * Names in certificates (X.501, RFC 5280 section 4.1.2.4).
 *
 * @typedef {object} Name
 * @property {string} id equal for equal names, however their letters are encoded
 * @property {string} der hexadecimal, as paths compare names
 * @property {Array<Array<[string, string]>>} parts object identifier and value
 */

import { encodeHex } from "./bytes.js";
import { SEQUENCE, SET, readElements, readOid, readText } from "./der.js";
import { MalformedError } from "./errors.js";

export const COMMON_NAME = "2.5.4.3";
export const COUNTRY_NAME = "2.5.4.6";
export const ORGANIZATION_NAME = "2.5.4.10";

const SHORT_NAMES = {
  [COMMON_NAME]: "CN",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  [ORGANIZATION_NAME]: "O",
  "2.5.4.11": "OU",
  [COUNTRY_NAME]: "C",
  "2.5.4.9": "STREET",
  "0.9.2342.19200300.100.1.25": "DC",
  "0.9.2342.19200300.100.1.1": "UID",
};

/**
 * Read a name. Throws MalformedError.
 * @returns {Name}
 */
export function readName(sequence) {
  const parts = readElements(sequence.content).map((set) => {
    if (set.tag !== SET) {
      throw new MalformedError("not a name");
    }
    return readElements(set.content).map(readAttribute);
  });
  const id = JSON.stringify(parts.map((part) => part.map((pair) => pair.join("=")).sort()));
  return { id, der: encodeHex(sequence.whole), parts };
}

function readAttribute(sequence) {
  const [type, value, ...rest] = sequence.tag === SEQUENCE ? readElements(sequence.content) : [];
  if (value === undefined || rest.length) {
    throw new MalformedError("not an attribute of a name");
  }
  return [readOid(type), readText(value)];
}

/** Return all values of one attribute of a certificate's subject. */
export function readAttributes(certificate, oid) {
  const pairs = certificate.subject.parts.flat();
  return new Set(pairs.filter(([type]) => type === oid).map(([, value]) => value));
}

/** Write a name as RFC 4514 does, last part first. */
export function writeName(name) {
  const written = name.parts.map((part) =>
    part.map(([oid, value]) => `${SHORT_NAMES[oid] ?? oid}=${escapeValue(value)}`).join("+"),
  );
  return written.reverse().join(",");
}

/** RFC 4514, section 2.4. */
function escapeValue(value) {
  return value
    .replace(/[\\"+,;<>]/g, "\\$&")
    .replaceAll("\0", "\\00")
    .replace(/^(?:#| (?=.))/s, "\\$&")
    .replace(/ $/, "\\ ");
}
