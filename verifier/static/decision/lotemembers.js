/** The small pieces of list JSON (ETSI TS 119 602, clause 6). Throw MalformedError throughout. */

import { decodeBase64 } from "./bytes.js";
import { parseCertificate } from "./certificates.js";
import { MalformedError } from "./errors.js";
import { isObject } from "./json.js";

export const MAX_TEXTS = 100;
export const MAX_CERTIFICATES = 10;
const MAX_TEXT_CHARACTERS = 2000;
const MAX_CERTIFICATE_CHARACTERS = 20_000;

/** Return `value` when it is an object with these members and no others. */
export function requireObject(value, required, optional = []) {
  if (!isObject(value)) {
    throw new MalformedError("a list holds something that should be an object");
  }
  if (required.some((name) => !(name in value))) {
    throw new MalformedError("a list lacks a member");
  }
  if (Object.keys(value).some((name) => !required.includes(name) && !optional.includes(name))) {
    throw new MalformedError("a list holds an unexpected member");
  }
  return value;
}

/** Parse each item of an array of 1 to `limit` items. */
export function parseArray(value, limit, parse = (item) => item) {
  if (!Array.isArray(value) || value.length < 1 || value.length > limit) {
    throw new MalformedError("a list holds an array that is empty, too long or none");
  }
  return value.map((item) => parse(item));
}

/** Return `value` when it is a string of at most 2000 characters. */
export function requireText(value) {
  if (typeof value !== "string" || countCharacters(value) > MAX_TEXT_CHARACTERS) {
    throw new MalformedError("a list holds something that should be a short text");
  }
  return value;
}

function countCharacters(text) {
  return text.length > MAX_TEXT_CHARACTERS ? [...text].length : text.length;
}

/** Read a multilingual text, English first; without repetition. */
export function parseNames(value) {
  const pairs = parseArray(value, MAX_TEXTS, (item) => {
    const text = requireObject(item, ["lang", "value"]);
    return [requireText(text.lang), requireText(text.value)];
  });
  const ordered = [...pairs].sort((one, other) => (one[0] !== "en") - (other[0] !== "en"));
  return [...new Set(ordered.map(([, text]) => text))];
}

/** Read multilingual URIs. */
export function parseUris(value) {
  return parseArray(value, MAX_TEXTS, (item) => {
    const uri = requireObject(item, ["lang", "uriValue"]);
    requireText(uri.lang);
    return requireText(uri.uriValue);
  });
}

/** Read one postal address. */
export function parsePostalAddress(value) {
  const optional = ["Locality", "StateOrProvince", "PostalCode"];
  const address = requireObject(value, ["lang", "StreetAddress", "Country"], optional);
  Object.values(address).forEach(requireText);
  return address;
}

/** Read base64 as a text that compares. */
export function parseBase64(value) {
  return decodeBase64(requireText(value));
}

/** Read X509Certificates: base64 DER, one key and one subject (clause 6.6.3). */
export async function parseCertificates(value) {
  const wrapped = parseArray(value, MAX_CERTIFICATES, (item) =>
    requireObject(item, ["val"], ["encoding", "specRef"]),
  );
  const certificates = [];
  for (const { val } of wrapped) {
    if (typeof val !== "string" || val.length > MAX_CERTIFICATE_CHARACTERS) {
      throw new MalformedError("a list holds a certificate that is too large");
    }
    certificates.push(await parseCertificate(val));
  }
  if (new Set(certificates.map((c) => `${c.spki} ${c.subject.der}`)).size !== 1) {
    throw new MalformedError("a service identity holds two keys or two subjects");
  }
  return certificates;
}

/** Refuse extensions that say they must be understood: we understand none (clause 6.3.17). */
export function refuseCritical(extensions) {
  if (extensions === undefined || extensions === null) {
    return;
  }
  const critical = ([name, value]) => name.toLowerCase() === "critical" && value !== false;
  for (const extension of parseArray(extensions, MAX_TEXTS)) {
    if (isObject(extension) && Object.entries(extension).some(critical)) {
      throw new MalformedError("a list holds a critical extension that is not understood");
    }
  }
}
