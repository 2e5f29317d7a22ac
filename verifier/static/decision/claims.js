/**
 * Registered JWT claims that several formats share: times, and the reference to a status list.
 *
 * NumericDate of RFC 7519, and Token Status List, section 6.1.
 */

import { MalformedError } from "./errors.js";
import { isObject, isWhole } from "./json.js";

const MAX_DATE = 253_402_300_799; // 9999-12-31T23:59:59Z
const MAX_URI_CHARACTERS = 2048;

/** Return a NumericDate claim in epoch seconds, or null when absent. Throws MalformedError. */
export function parseDate(claims, name) {
  if (!(name in claims)) {
    return null;
  }
  const value = claims[name];
  if (typeof value !== "number" || !(value >= 0 && value <= MAX_DATE)) {
    throw new MalformedError(`${name} is not a date`, "bad_date");
  }
  return Math.trunc(value);
}

/**
 * Read the `status` claim; null when there is none. A mechanism we do not know is refused: a
 * credential whose status we cannot ask for must not pass as one without. Throws MalformedError.
 * @returns {{uri: string, index: number}|null}
 */
export function parseStatusReference(claims) {
  if (!("status" in claims)) {
    return null;
  }
  const entry = isObject(claims.status) ? claims.status.status_list : null;
  if (!isObject(entry) || !isAddress(entry.uri)) {
    throw new MalformedError("no usable status list is named", "bad_status_reference");
  }
  if (!isWhole(entry, "idx") || entry.idx < 0) {
    throw new MalformedError("status index is not a whole number", "bad_status_reference");
  }
  return { uri: entry.uri, index: entry.idx };
}

function isAddress(uri) {
  return typeof uri === "string" && /^https?:\/\//.test(uri) && uri.length <= MAX_URI_CHARACTERS;
}
