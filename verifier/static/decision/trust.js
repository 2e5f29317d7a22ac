/**
 * Is this issuer trusted? Decisions on the lists, with the evidence for each.
 *
 * The procedure is the table of statuses at issuance and now; lists without status (Annexes D, E,
 * F) answer for the present only (ETSI TS 119 602, clause 6.6.0). Refused is a no, undecided is
 * neither: a list that is not fresh never gives a yes, nor a no that a newer issue could lift.
 *
 * @typedef {object} Claim what an attestation says of its own issue, between two moments because
 *   issuers round `iat` down (RFC 9901, section 10.1)
 * @property {string} vct
 * @property {string|null} institutionId
 * @property {string|null} country ISO
 * @property {number} issuedAt
 * @property {number} latest
 */

import { decideType } from "./authorization.js";
import { parseCountry } from "./countries.js";
import { createTimestamp } from "./dates.js";
import {
  COMMON_NAME,
  COUNTRY_NAME,
  ORGANIZATION_NAME,
  readAttributes,
} from "./distinguishedname.js";
import { ISSUANCE, NOTIFIED, REVOCATION, WITHDRAWN, intervals, intervalsAt } from "./entities.js";
import { UndecidedError, UntrustedIssuerError } from "./errors.js";
import {
  IssuerRefusedError,
  IssuerUndecidedError,
  findListing,
  requireFresh,
  tryPath,
} from "./listing.js";
import { PID_PROVIDERS, PROFILES, PUB_EAA_PROVIDERS } from "./profiles.js";
import { describeList } from "./view.js";

const LISTED = "listed";
const NOT_RECORDED = "not_recorded";
const IAT_PRECISION = 24 * 3600;
const PID_PREFIX = "urn:eudi:pid:";

/**
 * Decide whether the signer of an attestation was, and is, entitled to issue it.
 *
 * `attested.issuedAt` is its `iat`, rounded down by a day at most. Returns parameters. Throws
 * IssuerRefusedError and IssuerUndecidedError.
 * @param {import("./view.js").TrustView} view
 * @param {import("./certificates.js").Certificate[]} chain leaf first
 * @param {{vct: string, institutionId: string|null, country: string|null, issuedAt: number}} attested
 * @param {number} now
 */
export async function decideAttestationIssuer(view, chain, attested, now) {
  const latest = Math.min(attested.issuedAt + IAT_PRECISION, now);
  const since = clamp(chain[0].notBefore, attested.issuedAt, latest);
  const claim = { ...attested, issuedAt: Math.min(since, now), latest };
  const listType = claim.vct.startsWith(PID_PREFIX) ? PID_PROVIDERS : PUB_EAA_PROVIDERS;
  const at = PROFILES[listType].hasStatus ? claim.issuedAt : now;
  const listing = await findListing(view, { listType, kind: ISSUANCE, chain, at }, now);
  verifyName(view, listing, chain[0], claim, now);
  return decideListing(view, listing, claim, now);
}

/** Decide on statuses, type and freshness once the listed service is known. */
function decideListing(view, listing, claim, now) {
  const described = describeListing(view, listing, now);
  const { snapshot, entity, service } = listing;
  if (service.status === null) {
    requireFresh(view, snapshot, now, entity.names[0]);
    return { ...described, status_at_issuance: NOT_RECORDED, status_now: LISTED };
  }
  const then = findStatusAtIssuance(listing, claim, described);
  const known = { ...described, status_at_issuance: then.status };
  const current = findInterval(listing, now, known);
  const parameters = {
    ...known,
    status_now: current.status,
    status_since: createTimestamp(current.starts),
  };
  refuseUnlisted(then, parameters);
  requireFresh(view, snapshot, now, entity.names[0]);
  const entitled = decideType(view, entity, claim, parameters, now);
  doubtWithdrawn(current, { ...parameters, ...entitled });
  return { ...parameters, ...entitled };
}

/**
 * Decide whether `chain` may sign statuses for attestations signed with `issuerChain`.
 *
 * It must lead to a Revocation service of the body whose Issuance service vouches for the
 * attestation (ARF PuBPNot_05). Throws IssuerRefusedError and IssuerUndecidedError.
 */
export async function decideStatusIssuer(view, chain, issuerChain, now) {
  const issuer = await findIssuer(view, issuerChain, now);
  const listing = await findRevocation(view, issuer, chain, now);
  const parameters = { ...describeListing(view, listing, now), status_now: LISTED };
  if (listing.service.status !== null) {
    const current = findInterval(listing, now, parameters);
    parameters.status_now = current.status;
    if (current.status !== NOTIFIED) {
      const message = "the body no longer vouches for its statuses";
      throw new IssuerUndecidedError(message, "status_service_withdrawn", parameters);
    }
  }
  requireFresh(view, listing.snapshot, now, listing.entity.names[0]);
  return parameters;
}

