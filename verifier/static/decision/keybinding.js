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

/** Return the claims of the KB-JWT if the holder signed it. Throws KeyBindingError. */
export async function verifyHolderSignature(sdJwt, holderKey) {
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
export async function verifyDigest(sdJwt, claims) {
  if (claims.sd_hash !== (await createDigest(boundPart(sdJwt)))) {
    throw new KeyBindingError("bound to other disclosures", "kb_sd_hash");
  }
}

/** Read `iat`, `nbf` and `exp` of a KB-JWT. Throws KeyBindingError. */
export function parseTimes(claims) {
  try {
    return ["iat", "nbf", "exp"].map((name) => parseDate(claims, name));
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new KeyBindingError("the key binding has no date", "kb_iat");
    }
    throw error;
  }
}

function verifyTime(claims, now) {
  const [issuedAt, notBefore, expiresAt] = parseTimes(claims);
  const fresh = issuedAt !== null && issuedAt >= now - MAX_AGE - LEEWAY && issuedAt <= now + LEEWAY;
  if (!fresh) {
    throw new KeyBindingError("not made just now", "kb_iat");
  }
  if ((notBefore ?? 0) > now + LEEWAY || (expiresAt !== null && expiresAt + LEEWAY <= now)) {
    throw new KeyBindingError("outside its own validity", "kb_iat");
  }
}
