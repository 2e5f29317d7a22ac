/**
 * Has the issuer withdrawn it? The Status List Token (draft 14, sections 5.1, 8.3), offline.
 *
 * Tokens come with the sources. One serves until its `exp`, not only for its `ttl`, one without for
 * a day; its age is shown. Fails closed: whatever keeps the answer away is undecided, never valid.
 *
 * @typedef {{uri: string, bits: number, data: Uint8Array, issuedAt: number,
 *   expiresAt: number|null, ttl: number|null}} StatusList
 */

import { decodeBase64Url } from "./bytes.js";
import { parseX5c, readKey } from "./certificates.js";
import { parseDate } from "./claims.js";
import {
  ExpiredError,
  MalformedError,
  UndecidedError,
  VerificationError,
  isRefusal,
} from "./errors.js";
import { InflateError, inflate } from "./inflate.js";
import { isObject, isWhole, parseJsonObject } from "./json.js";
import { parseJws, verifyJws } from "./jws.js";
import { decideStatusIssuer } from "./trust.js";

export const VALID = 0;
export const SUSPENDED = 2;
const TYPE = "statuslist+jwt";
const MAX_TOKEN_CHARACTERS = 4 * 1024 * 1024;
const MAX_BYTES = 32 * 1024 * 1024;
const BITS = [1, 2, 4, 8];
const LEEWAY = 60;
const MAX_AGE = 24 * 3600;
// One token answers for a whole crew: what its text alone decides is found out once.
const INFLATED = new Map();
const MAX_INFLATED = 16;

/**
 * Return the status that `reference` names.
 *
 * Throws UndecidedError (`status_unreachable`, `status_expired`, `status_mismatch`,
 * `status_untrusted`, `status_malformed`), IssuerUndecidedError, or VerificationError for an index
 * beyond the list.
 * @param {{token: string, fetchedAt: number}|undefined} kept
 * @param {{uri: string, index: number}} reference
 * @param {import("./certificates.js").Certificate[]} issuerChain
 * @param {import("./view.js").TrustView} view
 * @param {number} now
 * @returns {Promise<{value: number, parameters: Object<string, string>}>}
 */
export async function readStatus(kept, reference, issuerChain, view, now) {
  const { uri, index } = reference;
  if (kept === undefined) {
    const message = "the issuer's list of withdrawn documents could not be had";
    throw new UndecidedError(message, "status_unreachable", { uri });
  }
  const { list, described } = await believe(kept.token, uri, issuerChain, view, now);
  if (list.expiresAt === null && now >= list.issuedAt + MAX_AGE) {
    throw new UndecidedError("the list is too old", "status_expired", { uri });
  }
  const parameters = {
    uri,
    issued_at: String(list.issuedAt),
    fetched_at: String(kept.fetchedAt),
    age: String(Math.max(0, now - list.issuedAt)),
    ...described,
  };
  return { value: getStatus(list, index), parameters };
}

/** Return the kept token of an address, if there is one. */
export function findStatusToken({ statuses }, uri) {
  return Object.hasOwn(statuses, uri) ? statuses[uri] : undefined;
}

/**
 * Return when a token says, under its signature, that it was made; else 0. Whose signature it is,
 * is not asked: enough to say that a clock may be wrong.
 */
export async function readSignedTime(kept) {
  try {
    const { jws, payload, chain } = await parseToken(kept?.token ?? "");
    await verifyJws(jws, await readKey(chain[0]));
    return parseDate(payload, "iat") ?? 0;
  } catch (error) {
    if (isRefusal(error)) {
      return 0;
    }
    throw error;
  }
}

async function believe(token, uri, issuerChain, view, now) {
  try {
    const { jws, payload, chain } = await parseToken(token);
    await verifyJws(jws, await readKey(chain[0]));
    const list = await readList(token, payload, uri, now);
    return { list, described: await decideStatusIssuer(view, chain, issuerChain, now) };
  } catch (error) {
    if (!isRefusal(error)) {
      throw error;
    }
    const parameters = { ...error.parameters, reason: error.code, uri };
    const message = "the issuer's list of withdrawn documents cannot be believed";
    throw new UndecidedError(message, explainRefusal(error), parameters);
  }
}

function explainRefusal(error) {
  if (error instanceof ExpiredError) {
    return "status_expired";
  }
  if (error instanceof MalformedError) {
    return "status_malformed";
  }
  return error.code === "status_list_subject" ? "status_mismatch" : "status_untrusted";
}

async function parseToken(token) {
  const jws = parseJws(token, MAX_TOKEN_CHARACTERS);
  if (jws.header.typ !== TYPE) {
    throw new MalformedError("not a status list token", "bad_typ");
  }
  return { jws, payload: parseJsonObject(jws.payload), chain: await parseX5c(jws.header) };
}

async function readList(token, claims, uri, now) {
  if (claims.sub !== uri) {
    throw new VerificationError("this is another status list", "status_list_subject");
  }
  const issuedAt = parseDate(claims, "iat");
  const expiresAt = parseDate(claims, "exp");
  if (issuedAt === null) {
    throw new MalformedError("the status list has no date", "bad_date");
  }
  if (issuedAt > now + LEEWAY) {
    throw new ExpiredError("the status list is of the future", "status_list_not_yet_valid");
  }
  if (expiresAt !== null && expiresAt + LEEWAY <= now) {
    throw new ExpiredError("the status list has expired", "status_list_expired");
  }
  const statuses = await inflateOnce(token, claims);
  return { uri, ...statuses, issuedAt, expiresAt, ttl: parseTtl(claims) };
}

async function inflateOnce(token, claims) {
  const known = INFLATED.get(token);
  if (known !== undefined) {
    return known;
  }
  const statuses = await parseStatuses(claims);
  if (INFLATED.size >= MAX_INFLATED) {
    INFLATED.clear();
  }
  INFLATED.set(token, statuses);
  return statuses;
}

/** Inflate the `lst` member. Throws MalformedError. */
async function parseStatuses(claims) {
  const member = claims.status_list;
  const whole = isObject(member) && isWhole(member, "bits") && typeof member.lst === "string";
  if (!whole) {
    throw new MalformedError("the token holds no status list", "status_list_malformed");
  }
  const data = await inflateList(decodeBase64Url(member.lst));
  if (!BITS.includes(member.bits)) {
    throw new MalformedError("a status has 1, 2, 4 or 8 bits", "status_list_bits");
  }
  return { bits: member.bits, data };
}

async function inflateList(compressed) {
  try {
    return await inflate(compressed, MAX_BYTES);
  } catch (error) {
    if (!(error instanceof InflateError)) {
      throw error;
    }
    const code = error.reason === "too_large" ? "status_list_too_large" : "status_list_malformed";
    throw new MalformedError("the status list does not inflate", code);
  }
}

function parseTtl(claims) {
  if (!("ttl" in claims) || claims.ttl === null) {
    return null;
  }
  if (!isWhole(claims, "ttl") || claims.ttl <= 0) {
    throw new MalformedError("ttl is not a positive number", "status_list_malformed");
  }
  return claims.ttl;
}

/** Return the status at `index`, counted from the low bit. Throws VerificationError. */
export function getStatus({ bits, data }, index) {
  const perByte = 8 / bits;
  if (index < 0 || index >= data.length * perByte) {
    throw new VerificationError("no such index in the status list", "status_index_unknown");
  }
  const slot = index % perByte;
  return (data[Math.floor(index / perByte)] >> (slot * bits)) & ((1 << bits) - 1);
}
