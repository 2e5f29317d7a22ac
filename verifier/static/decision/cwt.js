/**
 * The CWT on paper (RFC 8392) under COSE_Sign1 (RFC 9052, section 4.2).
 *
 * Always tagged (18). The protected header is `{1: algorithm, 34: [-16, SHA-256 of the seal's
 * certificate]}` (`x5t`, RFC 9360), the unprotected one empty; the claims are `iss` (optional),
 * `exp`, `iat`, `status` (65535) and the core data under a private label.
 *
 * @typedef {object} Cwt nothing in it may be believed before `verifyCwt`
 * @property {string} certificateDigest base64url
 * @property {number} issuedAt epoch seconds
 * @property {number} expiresAt epoch seconds
 * @property {{uri: string, index: number}} status
 * @property {Map<number, *>} core
 */

import { concatBytes, encodeBase64Url, encodeText } from "./bytes.js";
import { parseCbor } from "./cbor.js";
import { parseStatusReference } from "./claims.js";
import { MalformedError, SignatureError } from "./errors.js";

const [ALG, X5T] = [1, 34];
const [ISS, EXP, IAT, STATUS, CORE] = [1, 4, 6, 65535, -70001];
const SHA_256 = -16;
const TAG = 0xd2;
const MAX_BYTES = 64 * 1024;
const MAX_DATE = 253_402_300_799;
const MAX_ISSUER_CHARACTERS = 255;
const ECDSA = new Map([
  [-7, { curve: "P-256", hash: "SHA-256", size: 64 }],
  [-35, { curve: "P-384", hash: "SHA-384", size: 96 }],
]);

/**
 * Read a CWT of ours.
 *
 * Throws MalformedError: `bad_cbor`, `bad_cose`, `bad_cwt`, `bad_date`, `bad_status_reference`.
 * @param {Uint8Array} data
 * @returns {Cwt}
 */
export function parseCwt(data) {
  const { protectedHeader, ...message } = parseSign1(data);
  const certificateDigest = parseDigest(protectedHeader);
  const claims = parseClaims(parseCbor(message.payload));
  return { ...message, algorithm: protectedHeader.get(ALG), certificateDigest, ...claims };
}

function parseSign1(data) {
  if (data.length > MAX_BYTES || data[0] !== TAG) {
    throw new MalformedError("not a COSE_Sign1, or too large", "bad_cose");
  }
  const parts = parseCbor(data.subarray(1));
  const [header, unprotected, payload, signature] = Array.isArray(parts) ? parts : [];
  const octets = [header, payload, signature].every((part) => part instanceof Uint8Array);
  if (parts?.length !== 4 || !octets || !(unprotected instanceof Map)) {
    throw new MalformedError("not a COSE_Sign1", "bad_cose");
  }
  const protectedHeader = header.length ? parseCbor(header) : new Map();
  if (!(protectedHeader instanceof Map)) {
    throw new MalformedError("the protected header is no map", "bad_cose");
  }
  if ([...protectedHeader.keys()].some((label) => unprotected.has(label))) {
    throw new MalformedError("a header parameter stands twice", "bad_cose");
  }
  if (unprotected.size) {
    throw new MalformedError("a header that is not that of a paper seal", "bad_cwt");
  }
  return { protectedHeader, payload, signature, signed: createInput(header, payload) };
}

/** RFC 9052, section 4.4: ["Signature1", protected header, no external data, payload]. */
function createInput(header, payload) {
  const context = encodeText("Signature1");
  const start = Uint8Array.of(0x84, 0x60 | context.length);
  const external = Uint8Array.of(0x40);
  return concatBytes(start, context, encodeOctets(header), external, encodeOctets(payload));
}

/** A byte string of less than 64 KiB, its length in the shortest form. */
function encodeOctets(octets) {
  const { length } = octets;
  const wide = length > 0xff ? [0x59, length >> 8, length & 0xff] : [0x58, length];
  return concatBytes(Uint8Array.from(length < 24 ? [0x40 | length] : wide), octets);
}

function parseDigest(header) {
  const [algorithm, digest, ...rest] = Array.isArray(header.get(X5T)) ? header.get(X5T) : [];
  if (header.size !== 2 || !header.has(ALG) || rest.length || algorithm !== SHA_256) {
    throw new MalformedError("a header that is not that of a paper seal", "bad_cwt");
  }
  if (!(digest instanceof Uint8Array) || digest.length !== 32) {
    throw new MalformedError("the certificate is not named by SHA-256", "bad_cwt");
  }
  return encodeBase64Url(digest);
}

function parseClaims(claims) {
  const required = [EXP, IAT, STATUS, CORE];
  const known = claims instanceof Map && required.every((label) => claims.has(label));
  if (!known || claims.size !== required.length + Number(claims.has(ISS))) {
    throw new MalformedError("other claims than a paper seal makes", "bad_cwt");
  }
  verifyIssuer(claims);
  const core = claims.get(CORE);
  if (!(core instanceof Map) || [...core.keys()].some((label) => typeof label === "string")) {
    throw new MalformedError("the core data is no map of labels", "bad_cwt");
  }
  const [issuedAt, expiresAt] = [claims.get(IAT), claims.get(EXP)].map(parseTime);
  if (expiresAt <= issuedAt) {
    throw new MalformedError("ends before it begins", "bad_date");
  }
  return { issuedAt, expiresAt, status: parseStatus(claims.get(STATUS)), core };
}

function verifyIssuer(claims) {
  const issuer = claims.has(ISS) ? claims.get(ISS) : "";
  if (typeof issuer !== "string" || [...issuer].length > MAX_ISSUER_CHARACTERS) {
    throw new MalformedError("iss is no name", "bad_cwt");
  }
}

function parseTime(value) {
  if (typeof value !== "number" || value < 0 || value > MAX_DATE) {
    throw new MalformedError("not a time", "bad_date");
  }
  return value;
}

/** The same claim as in a JWT, with the same names. */
function parseStatus(value) {
  const entry = value instanceof Map ? value.get("status_list") : undefined;
  const members = entry instanceof Map ? Object.fromEntries(entry) : null;
  return parseStatusReference({ status: { status_list: members } });
}

/**
 * Check the signature under the key of the certificate that was found. Throws SignatureError.
 * @param {Cwt} cwt
 * @param {import("./keys.js").PublicKey} key
 */
export async function verifyCwt(cwt, key) {
  const demanded = ECDSA.get(cwt.algorithm);
  if (demanded === undefined) {
    throw new SignatureError("algorithm not allowed");
  }
  const { curve, hash, size } = demanded;
  if (key.curve !== curve || cwt.signature.length !== size) {
    throw new SignatureError("key or signature does not fit the algorithm");
  }
  const algorithm = { name: "ECDSA", hash };
  if (!(await crypto.subtle.verify(algorithm, key.cryptoKey, cwt.signature, cwt.signed))) {
    throw new SignatureError("the signature does not verify");
  }
}
