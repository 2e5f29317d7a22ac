/**
 * Find the listed service behind a message's certificates (ETSI TS 119 615, clause 4.3.4).
 *
 * The newest issue of a list governs. Older issues serve one purpose: to hold the certificate of a
 * key that the newest one names only by its identifier (trust table, row 8).
 *
 * @typedef {object} Question
 * @property {string} listType
 * @property {"Issuance"|"Revocation"} kind
 * @property {import("./certificates.js").Certificate[]} chain leaf first
 * @property {number} at when the certificates must have been valid, epoch seconds
 *
 * @typedef {object} Listing where the signer stands in the newest issue
 * @property {import("./lists.js").ListSnapshot} snapshot
 * @property {import("./entities.js").TrustedEntity} entity
 * @property {import("./entities.js").TrustedService} service
 * @property {string} keyId of the key that vouches, hexadecimal
 * @property {number|null} archived number of the older issue that still had the certificate
 */

import { MalformedError, UndecidedError, UntrustedIssuerError } from "./errors.js";
import { readAuthorityKeyId } from "./extensions.js";
import { freshness } from "./lists.js";
import { namesAnchor, verifyPath } from "./path.js";
import { describeList, describeSource } from "./view.js";

const STALE = { GRACE: "list_in_grace", EXPIRED: "list_expired", CLOSED: "list_closed" };

/** The lists say no. */
export class IssuerRefusedError extends UntrustedIssuerError {
  constructor(message, code, parameters) {
    super(message, code, { ...parameters, reason: code });
  }
}

/** The lists allow neither yes nor no. */
export class IssuerUndecidedError extends UndecidedError {
  constructor(message, code, parameters) {
    super(message, code, { ...parameters, reason: code });
  }
}

/**
 * Return the listed service that vouches for the chain.
 *
 * Throws IssuerUndecidedError (`list_unavailable`, `anchor_only_in_history`, or the list's lack of
 * freshness) and IssuerRefusedError (`unknown_issuer`, `issuer_removed`, or of `verifyPath`).
 * @param {Question} question
 * @returns {Promise<Listing>}
 */
export async function findListing(view, question, now) {
  const newest = requireList(view, question.listType);
  const { match, failure } = await findMatch(newest, question);
  if (match !== null) {
    return { snapshot: newest, ...match, archived: null };
  }
  for (const older of view.snapshots[question.listType].slice(1)) {
    const archived = (await findMatch(older, question)).match;
    if (archived !== null) {
      return follow(view, older, archived, question, now);
    }
  }
  const parameters = describeList(view, newest, now);
  if (isInHistory(newest, question)) {
    const message = "the issuer's former key is listed without its certificate";
    throw new IssuerUndecidedError(message, "anchor_only_in_history", parameters);
  }
  requireFresh(view, newest, now);
  if (failure !== null) {
    throw new IssuerRefusedError(failure.message, failure.code, parameters);
  }
  throw new IssuerRefusedError("the issuer is on no list", "unknown_issuer", parameters);
}

function requireList(view, listType) {
  const newest = view.snapshots[listType]?.[0];
  if (newest === undefined) {
    const parameters = { list: listType, ...describeSource(view, listType) };
    throw new IssuerUndecidedError("the list could not be had", "list_unavailable", parameters);
  }
  return newest;
}

/** Throw IssuerUndecidedError unless the issue still speaks for today. */
export function requireFresh(view, snapshot, now, entity = null) {
  const state = freshness(snapshot.nextUpdate, now);
  if (state !== "FRESH") {
    const parameters = describeList(view, snapshot, now);
    const named = entity === null ? {} : { entity };
    const message = "the list is out of date or closed";
    throw new IssuerUndecidedError(message, STALE[state], { ...parameters, ...named });
  }
}

/** Try every service that could vouch; keep the last reason why a likely one did not. */
async function findMatch(snapshot, question) {
  let failure = null;
  for (const { entity, service } of services(snapshot, question.kind)) {
    const { certificates } = service;
    if (!certificates.some((anchor) => namesAnchor(question.chain, anchor))) {
      continue;
    }
    const refusal = await tryPath(question.chain, certificates, question.at);
    if (refusal === null) {
      return { match: { entity, service, keyId: certificates[0].keyId }, failure: null };
    }
    failure = refusal;
  }
  return { match: null, failure };
}

/** Return why there is no path, or null when there is one. */
export async function tryPath(chain, certificates, at) {
  try {
    await verifyPath(chain, certificates, at);
    return null;
  } catch (error) {
    if (error instanceof UntrustedIssuerError || error instanceof MalformedError) {
      return error;
    }
    throw error;
  }
}

function services(snapshot, kind) {
  return snapshot.entities.flatMap((entity) =>
    entity.services
      .filter((service) => service.kind === kind)
      .map((service) => ({ entity, service })),
  );
}

/** Find in the newest issue the service that once had the key of an older one. */
function follow(view, older, match, question, now) {
  const newest = requireList(view, question.listType);
  const heir = services(newest, question.kind).find(({ service }) =>
    service.history.some((interval) => interval.keyIds.has(match.keyId)),
  );
  if (heir !== undefined) {
    const archived = older.sequenceNumber;
    return { snapshot: newest, ...heir, keyId: match.keyId, archived };
  }
  throw new IssuerRefusedError("the issuer has been taken off the list", "issuer_removed", {
    ...describeList(view, newest, now),
    entity: match.entity.names[0],
    last_listed: String(older.sequenceNumber),
  });
}

function isInHistory(snapshot, question) {
  const named = question.chain.flatMap((c) => [readAuthorityKeyId(c), c.keyId]);
  return services(snapshot, question.kind).some(({ service }) =>
    service.history.some((interval) => named.some((keyId) => interval.keyIds.has(keyId))),
  );
}
