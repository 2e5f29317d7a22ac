/** Reading a claim at a path, and null where nothing of the kind was shown. */

import { isObject } from "./json.js";

/** Return the value at `path`, or null. */
export function selectValue(claims, path) {
  let value = claims;
  for (const name of path) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  }
  return value ?? null;
}

/** Return the text at `path`, or null. */
export function selectText(claims, path) {
  const value = path === undefined ? null : selectValue(claims, path);
  return typeof value === "string" ? value : null;
}

/** Return true or false at `path`, or null. */
export function selectFlag(claims, path) {
  const value = path === undefined ? null : selectValue(claims, path);
  return typeof value === "boolean" ? value : null;
}
