/**
 * The checks of one credential, each tied to the clause that demands it, and what they found.
 *
 * The signature comes first: until it holds, everything else would be asked of a stranger's words.
 * Status follows an address in the credential, so it is asked for only when all others passed.
 *
 * @typedef {object} Finding how one check ended; holds no personal data
 * @property {string} check
 * @property {string} clause
 * @property {"PASSED"|"FAILED"|"INDETERMINATE"} outcome
 * @property {string} reason
 * @property {Object<string, string>} parameters
 *
 * @typedef {object} Evidence what every check looks at
 * @property {import("./view.js").TrustView} view
 * @property {import("./type.js").Specs} specs
 * @property {number} now
 * @property {import("./sdjwt.js").VerifiedVc} [verified] once the signature holds
 *
 * @typedef {object} Plan the questions to one kind of document, in order
 * @property {[string, function(Evidence): Promise<import("./sdjwt.js").VerifiedVc>]} signature its
 *   clause, and what returns the document under its issuer's signature
 * @property {Array<[string, string, function(Evidence): *]>} local check, clause, question
 */

import { writeName } from "./distinguishedname.js";
import { MalformedError, UndecidedError, VerificationError } from "./errors.js";
import { verifyIntegrity } from "./integrity.js";
import { parseJwk } from "./keys.js";
import { readPresented } from "./presented.js";
import { verifySdJwtVc, verifyValidity } from "./sdjwt.js";
import { SUSPENDED, VALID, findStatusToken, readStatus } from "./status.js";
import { decideAttestationIssuer } from "./trust.js";
import { attestationType, verifyPresentationShape, verifyTypeIntegrity } from "./type.js";

/** The names of all checks, in the order a page shows them; they are stable. */
export const CHECKS = [
  "signature",
  "trust",
  "validity",
  "status",
  "holder_binding",
  "type",
  "integrity",
  "person",
];
const SHORT_LIVED = 24 * 3600;

export const SIGNATURE_CLAUSE = "RFC 9901, section 7.1";
const TRUST_CLAUSE = "Regulation (EU) 910/2014, Article 45f; TS 119 602, Annex H";
const VALIDITY_CLAUSE = "RFC 7519, sections 4.1.4 to 4.1.6";
const BINDING_CLAUSE = "RFC 9901, section 7.3; OpenID4VP 1.0, 8.6";
const INTEGRITY_CLAUSE = "We Build PD A1 rulebook 1.0, chapter 4";
const STATUS_CLAUSE = "Token Status List, section 8.3; 987/2009, Article 5";

/**
 * The plan for a credential that was presented.
 * @param {import("./sdjwt.js").UnverifiedVc} vc
 * @param {function(import("./sdjwt.js").SdJwt, import("./keys.js").PublicKey, number)} verifyBinding
 * @returns {Plan}
 */
export function planPresentation(vc, verifyBinding) {
  const verifyHolderBinding = async ({ verified, now }) => {
    await verifyBinding(vc.sdJwt, await parseJwk(verified.holderJwk ?? {}), now);
  };
  return {
    signature: [SIGNATURE_CLAUSE, () => verifySdJwtVc(vc)],
    local: [
      ["trust", TRUST_CLAUSE, verifyTrust],
      ["validity", VALIDITY_CLAUSE, verifyTechnicalValidity],
      ["holder_binding", BINDING_CLAUSE, verifyHolderBinding],
      ["type", "SD-JWT VC, sections 3.2.2.2 and 7", verifyType],
      ["integrity", INTEGRITY_CLAUSE, verifyDataIntegrity],
    ],
  };
}

/**
 * The plan for a sealed document on paper; nobody can prove to be its holder.
 * @param {function(Evidence): Promise<import("./sdjwt.js").VerifiedVc>} verifySeal
 * @returns {Plan}
 */
export function planPaper(verifySeal) {
  return {
    signature: ["RFC 9052, section 4.4", verifySeal],
    local: [
      ["trust", TRUST_CLAUSE, verifyTrust],
      ["validity", VALIDITY_CLAUSE, verifyTechnicalValidity],
      ["type", "specs/documents, core data", describeType],
      ["integrity", INTEGRITY_CLAUSE, verifyDataIntegrity],
    ],
  };
}

/**
 * Ask every question of a plan. Of an unsigned text nothing else is asked, and about status only
 * if all local checks passed.
 * @param {Evidence} evidence
 * @param {Plan} plan
 * @returns {Promise<Finding[]>} in the order of `CHECKS`, without `person`
 */
