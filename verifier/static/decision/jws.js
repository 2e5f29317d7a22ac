/**
 * JSON Web Signature, compact serialization (RFC 7515), under an algorithm allow-list.
 *
 * Signatures have exactly the length their algorithm demands (RFC 7518, section 3.4). `crit` is
 * refused: we understand no extension. Keys never come from the header; the caller brings them.
 * Parsing is ours, because it must be strict; the signature itself is checked by `jose`.
 *
 * @typedef {{token: string, header: Object, payload: Uint8Array, signature: Uint8Array}} Jws
 */

import { compactVerify } from "../esspass/vendor/jose/jws/compact/verify.js";
import { decodeBase64Url, isAscii } from "./bytes.js";
import { MalformedError, SignatureError } from "./errors.js";
import { parseJsonObject } from "./json.js";

const MAX_HEADER_CHARACTERS = 64 * 1024;
const MAX_TOKEN_CHARACTERS = 1024 * 1024;
const ECDSA = { ES256: ["P-256", 64], ES384: ["P-384", 96], ES512: ["P-521", 132] };
const DEMANDS = { ...ECDSA, EdDSA: ["Ed25519", 64] };
/** All algorithms we know; only lists may use others than ES256. */
export const ALGORITHMS = Object.keys(DEMANDS);

/**
 * Split and decode a compact JWS. Throws MalformedError.
 * @returns {Jws}
 */
export function parseJws(token, maxCharacters = MAX_TOKEN_CHARACTERS) {
  if (typeof token !== "string" || token.length > maxCharacters || !isAscii(token)) {
    throw new MalformedError("not a compact JWS, or too large");
  }
  const parts = token.split(".");
  if (parts.length !== 3 || parts[0].length > MAX_HEADER_CHARACTERS) {
    throw new MalformedError("not a compact JWS");
  }
  const [header, payload, signature] = parts.map(decodeBase64Url);
  return { token, header: parseJsonObject(header), payload, signature };
}

/**
 * Check the signature under `key` and the allow-list. Throws SignatureError.
 * @param {Jws} jws
 * @param {import("./keys.js").PublicKey} key
 */
export async function verifyJws(jws, key, algorithms = ["ES256"]) {
  const algorithm = jws.header.alg;
  if ("crit" in jws.header || "b64" in jws.header) {
    throw new SignatureError("critical header parameters are not understood");
  }
  if (!algorithms.includes(algorithm)) {
    throw new SignatureError("algorithm not allowed");
  }
  const [curve, size] = DEMANDS[algorithm];
  if (key.curve !== curve || jws.signature.length !== size) {
    throw new SignatureError("key or signature does not fit the algorithm");
  }
  try {
    await compactVerify(jws.token, key.cryptoKey, { algorithms: [algorithm] });
  } catch {
    throw new SignatureError("the signature does not verify");
  }
}
