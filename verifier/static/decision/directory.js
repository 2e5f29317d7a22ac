/**
 * The institution directory: which institution stands behind which listed body, and what it may
 * issue. Signed by the list operator, with the same signature, sequence rules and freshness.
 *
 * @typedef {object} Institution
 * @property {string} id EESSI
 * @property {string} entity the TEName of the listed body
 * @property {string} country
 * @property {Array<{vct: string, starts: number, ends: number|null}>} authorizations
 * @property {import("./certificates.js").Certificate[]} certificates of its paper seals
 *
 * @typedef {object} InstitutionDirectory times in epoch seconds
 * @property {number} sequenceNumber
 * @property {number} issuedAt
 * @property {number|null} nextUpdate
 * @property {Institution[]} institutions
 */

import { parseCertificate } from "./certificates.js";
import { parseTimestamp } from "./dates.js";
import { MalformedError } from "./errors.js";
import { parseArray, requireObject, requireText } from "./lotemembers.js";
import { verifyStatement } from "./statement.js";

export const DIRECTORY = "directory";
const TYP = "institution-directory+jwt";
const INSTITUTION_ID = /^[A-Z]{2}:[A-Za-z0-9._-]{1,64}$/;
const MAX_INSTITUTIONS = 10_000;
const MAX_TYPES = 1000;
const MAX_SEALS = 50;
const MAX_ACCESS_CERTIFICATES = 10;
const MAX_COMPETENCES = 200;
const REQUIRED = ["id", "entity", "country", "attestation_types"];
const OPTIONAL = ["certificates", "status_lists", "exchange"];
const EXCHANGE = ["endpoint", "encryption", "certificates", "contact", "competences"];

/**
 * Verify a directory signed by one of `anchors` and read it. Throws as `verifyList`.
 * @returns {Promise<InstitutionDirectory>}
 */
export async function verifyDirectory(token, anchors) {
  const { statement, content } = await verifyStatement(token, TYP, ["institutions"], anchors);
  const institutions = [];
  for (const item of parseOptionalArray(content.institutions, MAX_INSTITUTIONS)) {
    institutions.push(await parseInstitution(item));
  }
  if (new Set(institutions.map(({ id }) => id)).size !== institutions.length) {
    throw new MalformedError("the directory names an institution twice");
  }
  return { ...statement, institutions };
}

function parseOptionalArray(value, limit, parse) {
  return Array.isArray(value) && !value.length ? [] : parseArray(value, limit, parse);
}

async function parseInstitution(value) {
  const members = requireObject(value, REQUIRED, OPTIONAL);
  if (typeof members.id !== "string" || !INSTITUTION_ID.test(members.id)) {
    throw new MalformedError("an institution id has the form LT:1000");
  }
  verifyStatusLists(members);
  if ("exchange" in members) {
    await verifyExchange(members.exchange);
  }
  return {
    id: members.id,
    entity: requireText(members.entity),
    country: requireText(members.country),
    authorizations: parseOptionalArray(members.attestation_types, MAX_TYPES, parseAuthorization),
    certificates: await parseSeals(members),
  };
}

async function parseSeals(members) {
  if (!("certificates" in members)) {
    return [];
  }
  const texts = parseArray(members.certificates, MAX_SEALS, requireText);
  const seals = await Promise.all(texts.map(parseCertificate));
  if (seals.some(({ extensions }) => extensions === null)) {
    throw new MalformedError("a certificate's extensions cannot be read");
  }
  return seals;
}

/** The address that names all status lists of an institution serves those who fetch them. */
function verifyStatusLists(members) {
  if ("status_lists" in members && !/^https?:\/\//.test(requireText(members.status_lists))) {
    throw new MalformedError("status lists have an address with https");
  }
}

/** How other institutions reach it decides nothing here; its form is checked, like all else. */
async function verifyExchange(value) {
  const { endpoint, encryption, certificates, contact, competences } = requireObject(value, EXCHANGE);
  if (!/^https?:\/\//.test(requireText(endpoint))) {
    throw new MalformedError("an access point has an address with https");
  }
  requireText(contact);
  requireObject(encryption, ["kty", "crv", "x", "y", "kid"], ["alg", "use"]);
  const texts = parseArray(certificates, MAX_ACCESS_CERTIFICATES, requireText);
  await Promise.all(texts.map(parseCertificate));
  parseOptionalArray(competences, MAX_COMPETENCES, verifyCompetence);
}

function verifyCompetence(value) {
  const members = requireObject(value, ["case_type", "role", "ready", "from"], ["until"]);
  requireText(members.case_type);
  if (!["PO", "CP"].includes(members.role) || typeof members.ready !== "boolean") {
    throw new MalformedError("a competence is for PO or CP, ready or not");
  }
  parseTimestamp(members.from);
  if ("until" in members && members.until !== null) {
    parseTimestamp(members.until);
  }
}

function parseAuthorization(value) {
  const members = requireObject(value, ["vct", "from"], ["until"]);
  const until = members.until ?? null;
  return {
    vct: requireText(members.vct),
    starts: parseTimestamp(members.from),
    ends: until === null ? null : parseTimestamp(until),
  };
}

/** Say whether an institution was entitled to a type at any moment in between. */
export function mayIssue(institution, vct, earliest, latest) {
  return institution.authorizations.some(
    (authorization) =>
      authorization.vct === vct &&
      authorization.starts <= latest &&
      (authorization.ends === null || earliest < authorization.ends),
  );
}

/**
 * Return the paper seal of this digest (base64url SHA-256), and whose it is; null when unknown.
 * @returns {{institution: Institution, certificate: import("./certificates.js").Certificate}|null}
 */
export function findSeal({ institutions }, digest) {
  const seals = institutions.flatMap((institution) =>
    institution.certificates.map((certificate) => ({ institution, certificate })),
  );
  return seals.find(({ certificate }) => certificate.thumbprint === digest) ?? null;
}
