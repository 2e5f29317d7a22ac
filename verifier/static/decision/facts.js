/**
 * The facts that rules are asked about: one JSON document, the same in both engines.
 *
 * Every member is always there; null is what was not shown or is not known. Dates are ISO,
 * countries ISO alpha-2.
 */

import { CHECKS } from "./checks.js";
import { derive } from "./derived.js";

const NOT_RUN = { outcome: "NOT_RUN", reason: "" };
const OPEN_END = "2499-01-01";
const UNSHOWN = [
  "kind",
  "shape",
  "medium",
  "number",
  "issuing_country",
  "legislation",
  "starts",
  "ends",
  "open_ended",
  "issued_on",
  "expires_on",
  "code",
  "exception_text",
  "provisional",
  "transitional",
  "for_duration",
  "employers",
  "states",
  "places",
  "no_fixed_place",
  "more_on_paper",
  "pin_length",
  "person",
];
const ITEMS = {
  "document.employers": ["name", "id", "country", "type"],
  "document.places": ["country", "name", "town", "street", "flag", "address_country"],
};
const SITUATION = ["kind", "country", "date", "until", "employer", "place", "provider"];
const DERIVED = ["employer_match", "place_match", "basis", "number_country_matches"];

/**
 * Join what was checked, shown, said and answered. `answers` names every question.
 * @param {Object} document
 * @param {import("./checks.js").Finding[]} findings
 * @param {Object} situation complete, as `parseSituation` returns it
 * @param {Object<string, boolean|null>} answers
 * @param {Object[]} history earlier certificates of the same worker
 * @param {Object} reference `specs/inspection/reference.json`
 */
export function createFacts(document, findings, situation, answers, history, reference) {
  return {
    checks: describeChecks(findings),
    document,
    situation,
    derived: derive(document, situation, history, reference),
    answers,
  };
}

/** Return the document of which nothing is known: what was scanned is none of ours. */
export function createEmptyDocument(medium) {
  const empty = Object.fromEntries(UNSHOWN.map((name) => [name, null]));
  const institution = { id: null, name: null, country: null };
  return { ...empty, medium, institution, represented: false };
}

/**
 * Describe what was shown; `issuedAt` is `iat`, the day of issue where none is shown.
 * @param {import("./presented.js").Presented} presented
 * @param {"online"|"qr"|"paper"} medium
 * @param {number|null} issuedAt
 */
export function describeDocument(presented, medium, issuedAt) {
  const { institutionId: id, institutionName: name, institutionCountry: country } = presented;
  return {
    ...createEmptyDocument(medium),
    kind: presented.kind,
    shape: presented.shape,
    number: presented.documentNumber,
    institution: { id, name, country },
    issuing_country: presented.issuingCountry || country,
    legislation: presented.legislationCountry,
    starts: presented.starts,
    ends: presented.ends,
    open_ended: presented.ends === null ? null : presented.ends === OPEN_END,
    issued_on: presented.issuedOn ?? dayOf(issuedAt),
    expires_on: presented.expiresOn,
    code: presented.statusConfirmation,
    exception_text: hasExceptionText(presented),
    provisional: presented.provisional,
    transitional: presented.transitional,
    for_duration: presented.forDuration,
    employers: presented.employers,
    states: presented.states.length ? presented.states : null,
    places: presented.places,
    no_fixed_place: presented.noFixedPlace,
    more_on_paper: presented.moreOnPaper.length ? presented.moreOnPaper : null,
    pin_length: presented.pin ? [...presented.pin].length : null,
    represented: presented.represented !== null,
    person: describePerson(presented.represented ?? presented.person),
  };
}

function hasExceptionText({ shape, statusConfirmation, exceptionDescription }) {
  const told = shape === "we-build-1.0" && statusConfirmation !== null;
  return told ? exceptionDescription !== null : null;
}

function describePerson(person) {
  if (person === null) {
    return null;
  }
  const { surnames, forenames, dateOfBirth } = person;
  const described = { surnames, forenames, date_of_birth: dateOfBirth };
  return Object.values(described).some(Boolean) ? described : null;
}

function describeChecks(findings) {
  const ended = new Map(findings.map((finding) => [finding.check, describeFinding(finding)]));
  return Object.fromEntries(CHECKS.map((name) => [name, ended.get(name) ?? { ...NOT_RUN }]));
}

function describeFinding({ outcome, reason }) {
  const skipped = outcome === "INDETERMINATE" && reason === "not_run";
  return skipped ? { ...NOT_RUN } : { outcome, reason };
}

/** Return the UTC day of epoch seconds; null where there is none. */
export function dayOf(moment) {
  return moment === null ? null : new Date(moment * 1000).toISOString().slice(0, 10);
}

/**
 * Return every dotted path a condition may ask for; `[]` stands for an item of a list.
 * @param {string[]} questions
 */
export function factVariables(questions) {
  const under = (parent, names) => names.map((name) => `${parent}.${name}`);
  return [
    ...under("document", [...UNSHOWN, "institution", "represented"]),
    ...under("document.institution", ["id", "name", "country"]),
    ...under("document.person", ["surnames", "forenames", "date_of_birth"]),
    ...Object.entries(ITEMS).flatMap(([path, members]) => under(`${path}[]`, members)),
    ...under("situation", SITUATION),
    ...under("situation.employer", ["name", "id"]),
    ...CHECKS.flatMap((check) => under(`checks.${check}`, ["outcome", "reason"])),
    ...under("derived", DERIVED),
    ...under("derived.postings", ["gap_under_two_months", "over_24_months"]),
    ...under("answers", questions),
  ];
}
