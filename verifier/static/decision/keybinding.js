/**
 * Key binding: the holder signs this presentation, for this verifier, now (RFC 9901, 4.3, 7.3).
 *
 * Online the request brings nonce and audience. A QR code that the holder shows answers no
 * request: it is bound to a purpose and to a minute instead.
 */

import { createDigest } from "./bytes.js";
import { parseDate } from "./claims.js";
import { KeyBindingError, MalformedError, SignatureError } from "./errors.js";
import { parseJsonObject } from "./json.js";
import { parseJws, verifyJws } from "./jws.js";
import { boundPart } from "./sdjwt.js";

const TYPE = "kb+jwt";
const SHOWN_AUDIENCE = "urn:esspass:shown:";
const SHOWN_LIFETIME = 60;
const CLOCK_BEHIND = 60;
const CLOCK_AHEAD = 30;
const MIN_NONCE_CHARACTERS = 22; // 128 bits in base64url
const MAX_AGE = 300;
const LEEWAY = 60;

/**
 * Return the claims of the KB-JWT if it binds `sdJwt` to this request.
 *
 * Throws KeyBindingError: kb_missing, kb_typ, kb_signature, kb_nonce, kb_audience, kb_sd_hash or
 * kb_iat.
 * @param {import("./sdjwt.js").SdJwt} sdJwt
 * @param {import("./keys.js").PublicKey} holderKey
 * @param {{nonce: string, audience: string}} binding
 * @param {number} now
 */
export async function verifyKeyBinding(sdJwt, holderKey, binding, now) {
  const claims = await verifyHolderSignature(sdJwt, holderKey);
  if (claims.nonce !== binding.nonce) {
    throw new KeyBindingError("bound to another request", "kb_nonce");
  }
  if (claims.aud !== binding.audience) {
    throw new KeyBindingError("bound to another verifier", "kb_audience");
  }
  await verifyDigest(sdJwt, claims);
  verifyTime(claims, now);
  return claims;
}

/**
 * Check that a code was shown for this purpose, now, and not before.
 *
 * Throws KeyBindingError: kb_missing, kb_typ, kb_signature, kb_audience, kb_nonce, kb_sd_hash,
 * kb_iat, shown_in_future, shown_too_old or replayed.
 * @param {import("./sdjwt.js").SdJwt} sdJwt
 * @param {import("./keys.js").PublicKey} holderKey
 * @param {{purpose: string, seen: Set<string>}} binding `seen`: base64url(SHA-256) of KB-JWTs
 * @param {number} now
 */
export async function verifyShownBinding(sdJwt, holderKey, { purpose, seen }, now) {
  const claims = await verifyHolderSignature(sdJwt, holderKey);
  if (claims.aud !== SHOWN_AUDIENCE + purpose) {
    throw new KeyBindingError("shown for another purpose", "kb_audience");
  }
  if (typeof claims.nonce !== "string" || claims.nonce.length < MIN_NONCE_CHARACTERS) {
    throw new KeyBindingError("without a random nonce", "kb_nonce");
  }
  await verifyDigest(sdJwt, claims);
  verifyMinute(claims, now);
  if (seen.has(await createDigest(sdJwt.keyBindingJwt))) {
    throw new KeyBindingError("this code was shown before", "replayed");
  }
}

function verifyMinute(claims, now) {
  const [issuedAt, expiresAt] = parseTimes(claims, ["iat", "exp"]);
  const lifetime = issuedAt === null || expiresAt === null ? 0 : expiresAt - issuedAt;
  if (lifetime <= 0 || lifetime > SHOWN_LIFETIME) {
    throw new KeyBindingError("not made for one minute", "kb_iat");
  }
  if (now < issuedAt - CLOCK_BEHIND) {
    throw new KeyBindingError("made in the future", "shown_in_future");
  }
  if (now > expiresAt + CLOCK_AHEAD) {
    throw new KeyBindingError("shown too long ago", "shown_too_old");
  }
}

/** Return the claims of the KB-JWT if the holder signed it. Throws KeyBindingError. */
async function verifyHolderSignature(sdJwt, holderKey) {
  if (sdJwt.keyBindingJwt === null) {
    throw new KeyBindingError("the presentation is not bound to its holder", "kb_missing");
  }
  try {
    const jws = parseJws(sdJwt.keyBindingJwt);
    if (jws.header.typ !== TYPE) {
      throw new KeyBindingError("not a key binding JWT", "kb_typ");
    }
    await verifyJws(jws, holderKey);
    return parseJsonObject(jws.payload);
  } catch (error) {
    if (error instanceof MalformedError || error instanceof SignatureError) {
      throw new KeyBindingError("the holder's signature is wrong", "kb_signature");
    }
    throw error;
  }
}

/** Check that the KB-JWT covers exactly these disclosures. Throws KeyBindingError. */
async function verifyDigest(sdJwt, claims) {
  if (claims.sd_hash !== (await createDigest(boundPart(sdJwt)))) {
    throw new KeyBindingError("bound to other disclosures", "kb_sd_hash");
  }
}

function parseTimes(claims, names) {
  try {
    return names.map((name) => parseDate(claims, name));
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new KeyBindingError("the key binding has no date", "kb_iat");
    }
    throw error;
  }
}

function verifyTime(claims, now) {
  const [issuedAt, notBefore, expiresAt] = parseTimes(claims, ["iat", "nbf", "exp"]);
  const fresh = issuedAt !== null && issuedAt >= now - MAX_AGE - LEEWAY && issuedAt <= now + LEEWAY;
  if (!fresh) {
    throw new KeyBindingError("not made just now", "kb_iat");
  }
  if ((notBefore ?? 0) > now + LEEWAY || (expiresAt !== null && expiresAt + LEEWAY <= now)) {
    throw new KeyBindingError("outside its own validity", "kb_iat");
  }
}
