/**
 * Public keys for WebCrypto: out of a JWK (RFC 7517) or out of a certificate.
 *
 * @typedef {{curve: string, cryptoKey: CryptoKey}} PublicKey `curve` is `P-256`, `P-384`, `P-521`
 *   or `Ed25519`.
 */

import { concatBytes, decodeBase64Url } from "./bytes.js";
import { MalformedError } from "./errors.js";
import { isObject } from "./json.js";

const COORDINATES = { "P-256": 32, "P-384": 48, "P-521": 66 };
const CURVE_OF_ALGORITHM = {
  ES256: "P-256",
  ES384: "P-384",
  ES512: "P-521",
  EdDSA: "Ed25519",
  Ed25519: "Ed25519",
};
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"];

/**
 * Load the public JWK of a signer. Throws MalformedError, also when it holds private members, is
 * meant for another use, or is no point of its curve.
 * @returns {Promise<PublicKey>}
 */
export async function parseJwk(jwk) {
  if (!isObject(jwk) || PRIVATE_MEMBERS.some((member) => member in jwk)) {
    throw new MalformedError("not a public JWK");
  }
  verifyUse(jwk);
  const curve = jwk.crv;
  const fitting = Object.hasOwn(CURVE_OF_ALGORITHM, jwk.alg) ? CURVE_OF_ALGORITHM[jwk.alg] : curve;
  if (typeof curve !== "string" || fitting !== curve) {
    throw new MalformedError("the key does not fit its algorithm");
  }
  if (jwk.kty === "OKP" && curve === "Ed25519") {
    return importKey("raw", parseCoordinate(jwk, "x", 32), curve);
  }
  if (jwk.kty !== "EC" || !Object.hasOwn(COORDINATES, curve)) {
    throw new MalformedError("unsupported key type");
  }
  const [x, y] = ["x", "y"].map((name) => parseCoordinate(jwk, name, COORDINATES[curve]));
  return importKey("raw", concatBytes(Uint8Array.of(4), x, y), curve);
}

/**
 * Import a key for verification. Throws MalformedError.
 * @param {"raw"|"spki"} format
 * @returns {Promise<PublicKey>}
 */
export async function importKey(format, data, curve) {
  const algorithm =
    curve === "Ed25519" ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: curve };
  try {
    const cryptoKey = await crypto.subtle.importKey(format, data, algorithm, true, ["verify"]);
    return { curve, cryptoKey };
  } catch {
    throw new MalformedError("not a key of its curve");
  }
}

/** RFC 7517, sections 4.2 to 4.4. */
function verifyUse(jwk) {
  const { use = "sig", key_ops: operations = ["verify"] } = jwk;
  const listed = Array.isArray(operations) || typeof operations === "string";
  if (use !== "sig" || !listed || !operations.includes("verify")) {
    throw new MalformedError("the key is for another use");
  }
  if ("alg" in jwk && !Object.hasOwn(CURVE_OF_ALGORITHM, jwk.alg)) {
    throw new MalformedError("the key is for another algorithm");
  }
}

function parseCoordinate(jwk, name, size) {
  const value = jwk[name];
  const data = typeof value === "string" ? decodeBase64Url(value) : null;
  if (data?.length !== size) {
    throw new MalformedError(`bad ${name} in JWK`);
  }
  return data;
}
