/**
 * What a verifier sees of a document: the same names for every shape, null where nothing was shown.
 *
 * Paths per shape are a table; a value of the wrong type counts as not shown (the check of the
 * type is the place that refuses it).
 *
 * @typedef {object} PresentedPerson what was shown of a person; at least one member is not null
 * @property {string|null} surnames
 * @property {string|null} forenames
 * @property {string|null} surnameAtBirth
 * @property {string|null} forenamesAtBirth
 * @property {string|null} dateOfBirth ISO
 * @property {string|null} pin
 *
 * @typedef {object} Presented countries are ISO codes, days ISO full-dates
 * @property {"pda1"|"ehic"|"pid"} kind
 * @property {string} shape
 * @property {PresentedPerson|null} person
 * @property {PresentedPerson|null} represented the EHIC is of this person, not the holder's
 * @property {string|null} pin
 * @property {string|null} documentNumber
 * @property {string|null} institutionId
 * @property {string|null} institutionName
 * @property {string|null} institutionCountry
 * @property {string|null} issuingCountry
 * @property {string|null} legislationCountry
 * @property {string|null} starts
 * @property {string|null} ends
 * @property {string|null} issuedOn
 * @property {string|null} expiresOn
 * @property {string|null} statusConfirmation
 * @property {string|null} exceptionDescription
 * @property {boolean|null} forDuration
 * @property {boolean|null} provisional
 * @property {boolean|null} transitional
 * @property {import("./work.js").PresentedEmployer[]|null} employers
 * @property {import("./work.js").PresentedPlace[]|null} places
 * @property {string[]|null} noFixedPlace
 * @property {string[]} states those shown; there may be more
 * @property {string[]} moreOnPaper what a code on paper left out: `employers`, `places`,
 *   `exception_text`
 */

import { institutionCountry, isInstitutionId, isoCountry } from "./countries.js";
import { parseDay } from "./dates.js";
import { selectFlag, selectText } from "./select.js";
import { attestationType, probeShape } from "./type.js";
import { readWork } from "./work.js";

const FLAT = {
  pin: ["personal_administrative_number"],
  documentNumber: ["document_number"],
  institutionId: ["authentic_source", "id"],
  institutionName: ["authentic_source", "name"],
  legislationCountry: ["legislation_country"],
  starts: ["starting_date"],
  ends: ["ending_date"],
  issuedOn: ["date_of_issuance"],
  expiresOn: ["date_of_expiry"],
  statusConfirmation: ["status_confirmation"],
  transitional: ["transitional_rules"],
};
const WEBUILD = {
  pin: ["subject", "pin"],
  documentNumber: ["documentID"],
  institutionId: ["competentInstitution", "institutionID"],
  institutionName: ["competentInstitution", "institutionName"],
  institutionCountry: ["competentInstitution", "countryCode"],
  legislationCountry: ["memberstateAppliedLegislation", "memberstate"],
  starts: ["memberstateAppliedLegislation", "startDate"],
  ends: ["memberstateAppliedLegislation", "endDate"],
  statusConfirmation: ["statusConfirmation", "statusConfirmationCode"],
  exceptionDescription: ["statusConfirmation", "exceptionDescription"],
  forDuration: ["memberstateAppliedLegislation", "certificateAppliesForDuranceOfStay"],
  provisional: ["memberstateAppliedLegislation", "determinationIsProvisional"],
  transitional: ["memberstateAppliedLegislation", "transitionRulesApplyAccordingEG"],
  surnames: ["subject", "names", "surnames"],
  forenames: ["subject", "names", "forenames"],
  surnameAtBirth: ["subject", "names", "surnameAtBirth"],
  forenamesAtBirth: ["subject", "names", "forenamesAtBirth"],
  dateOfBirth: ["subject", "dateOfBirth"],
};
const PID = {
  pin: ["personal_administrative_number"],
  documentNumber: ["document_number"],
  issuedOn: ["date_of_issuance"],
  expiresOn: ["date_of_expiry"],
  surnames: ["family_name"],
  forenames: ["given_name"],
  surnameAtBirth: ["birth_family_name"],
  forenamesAtBirth: ["birth_given_name"],
  dateOfBirth: ["birthdate"],
};
const PAPER_CARD = {
  surnames: ["family_name"],
  forenames: ["given_name"],
  dateOfBirth: ["birthdate"],
};
const REPRESENTED = {
  surnames: ["subject", "familynames"],
  forenames: ["subject", "forenames"],
  dateOfBirth: ["subject", "date_of_birth"],
};

/**
 * Read what was shown. Throws MalformedError, `unknown_type` or `unknown_shape`.
 * @returns {Presented}
 */
export function readPresented(specs, vct, claims) {
  const { kind } = attestationType(specs, vct);
  const shape = probeShape(specs, vct, claims);
  const paths = shape === "we-build-1.0" ? WEBUILD : kind === "pid" ? PID : FLAT;
  const text = (field) => selectText(claims, paths[field]);
  const day = (field) => parseDay(text(field));
  const issuingCountry = readIssuingCountry(claims);
  return {
    kind,
    shape,
    person: readPerson(claims, kind === "ehic" ? PAPER_CARD : paths),
    represented: kind === "ehic" ? readPerson(claims, REPRESENTED) : null,
    pin: text("pin"),
    documentNumber: text("documentNumber"),
    institutionId: text("institutionId"),
    institutionName: text("institutionName"),
    institutionCountry: readInstitutionCountry(text) ?? issuingCountry,
    issuingCountry,
    legislationCountry: readCountry(text("legislationCountry")),
    starts: day("starts"),
    ends: day("ends"),
    issuedOn: day("issuedOn"),
    expiresOn: day("expiresOn"),
    statusConfirmation: text("statusConfirmation"),
    exceptionDescription: text("exceptionDescription"),
    forDuration: selectFlag(claims, paths.forDuration),
    provisional: selectFlag(claims, paths.provisional),
    transitional: selectFlag(claims, paths.transitional),
    ...readWork(claims),
    moreOnPaper: readMore(claims),
  };
}

function readPerson(claims, paths) {
  if (!("surnames" in paths)) {
    return null;
  }
  const text = (field) => selectText(claims, paths[field]);
  const person = {
    surnames: text("surnames"),
    forenames: text("forenames"),
    surnameAtBirth: text("surnameAtBirth"),
    forenamesAtBirth: text("forenamesAtBirth"),
    dateOfBirth: parseDay(text("dateOfBirth")),
    pin: text("pin"),
  };
  return Object.values(person).every((value) => value === null) ? null : person;
}

function readMore({ more_on_paper: named }) {
  return Array.isArray(named) ? named.filter((each) => typeof each === "string") : [];
}

function readCountry(code) {
  return code ? isoCountry(code) : null;
}

function readInstitutionCountry(text) {
  const identifier = text("institutionId");
  return identifier && isInstitutionId(identifier)
    ? institutionCountry(identifier)
    : readCountry(text("institutionCountry"));
}

function readIssuingCountry(claims) {
  const code =
    selectText(claims, ["issuing_authority", "country"]) ?? selectText(claims, ["issuing_country"]);
  return code === null ? null : isoCountry(code);
}