/** Find the body behind an attestation; only whose it is matters here, not when. */
async function findIssuer(view, issuerChain, now) {
  const [leaf] = issuerChain;
  const at = Math.min(Math.max(now, leaf.notBefore), leaf.notAfter);
  const errors = [];
  for (const listType of [PUB_EAA_PROVIDERS, PID_PROVIDERS]) {
    try {
      return await findListing(view, { listType, kind: ISSUANCE, chain: issuerChain, at }, now);
    } catch (error) {
      if (!(error instanceof UntrustedIssuerError || error instanceof UndecidedError)) {
        throw error;
      }
      errors.push(error);
    }
  }
  throw errors.find((error) => error instanceof UndecidedError) ?? errors[0];
}

async function findRevocation(view, issuer, chain, now) {
  const { snapshot, entity } = issuer;
  let code = "status_issuer_unknown";
  for (const service of entity.services.filter(({ kind }) => kind === REVOCATION)) {
    const refusal = await tryPath(chain, service.certificates, now);
    if (refusal === null) {
      const [{ keyId }] = service.certificates;
      return { snapshot, entity, service, keyId, archived: null };
    }
    code = refusal.code === "no_path" ? "status_issuer_unknown" : refusal.code;
  }
  requireFresh(view, snapshot, now, entity.names[0]);
  const message = "the status is signed by a key that the issuer's entry does not list";
  throw new IssuerRefusedError(message, code, describeListing(view, issuer, now));
}

/**
 * O of the certificate is the listed name (Annex H), and all countries are one. A certificate
 * without O, as outside issuers make them, is compared by its CN.
 */
function verifyName(view, listing, leaf, claim, now) {
  const { entity } = listing;
  const parameters = describeListing(view, listing, now);
  const organizations = readAttributes(leaf, ORGANIZATION_NAME);
  const names = organizations.size ? organizations : readAttributes(leaf, COMMON_NAME);
  if (!entity.names.some((name) => names.has(name))) {
    const message = "the certificate names another body than the list";
    throw new IssuerRefusedError(message, "name_mismatch", parameters);
  }
  const codes = [...readAttributes(leaf, COUNTRY_NAME), entity.country, claim.country];
  if (new Set(codes.filter(Boolean).map(parseCountry)).size !== 1) {
    const message = "attestation, certificate and list name different countries";
    throw new IssuerRefusedError(message, "country_mismatch", parameters);
  }
}

/**
 * Return what was in force at issuance, for the very key that signed (rows 4 and 8). The key, or
 * the body, may have come onto the list within the rounding of `iat`.
 */
function findStatusAtIssuance(listing, claim, parameters) {
  const starts = new Set(intervals(listing.service).map((interval) => interval.starts));
  const later = [...starts].filter((start) => start > claim.issuedAt && start <= claim.latest);
  let found = false;
  for (const moment of [claim.issuedAt, ...later.sort((one, other) => one - other)]) {
    if (intervalsAt(listing.service, moment).length) {
      found = true;
      const then = findInterval(listing, moment, parameters);
      if (then.keyIds.has(listing.keyId)) {
        return then;
      }
    }
  }
  if (found) {
    const message = "this was signed with a key that the list did not hold at that time";
    throw new IssuerRefusedError(message, "key_not_listed_at_issuance", parameters);
  }
  const message = "the issuer was not on the list yet when it issued this";
  const described = { ...parameters, status_at_issuance: "none" };
  throw new IssuerRefusedError(message, "not_listed_at_issuance", described);
}

/** Return the status in force; two that began at one moment must agree (row 03A of 4.3.4). */
function findInterval(listing, moment, parameters) {
  const found = intervalsAt(listing.service, moment);
  if (new Set(found.map(({ status }) => status)).size !== 1) {
    const message = "the list gives no single status for that moment";
    throw new IssuerUndecidedError(message, "list_inconsistent", parameters);
  }
  const [{ status, starts }] = found;
  return { status, starts, keyIds: new Set(found.flatMap(({ keyIds }) => [...keyIds])) };
}

/** Rows 5 and 6: a later return to the list does not heal what was issued without. */
function refuseUnlisted(then, parameters) {
  if (then.status === WITHDRAWN) {
    const message = "the issuer was withdrawn from the list when it issued this";
    throw new IssuerRefusedError(message, "withdrawn_at_issuance", parameters);
  }
}

/** Row 3: withdrawal is not retroactive, but `iat` is the issuer's own word. */
function doubtWithdrawn(current, parameters) {
  if (current.status === WITHDRAWN) {
    const message = "the issuer has left the list and only its own word says that this is older";
    throw new IssuerUndecidedError(message, "issuer_left_list_unproven", parameters);
  }
}

function describeListing(view, listing, now) {
  const { snapshot, entity, archived } = listing;
  return {
    ...describeList(view, snapshot, now),
    entity: entity.names[0],
    contact: entity.contact,
    ...(entity.country ? { country: entity.country } : {}),
    ...(archived === null ? {} : { archived_sequence_number: String(archived) }),
  };
}

/** Return `value` when it lies in the window, else the window's beginning. */
function clamp(value, lowest, highest) {
  return lowest < value && value <= highest ? value : lowest;
}
