/**
 * SD-JWT (RFC 9901) and SD-JWT VC (draft 13, as HAIP 1.0 profiles it): read, and verify the
 * issuer's signature. Trust in the chain, validity, status and key binding are checked elsewhere.
 *
 * @typedef {{issuerJwt: string, disclosures: string[], keyBindingJwt: string|null}} SdJwt
 * @typedef {object} UnopenedVc a credential that parses; only its signature makes it true
 * @property {SdJwt} sdJwt
 * @property {import("./jws.js").Jws} jws
 * @property {Object} payload
 * @property {string} vct
 * @property {import("./certificates.js").Certificate[]} chain leaf first
 *
 * @typedef {UnopenedVc & {claims: Object, disclosed: Array<Array<string|number>>}} UnverifiedVc
 */

import { isAscii } from "./bytes.js";
import { parseX5c, readKey } from "./certificates.js";
import { parseDate, parseStatusReference } from "./claims.js";
import { processDisclosures } from "./disclosures.js";
import { ExpiredError, MalformedError, VerificationError } from "./errors.js";
import { isObject, parseJsonObject } from "./json.js";
import { parseJws, verifyJws } from "./jws.js";

const TYPE = "dc+sd-jwt";
const MAX_CHARACTERS = 256 * 1024;
const MAX_DISCLOSURES = 512;
const NEVER_DISCLOSED = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"];
const LEEWAY = 60;

/**
 * Split the compact serialization: at most 256 KiB, 512 disclosures. Throws MalformedError.
 * @returns {SdJwt}
 */
export function parseSdJwt(text) {
  if (typeof text !== "string" || text.length > MAX_CHARACTERS || !isAscii(text)) {
    throw new MalformedError("not an SD-JWT, or too large");
  }
  const [issuerJwt, ...disclosures] = text.split("~");
  if (!disclosures.length || !isCompact(issuerJwt) || disclosures.length > MAX_DISCLOSURES + 1) {
    throw new MalformedError("not an SD-JWT in compact serialization");
  }
  const keyBindingJwt = disclosures.pop();
  if (disclosures.includes("") || (keyBindingJwt && !isCompact(keyBindingJwt))) {
    throw new MalformedError("a part of the SD-JWT is empty or misplaced");
  }
  return { issuerJwt, disclosures, keyBindingJwt: keyBindingJwt || null };
}

function isCompact(text) {
  return text.split(".").length === 3;
}

/** Return the text that `sd_hash` covers: everything up to the last `~`. */
export function boundPart(sdJwt) {
  return [sdJwt.issuerJwt, ...sdJwt.disclosures, ""].join("~");
}

/**
 * Read a credential or a presentation of one, its disclosures as yet unopened.
 *
 * Throws MalformedError.
 * @returns {Promise<UnopenedVc>}
 */
export async function parseSdJwtVc(text) {
  const sdJwt = parseSdJwt(text);
  const jws = parseJws(sdJwt.issuerJwt);
  if (jws.header.typ !== TYPE) {
    throw new MalformedError("not an SD-JWT VC", "bad_typ");
  }
  const payload = parseJsonObject(jws.payload);
  const vct = parseVct(payload);
  return { sdJwt, jws, payload, vct, chain: await parseX5c(jws.header) };
}

/**
 * Put the disclosures in place. Throws MalformedError or VerificationError (RFC 9901, 7.1).
 * @param {UnopenedVc} vc
 * @returns {Promise<UnverifiedVc>}
 */
export async function discloseClaims(vc) {
  const { payload, sdJwt } = vc;
  const { claims, paths } = await processDisclosures(payload, sdJwt.disclosures);
  if (paths.some(({ path }) => NEVER_DISCLOSED.includes(path[0]))) {
    const message = "a registered claim is disclosed selectively";
    throw new VerificationError(message, "registered_claim_disclosed");
  }
  return { ...vc, claims, disclosed: paths.map(({ path }) => path) };
}

function parseVct(claims) {
  if (typeof claims.vct !== "string" || !claims.vct) {
    throw new MalformedError("the credential names no type", "bad_vct");
  }
  return claims.vct;
}

/**
 * Check the signature with the leaf of the chain and read the registered claims.
 *
 * Throws SignatureError, VerificationError or MalformedError.
 * @param {UnverifiedVc} vc
 * @returns {Promise<VerifiedVc>}
 *
 * @typedef {object} VerifiedVc a credential whose issuer's signature holds; times in epoch seconds
 * @property {string} vct
 * @property {Object} claims
 * @property {number} issuedAt `iat`, else `nbf`
 * @property {number|null} notBefore
 * @property {number|null} expiresAt
 * @property {Object|null} holderJwk
 * @property {{uri: string, index: number}|null} status
 * @property {import("./certificates.js").Certificate[]} chain
 */
export async function verifySdJwtVc(vc) {
  await verifyJws(vc.jws, await readKey(vc.chain[0]));
  const { claims } = vc;
  const issuedAt = parseDate(claims, "iat") ?? parseDate(claims, "nbf");
  if (issuedAt === null) {
    throw new VerificationError("does not say when it was issued", "no_issuance_date");
  }
  return {
    vct: vc.vct,
    claims,
    issuedAt,
    notBefore: parseDate(claims, "nbf"),
    expiresAt: parseDate(claims, "exp"),
    holderJwk: parseHolderJwk(claims),
    status: parseStatusReference(vc.payload),
    chain: vc.chain,
  };
}

function parseHolderJwk(claims) {
  if (!("cnf" in claims)) {
    return null;
  }
  const jwk = isObject(claims.cnf) ? claims.cnf.jwk : null;
  if (!isObject(jwk)) {
    throw new MalformedError("cnf holds no JWK", "bad_cnf");
  }
  return jwk;
}

/** Check `iat`, `nbf` and `exp`. Throws ExpiredError, `not_yet_valid` or `expired`. */
export function verifyValidity(vc, now) {
  if (Math.max(vc.issuedAt, vc.notBefore ?? 0) > now + LEEWAY) {
    throw new ExpiredError("not valid yet", "not_yet_valid");
  }
  if (vc.expiresAt !== null && vc.expiresAt + LEEWAY <= now) {
    throw new ExpiredError("no longer valid", "expired");
  }
}
