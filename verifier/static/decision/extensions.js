/**
 * The extensions of certificates a decision needs (RFC 5280, section 4.2).
 *
 * @typedef {Map<string, {critical: boolean, value: Uint8Array}>} Extensions by object identifier
 */

import { encodeHex } from "./bytes.js";
import {
  BIT_STRING,
  BOOLEAN,
  OCTET_STRING,
  SEQUENCE,
  contextTag,
  readBoolean,
  readElement,
  readElements,
  readInteger,
  readOid,
} from "./der.js";
import { MalformedError } from "./errors.js";

export const SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
export const KEY_USAGE = "2.5.29.15";
export const BASIC_CONSTRAINTS = "2.5.29.19";
export const AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
export const EXTENDED_KEY_USAGE = "2.5.29.37";

/** Key identifier, and the issuer with its serial number, which stand together or not at all. */
const AUTHORITY_MEMBERS = [contextTag(0, false), contextTag(1), contextTag(2, false)];

/**
 * Read all extensions, and into those we know. Throws MalformedError.
 * @returns {Extensions}
 */
export function readExtensions(wrapped) {
  const extensions = new Map();
  for (const sequence of readElements(readElement(wrapped.content, SEQUENCE).content)) {
    const [identifier, ...rest] = sequence.tag === SEQUENCE ? readElements(sequence.content) : [];
    const critical = rest.length === 2 ? readBoolean(rest.shift()) : false;
    const oid = readOid(identifier ?? sequence);
    if (rest.length !== 1 || rest[0].tag !== OCTET_STRING || extensions.has(oid)) {
      throw new MalformedError("an extension that does not parse, or one twice");
    }
    extensions.set(oid, { critical, value: rest[0].content });
  }
  READERS.forEach((read) => read(extensions));
  return extensions;
}

/** Return the subject key identifier, hexadecimal, or null. */
export function readSubjectKeyId(extensions) {
  const extension = extensions.get(SUBJECT_KEY_IDENTIFIER);
  return extension ? encodeHex(readElement(extension.value, OCTET_STRING).content) : null;
}

/** Return the key identifier of a certificate's issuer, hexadecimal, or null. */
export function readAuthorityKeyId({ extensions }) {
  const extension = extensions?.get(AUTHORITY_KEY_IDENTIFIER);
  if (extension === undefined) {
    return null;
  }
  const members = readElements(readElement(extension.value, SEQUENCE).content);
  const [named, issuer, serial] = AUTHORITY_MEMBERS.map((known) =>
    members.find(({ tag }) => tag === known),
  );
  const known = members.every(({ tag }) => AUTHORITY_MEMBERS.includes(tag));
  if (!known || (issuer === undefined) !== (serial === undefined)) {
    throw new MalformedError("not an authority key identifier");
  }
  return named ? encodeHex(named.content) : null;
}

/**
 * Return what a key may be used for (RFC 5280, section 4.2.1.3), null when it does not say.
 * @returns {{signs: boolean, signsCertificates: boolean}|null}
 */
export function readKeyUsage(extensions) {
  const extension = extensions.get(KEY_USAGE);
  if (extension === undefined) {
    return null;
  }
  const { tag, content } = readElement(extension.value);
  const [unused, bits = 0] = content; // no bit set, no octet
  const padding = (1 << unused) - 1;
  if (tag !== BIT_STRING || !(unused <= 7) || content.at(-1) & (content.length > 1 ? padding : 0)) {
    throw new MalformedError("not a key usage");
  }
  return { signs: Boolean(bits & 0xc0), signsCertificates: Boolean(bits & 0x04) };
}

/** Return the purposes of extended key usage as object identifiers, null when absent. */
export function readPurposes(extensions) {
  const extension = extensions.get(EXTENDED_KEY_USAGE);
  return extension
    ? readElements(readElement(extension.value, SEQUENCE).content).map(readOid)
    : null;
}

/**
 * Return the basic constraints, null when absent.
 * @returns {{ca: boolean, pathLength: number|null}|null}
 */
export function readBasicConstraints(extensions) {
  const extension = extensions.get(BASIC_CONSTRAINTS);
  if (extension === undefined) {
    return null;
  }
  const members = readElements(readElement(extension.value, SEQUENCE).content);
  const ca = members[0]?.tag === BOOLEAN ? readBoolean(members.shift()) : false;
  const [limit, ...rest] = members;
  if (rest.length || (limit && !ca)) {
    throw new MalformedError("not basic constraints");
  }
  return { ca, pathLength: limit ? Number(`0x${encodeHex(readInteger(limit))}`) : null };
}

const READERS = [
  readSubjectKeyId,
  (extensions) => readAuthorityKeyId({ extensions }),
  readKeyUsage,
  readPurposes,
  readBasicConstraints,
];