export async function inspectDocument(evidence, { signature: [clause, verify], local }) {
  const signature = await runCheck("signature", clause, () => verifySignature(evidence, verify));
  const signed = signature.outcome === "PASSED";
  const found = [];
  for (const [check, demanded, ask] of local) {
    const run = () => runCheck(check, demanded, () => ask(evidence));
    found.push(signed ? await run() : skipCheck(check, demanded));
  }
  const authentic = signed && found.every(({ outcome }) => outcome === "PASSED");
  const status = authentic
    ? await runCheck("status", STATUS_CLAUSE, () => verifyStatus(evidence))
    : skipCheck("status", STATUS_CLAUSE);
  const unbound = local.some(([check]) => check === "holder_binding")
    ? []
    : [skipCheck("holder_binding", "")];
  return sortFindings([signature, ...found, status, ...unbound]);
}

/** Put findings into the order of `CHECKS`. */
export function sortFindings(findings) {
  return findings.sort((one, other) => CHECKS.indexOf(one.check) - CHECKS.indexOf(other.check));
}

/**
 * Ask one question: it returns the parameters of the finding, or nothing, or throws.
 * @returns {Promise<Finding>}
 */
export async function runCheck(check, clause, verify) {
  try {
    const parameters = (await verify()) ?? {};
    return { check, clause, outcome: "PASSED", reason: "", parameters };
  } catch (error) {
    const { code: reason, parameters } = error;
    if (error instanceof MalformedError || error instanceof VerificationError) {
      return { check, clause, outcome: "FAILED", reason, parameters };
    }
    if (error instanceof UndecidedError) {
      return { check, clause, outcome: "INDETERMINATE", reason, parameters };
    }
    throw error;
  }
}

/** Record that an earlier failure made the question pointless. */
export function skipCheck(check, clause) {
  return { check, clause, outcome: "INDETERMINATE", reason: "not_run", parameters: {} };
}

/** Signature and disclosures hold under the leaf certificate. */
async function verifySignature(evidence, verify) {
  evidence.verified = await verify(evidence);
  return { issuer: writeName(evidence.verified.chain[0].subject) };
}

/** The issuer was listed for this type at issuance, and is now. */
async function verifyTrust({ view, verified, specs, now }) {
  const { vct, chain, claims, issuedAt } = verified;
  const presented = readPresented(specs, vct, claims);
  const { institutionId, institutionCountry, issuingCountry } = presented;
  const country = institutionCountry || issuingCountry;
  return decideAttestationIssuer(view, chain, { vct, institutionId, country, issuedAt }, now);
}

/** The time of inspection lies between `iat`, `nbf` and `exp`. */
function verifyTechnicalValidity({ verified, now }) {
  verifyValidity(verified, now);
  const { issuedAt, notBefore, expiresAt } = verified;
  const begins = String(Math.max(issuedAt, notBefore ?? 0));
  const expires = expiresAt === null ? {} : { expires_at: String(expiresAt) };
  return { not_before: begins, ...expires };
}

/** The status list says VALID; any other value withdraws. */
async function verifyStatus({ verified, view, now }) {
  const { status, chain, issuedAt, expiresAt } = verified;
  if (status === null) {
    if (expiresAt !== null && expiresAt - issuedAt <= SHORT_LIVED) {
      return { short_lived: String(expiresAt - issuedAt) };
    }
    throw new UndecidedError("the document names no status list", "status_missing");
  }
  const kept = findStatusToken(view, status.uri);
  const { value, parameters } = await readStatus(kept, status, chain, view, now);
  if (value !== VALID) {
    const code = value === SUSPENDED ? "suspended" : "revoked";
    throw new VerificationError("the issuer has withdrawn the document", code, parameters);
  }
  return parameters;
}

/**
 * Type and shape are known, and every entry has the form they prescribe. A type is what its
 * metadata says: `vct#integrity`, if there, is that of ours.
 */
function verifyType(evidence) {
  const { vct, claims } = evidence.verified;
  const described = describeType(evidence);
  verifyTypeIntegrity(evidence.specs, vct, claims);
  verifyPresentationShape(evidence.specs, vct, claims);
  return described;
}

/** The core data of paper has a known form: reading it was the check. */
function describeType({ specs, verified: { vct, claims } }) {
  const { shape } = readPresented(specs, vct, claims);
  return { type: attestationType(specs, vct).name, shape };
}

/** The entries agree with each other. */
function verifyDataIntegrity({ specs, verified: { vct, claims } }) {
  verifyIntegrity(specs, vct, claims);
}
