/**
 * The institution directory: which institution stands behind which listed body, and what it may
 * issue. Signed by the list operator, with the same signature, sequence rules and freshness.
 *
 * @typedef {object} Institution
 * @property {string} id EESSI
 * @property {string} entity the TEName of the listed body
 * @property {string} country
 * @property {Array<{vct: string, starts: number, ends: number|null}>} authorizations
 *
 * @typedef {object} InstitutionDirectory times in epoch seconds
 * @property {number} sequenceNumber
 * @property {number} issuedAt
 * @property {number|null} nextUpdate
 * @property {Institution[]} institutions
 */

import { parseTimestamp } from "./dates.js";
import { MalformedError } from "./errors.js";
import { parseJsonObject } from "./json.js";
import { verifyIssueTime, verifyJades, verifyOperator } from "./jades.js";
import { requireSequenceNumber } from "./lists.js";
import { parseArray, requireObject, requireText } from "./lotemembers.js";

export const DIRECTORY = "directory";
const TYP = "institution-directory+jwt";
const INSTITUTION_ID = /^[A-Z]{2}:[A-Za-z0-9._-]{1,64}$/;
const MAX_INSTITUTIONS = 10_000;
const MAX_TYPES = 1000;
const MEMBERS = [
  "sequence_number", "operator", "territory", "issued", "next_update", "institutions",
];

/**
 * Verify a directory signed by one of `anchors` and read it. Throws as `verifyList`.
 * @returns {Promise<InstitutionDirectory>}
 */
export async function verifyDirectory(token, anchors, now) {
  const signed = await verifyJades(token, anchors, now, TYP);
  const body = requireObject(parseJsonObject(signed.payload), MEMBERS);
  const directory = parseDirectory(body);
  verifyOperator(signed.signer, requireText(body.territory), [requireText(body.operator)]);
  verifyIssueTime(directory.issuedAt, now);
  return directory;
}

function parseDirectory(body) {
  requireSequenceNumber(body, "sequence_number");
  const institutions = parseOptionalArray(body.institutions, MAX_INSTITUTIONS, parseInstitution);
  if (new Set(institutions.map(({ id }) => id)).size !== institutions.length) {
    throw new MalformedError("the directory names an institution twice");
  }
  return {
    sequenceNumber: body.sequence_number,
    issuedAt: parseTimestamp(body.issued),
    nextUpdate: body.next_update === null ? null : parseTimestamp(body.next_update),
    institutions,
  };
}

function parseOptionalArray(value, limit, parse) {
  return Array.isArray(value) && !value.length ? [] : parseArray(value, limit, parse);
}

function parseInstitution(value) {
  const members = requireObject(value, ["id", "entity", "country", "attestation_types"]);
  if (typeof members.id !== "string" || !INSTITUTION_ID.test(members.id)) {
    throw new MalformedError("an institution id has the form LT:1000");
  }
  return {
    id: members.id,
    entity: requireText(members.entity),
    country: requireText(members.country),
    authorizations: parseOptionalArray(members.attestation_types, MAX_TYPES, parseAuthorization),
  };
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
