/**
 * Whether the identity shown belongs to the person the document is about (rule A-08).
 *
 * Names are compared as `names.js` explains, dates of birth exactly. A document without a name, as
 * EHIC and the flat PD A1 are, is joined to the identity by the personal number, if both come from
 * one country. What cannot be decided asks for a look at a paper document.
 */

import { UndecidedError, VerificationError } from "./errors.js";
import { MATCHES, matchNames } from "./names.js";

/**
 * Return how each field matched, never what is in it.
 *
 * Throws VerificationError (`person_mismatch`) and UndecidedError (`person_missing`,
 * `person_represented`, `person_partial`, `person_name_partial`, `person_number_foreign`).
 * @param {import("./presented.js").Presented} document
 * @param {import("./presented.js").Presented|null} pid
 */
export function verifyPerson(document, pid) {
  if (pid === null) {
    throw createUndecided("person_missing");
  }
  if (document.represented !== null) {
    throw createUndecided("person_represented");
  }
  if (pid.person === null) {
    throw createUndecided("person_partial");
  }
  return (document.person?.surnames ?? null) === null
    ? compareNumber(document, pid)
    : comparePerson(document.person, pid.person);
}

function comparePerson(ours, theirs) {
  const found = {
    surnames: findBestMatch(ours.surnames, theirs.surnames, theirs.surnameAtBirth),
    forenames: findBestMatch(ours.forenames, theirs.forenames, theirs.forenamesAtBirth),
    date_of_birth: matchDays(ours.dateOfBirth, theirs.dateOfBirth),
  };
  const matches = Object.entries(found).filter(([, match]) => match !== null);
  const parameters = Object.fromEntries(matches);
  const values = Object.values(found);
  if (values.includes("different")) {
    throw createMismatch(parameters);
  }
  if (values.includes("partial")) {
    throw createUndecided("person_name_partial", parameters);
  }
  if (values.includes(null)) {
    throw createUndecided("person_partial", parameters);
  }
  return parameters;
}

/** The closest of the names a person has; null when nothing can be compared. */
function findBestMatch(ours, ...theirs) {
  const matches = theirs.filter((other) => ours && other).map((other) => matchNames(ours, other));
  return MATCHES.find((match) => matches.includes(match)) ?? null;
}

function matchDays(ours, theirs) {
  if (ours === null || theirs === null) {
    return null;
  }
  return ours === theirs ? "exact" : "different";
}

/** Join by personal number; numbers of two countries say nothing about each other. */
function compareNumber(document, pid) {
  const number = pid.person.pin;
  if (!document.pin || !number) {
    throw createUndecided("person_partial");
  }
  const issuing = document.institutionCountry ?? document.issuingCountry;
  if (keepDigits(document.pin) === keepDigits(number)) {
    return { personal_number: "exact" };
  }
  if (issuing && pid.issuingCountry && issuing !== pid.issuingCountry) {
    throw createUndecided("person_number_foreign");
  }
  throw createMismatch({ personal_number: "different" });
}

function keepDigits(number) {
  return number
    .toUpperCase()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

function createMismatch(parameters) {
  const message = "identity and document name different persons";
  return new VerificationError(message, "person_mismatch", parameters);
}

function createUndecided(code, parameters = {}) {
  return new UndecidedError("whether it is the same person cannot be told", code, parameters);
}
