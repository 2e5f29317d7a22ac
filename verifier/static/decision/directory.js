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
const REQUIRED = ["id", "entity", "country", "attestation_types"];
const OPTIONAL = ["certificates", "status_lists"];

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
