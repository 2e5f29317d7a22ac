/**
 * What the inspector or the hospital desk says: where, when, for which employer, by which provider.
 *
 * @typedef {object} Situation
 * @property {"work"|"care"} kind
 * @property {string} country ISO
 * @property {string} date ISO full-date
 * @property {string|null} until
 * @property {{name: string|null, id: string|null}|null} employer
 * @property {string|null} place
 * @property {"statutory"|"private"|null} provider
 */

import { isoCountry } from "./countries.js";
import { parseDay } from "./dates.js";
import { MalformedError } from "./errors.js";
import { isObject } from "./json.js";

const MEMBERS = ["kind", "country", "date", "until", "employer", "place", "provider"];
const MAX_TEXT = 500;
const MAX_ANSWERS = 100;

/**
 * Read a situation. Throws MalformedError, `bad_situation`.
 * @returns {Situation}
 */
export function parseSituation(value) {
  requireMembers(value, MEMBERS);
  const employer = value.employer || {};
  requireMembers(employer, ["name", "id"]);
  const named = { name: parseText(employer.name), id: parseText(employer.id) };
  const situation = {
    kind: parseChoice(value.kind, ["work", "care"]),
    country: parseCountryCode(value.country),
    date: parseDate(value.date),
    until: (value.until ?? null) === null ? null : parseDate(value.until),
    employer: named.name || named.id ? named : null,
    place: parseText(value.place),
    provider: value.provider ? parseChoice(value.provider, ["statutory", "private"]) : null,
  };
  if (situation.until !== null && situation.until < situation.date) {
    throw createError("ends before it begins");
  }
  return situation;
}

/** Read what a person answered, by question. Throws MalformedError, `bad_answers`. */
export function parseAnswers(value) {
  const entries = isObject(value) ? Object.entries(value) : null;
  const proper = ([name, answer]) => name.length <= 64 && [true, false, null].includes(answer);
  if (entries === null || entries.length > MAX_ANSWERS || !entries.every(proper)) {
    throw new MalformedError("answers are true, false or null", "bad_answers");
  }
  return value;
}

function requireMembers(value, members) {
  if (!isObject(value) || Object.keys(value).some((name) => !members.includes(name))) {
    throw createError("holds something unexpected");
  }
}

function parseChoice(value, choices) {
  if (!choices.includes(value)) {
    throw createError("holds a word that is not one of its choices");
  }
  return value;
}

function parseCountryCode(value) {
  if (typeof value !== "string" || !/^[A-Z]{2}$/.test(value)) {
    throw createError("names no country");
  }
  return isoCountry(value);
}

function parseDate(value) {
  const day = parseDay(value);
  if (day === null) {
    throw createError("holds something that is no date");
  }
  return day;
}

function parseText(value) {
  if ((value ?? "") === "") {
    return null;
  }
  if (typeof value !== "string" || value.length > 2 * MAX_TEXT || [...value].length > MAX_TEXT) {
    throw createError("holds something that is no short text");
  }
  return value;
}

function createError(what) {
  return new MalformedError(`the situation ${what}`, "bad_situation");
}
