/**
 * Data integrity: what must hold between claims and no schema can say.
 *
 * Each rule looks at what was disclosed and is silent about the rest. An open end, 2499-01-01, is a
 * date like any other here.
 */

import { institutionCountry, isInstitutionId, isoCountry } from "./countries.js";
import { VerificationError } from "./errors.js";
import { isObject, isWhole } from "./json.js";
import { readPresented } from "./presented.js";
import { selectValue } from "./select.js";

const RULES = [
  verifyPeriod,
  verifyExpiry,
  verifyBirth,
  verifyPlaces,
  verifyIssuingCountry,
  verifyInstitution,
];

/**
 * Apply every rule to processed claims.
 *
 * Throws VerificationError: `end_before_start`, `expiry_before_issuance`, `birth_after_start`,
 * `country_mismatch`; MalformedError as `readPresented`.
 */
export function verifyIntegrity(specs, vct, claims) {
  const presented = readPresented(specs, vct, claims);
  RULES.forEach((verify) => verify(presented, claims));
}

function verifyPeriod({ starts, ends }) {
  if (isAfter(starts, ends)) {
    throw new VerificationError("the period ends before it starts", "end_before_start");
  }
}

function verifyExpiry({ issuedOn, expiresOn }, claims) {
  const backwards = readTime(claims, "exp", Infinity) <= readTime(claims, "iat", 0);
  if (backwards || isAfter(issuedOn, expiresOn)) {
    const message = "the document expires before it was issued";
    throw new VerificationError(message, "expiry_before_issuance");
  }
}

function verifyBirth({ represented, person, starts }) {
  const dateOfBirth = (represented ?? person)?.dateOfBirth ?? null;
  if (isAfter(dateOfBirth, starts)) {
    const message = "the period starts before the person was born";
    throw new VerificationError(message, "birth_after_start");
  }
}

/** The State a place of work is listed under is the State of its address (We Build). */
function verifyPlaces(_presented, claims) {
  const states = isObject(claims.placesOfWork) ? Object.entries(claims.placesOfWork) : [];
  for (const [state, places] of states) {
    for (const place of Array.isArray(places) ? places : []) {
      verifySame(state, selectValue(place, ["address", "countryCode"]));
    }
  }
}

/** `issuing_country` and `issuing_authority.country` are two dialects of one fact. */
function verifyIssuingCountry(_presented, claims) {
  verifySame(claims.issuing_country, selectValue(claims, ["issuing_authority", "country"]));
}

function verifyInstitution({ institutionId }, { competentInstitution: block }) {
  if (institutionId && isInstitutionId(institutionId) && isObject(block)) {
    const country = institutionCountry(institutionId);
    if (country !== "EU") {
      verifySame(country, block.countryCode);
    }
  }
}

function verifySame(one, other) {
  const texts = typeof one === "string" && typeof other === "string";
  if (texts && isoCountry(one) !== isoCountry(other)) {
    throw new VerificationError("two countries are given for one thing", "country_mismatch");
  }
}

function readTime(claims, name, otherwise) {
  return isWhole(claims, name) ? claims[name] : otherwise;
}

/** ISO full-dates compare as they are written. */
function isAfter(earlier, later) {
  return earlier !== null && later !== null && earlier > later;
}
