/**
 * Compact JAdES baseline B-B over lists, directory and rules (ETSI TS 119 182-1).
 *
 * The verifier brings the signer's certificate; what the header says about it must agree and is
 * otherwise unused. `sigT` and `crit` belong to older profiles and are refused.
 *
 * @typedef {{payload: Uint8Array, signer: import("./certificates.js").Certificate,
 *   signedAt: number}} SignedList
 */

import { readKey } from "./certificates.js";
import { COUNTRY_NAME, ORGANIZATION_NAME, readAttributes } from "./distinguishedname.js";
import {
  MalformedError,
  SignatureError,
  UntrustedIssuerError,
  VerificationError,
} from "./errors.js";
import { readKeyUsage } from "./extensions.js";
import { isWhole } from "./json.js";
import { ALGORITHMS, parseJws, verifyJws } from "./jws.js";

const MAX_LIST_CHARACTERS = 8 * 1024 * 1024;
const CLOCK_LEEWAY = 300;
const HEADER_MEMBERS = ["alg", "typ", "cty", "kid", "x5c", "x5t#S256", "iat"];

/**
 * Verify a compact JAdES B-B made by one of `anchors`; with `typ`, only one of that type.
 *
 * Throws MalformedError, UntrustedIssuerError (`list_signer_not_pinned`), SignatureError and
 * VerificationError (`list_signing_time`, `list_signer_unsuitable`).
 * @param {string} token
 * @param {import("./certificates.js").Certificate[]} anchors
 * @returns {Promise<SignedList>}
 */
export async function verifyJades(token, anchors, typ = null) {
  const jws = parseJws(token, MAX_LIST_CHARACTERS);
  if (typ !== null && jws.header.typ !== typ) {
    throw new MalformedError(`not a token of type ${typ}`);
  }
  if (Object.keys(jws.header).some((member) => !HEADER_MEMBERS.includes(member))) {
    throw new MalformedError("unexpected header parameter in a signed list");
  }
  const signer = findSigner(jws.header, anchors);
  await verifyJws(jws, await readSignerKey(signer), ALGORITHMS);
  verifyUsage(signer);
  return { payload: jws.payload, signer, signedAt: verifySigningTime(jws.header, signer) };
}

async function readSignerKey(signer) {
  try {
    return await readKey(signer);
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new SignatureError("the signer's key type is not supported");
    }
    throw error;
  }
}

/** Check that the signer's C is the scheme's territory and its O the operator (clause 6.8). */
export function verifyOperator(signer, territory, operatorNames) {
  const countries = readAttributes(signer, COUNTRY_NAME);
  const organizations = readAttributes(signer, ORGANIZATION_NAME);
  const named = operatorNames.some((name) => organizations.has(name));
  if (countries.size !== 1 || !countries.has(territory) || !named) {
    const message = "the list is signed by a certificate of another operator or territory";
    throw new VerificationError(message, "list_signer_mismatch");
  }
}

/**
 * Refuse an issue dated later than its own signature: it could hide the honest ones until then.
 * Whether a signature is of tomorrow is for the decision to doubt, which has a clock.
 */
export function verifyIssueTime(issuedAt, signedAt) {
  if (issuedAt > signedAt + CLOCK_LEEWAY) {
    throw new VerificationError("the list is issued in the future", "list_from_future");
  }
}

/** Compare what the header names with each pinned certificate; nothing else is looked at. */
function findSigner(header, anchors) {
  if (!("x5t#S256" in header)) {
    throw new MalformedError("a signed list must name its signer by x5t#S256");
  }
  const enclosed = header.x5c;
  const signer = anchors.find((anchor) => {
    const same =
      !("x5c" in header) ||
      enclosed === null ||
      (Array.isArray(enclosed) && enclosed[0] === anchor.text);
    return header["x5t#S256"] === anchor.thumbprint && same;
  });
  if (signer === undefined) {
    const message = "the list is signed with a certificate that is not pinned here";
    throw new UntrustedIssuerError(message, "list_signer_not_pinned");
  }
  return signer;
}

function verifyUsage({ extensions }) {
  const usage = extensions && readKeyUsage(extensions);
  if (!usage || usage.signsCertificates || !usage.signs) {
    const message = "the list signer's certificate is not for signing lists";
    throw new VerificationError(message, "list_signer_unsuitable");
  }
}

function verifySigningTime(header, signer) {
  if (!isWhole(header, "iat")) {
    throw new MalformedError("a signed list must say when it was signed, as an integer iat");
  }
  const { iat } = header;
  if (iat < signer.notBefore || iat > signer.notAfter) {
    const message = "the list claims to be signed outside its signer's validity";
    throw new VerificationError(message, "list_signing_time");
  }
  return iat;
}
