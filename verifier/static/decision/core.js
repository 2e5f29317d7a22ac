/**
 * Core data: what the QR code on paper says of a document, as labels for claims.
 *
 * `specs/documents/core.json` is the table, its README the types. Reading gives the claims of the
 * published shape back, so that paper and presentation are understood by the same code.
 */

import { MalformedError } from "./errors.js";

const KIND = 1;
const DAY_MILLISECONDS = 86_400_000;
const FIRST_DAY = Date.parse("1800-01-01") / DAY_MILLISECONDS;
const LAST_DAY = Date.parse("2499-12-31") / DAY_MILLISECONDS;
const MAX_ITEMS = 100;
const MAX_STATES = 40;
const READERS = {
  text: readText,
  day: readDay,
  country: readCountry,
  code: readCode,
  flag: (_field, value) => (typeof value === "boolean" ? value : null),
  list: readList,
  states: readStates,
  names: readNames,
};

/**
 * Return `vct` and business claims. Throws MalformedError, `bad_core`.
 * @param {Object} table `core.json`
 * @param {Map<number, *>} core
 */
export function readCore(table, core) {
  const kind = core.get(KIND);
  if (typeof kind !== "number" || !Object.hasOwn(table.kinds, kind)) {
    throw createError("a document of another kind");
  }
  const entry = table.kinds[kind];
  const fields = new Map(core);
  fields.delete(KIND);
  verifyAlternatives(entry.one_of ?? [], fields);
  return { vct: entry.vct, claims: readFields(entry.fields, fields) };
}

function verifyAlternatives(alternatives, fields) {
  const chosen = alternatives.filter((labels) => labels.some((label) => fields.has(label)));
  const whole = chosen.length === 1 && chosen[0].every((label) => fields.has(label));
  if (alternatives.length && !whole) {
    throw createError("core data of nobody, or of two");
  }
}

function readFields(fields, core) {
  const labels = fields.map(({ label }) => label);
  if (!(core instanceof Map) || [...core.keys()].some((label) => !labels.includes(label))) {
    throw createError("a label that is not known");
  }
  const claims = Object.create(null);
  for (const field of fields) {
    if (core.has(field.label)) {
      place(claims, field.path, readValue(field, core.get(field.label)));
    } else if (field.required) {
      throw createError("a label is missing");
    }
  }
  return claims;
}

function place(claims, path, value) {
  const parent = path
    .slice(0, -1)
    .reduce((node, name) => (node[name] ??= Object.create(null)), claims);
  parent[path.at(-1)] = value;
}

function readValue(field, value) {
  const read = READERS[field.type](field, value);
  if (read === null) {
    throw createError("a label holds another type");
  }
  return read;
}

function readText({ max }, value) {
  const fits = typeof value === "string" && value.length > 0 && [...value].length <= max;
  return fits && !/[\u0000-\u001f]/.test(value) ? value : null;
}

function readDay(_field, value) {
  const fits = typeof value === "number" && value >= FIRST_DAY && value <= LAST_DAY;
  return fits ? new Date(value * DAY_MILLISECONDS).toISOString().slice(0, 10) : null;
}

function readCountry(_field, value) {
  return typeof value === "string" && /^[A-Z]{2}$/.test(value) ? value : null;
}

function readCode({ max }, value) {
  const fits = typeof value === "number" && value >= 1 && value <= max;
  return fits ? String(value).padStart(2, "0") : null;
}

function readList({ items }, value) {
  const fits = Array.isArray(value) && value.length >= 1 && value.length <= MAX_ITEMS;
  return fits ? value.map((item) => readFields(items, item)) : null;
}

/** `[]` is no fixed place, null are places that only the paper names. */
function readStates(field, value) {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_STATES) {
    return null;
  }
  const states = Object.create(null);
  for (const pair of value) {
    const [country, places] = Array.isArray(pair) && pair.length === 2 ? pair : [];
    if (readCountry(field, country) === null || country in states) {
      return null;
    }
    states[country] = readPlaces(field, places);
  }
  return states;
}

function readPlaces(field, places) {
  if (places === null || (Array.isArray(places) && !places.length)) {
    return places;
  }
  const found = readList(field, places);
  if (found === null) {
    throw createError("places that are no list");
  }
  return found;
}

function readNames({ names }, value) {
  const fits = (position, index) =>
    typeof position === "number" &&
    position >= 1 &&
    position <= names.length &&
    (!index || position > value[index - 1]);
  if (!Array.isArray(value) || !value.length || !value.every(fits)) {
    return null;
  }
  return value.map((position) => names[position - 1]);
}

function createError(message) {
  return new MalformedError(message, "bad_core");
}
