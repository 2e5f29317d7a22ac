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
 * @typedef {object} Evidence
 * @property {import("./sdjwt.js").UnverifiedVc} vc
 * @property {import("./view.js").TrustView} view
 * @property {Object<string, {token: string, fetchedAt: number}>} statuses by address
 * @property {import("./type.js").Specs} specs
 * @property {number} now
 * @property {function(Evidence): Promise<void>} verifyBinding what ties it to its holder
 */

import { writeName } from "./certificates.js";
import { MalformedError, UndecidedError, VerificationError } from "./errors.js";
import { verifyIntegrity } from "./integrity.js";
import { readPresented } from "./presented.js";
import { verifySdJwtVc, verifyValidity } from "./sdjwt.js";
import { SUSPENDED, VALID, readStatus } from "./status.js";
import { decideAttestationIssuer } from "./trust.js";
import { attestationType, verifyPresentationShape, verifyTypeIntegrity } from "./type.js";

/** The names of all checks, in the order a page shows them; they are stable. */
export const CHECKS = [
  "signature", "trust", "validity", "status", "holder_binding", "type", "integrity", "person",
];
const SHORT_LIVED = 24 * 3600;

/** Each check: its name, its clause, and the question itself. */
export const CLAUSES = {
  signature: "RFC 9901, section 7.1",
  trust: "Regulation (EU) 910/2014, Article 45f; TS 119 602, Annex H",
  validity: "RFC 7519, sections 4.1.4 to 4.1.6",
  holder_binding: "RFC 9901, section 7.3; OpenID4VP 1.0, 8.6",
  type: "SD-JWT VC, sections 3.2.2.2 and 7",
  integrity: "We Build PD A1 rulebook 1.0, chapter 4",
  status: "Token Status List, section 8.3; 987/2009, Article 5",
  person: "Regulation (EC) 987/2009, Article 5; PID Rulebook",
};
const LOCAL = {
  trust: verifyTrust,
  validity: verifyTechnicalValidity,
  holder_binding: (evidence) => evidence.verifyBinding(evidence),
  type: verifyType,
  integrity: (evidence) => verifyIntegrity(evidence.specs, evidence.verified.vct, evidence.verified.claims),
};

/**
 * Ask every question, in the order the first engine asks them.
 * @param {Evidence} evidence
 * @returns {Promise<Finding[]>} in the order of `CHECKS`, without `person`
 */
export async function inspectCredential(evidence) {
  const signature = await runCheck("signature", () => verifySignature(evidence));
  const findings = [signature];
  const signed = signature.outcome === "PASSED";
  for (const [check, verify] of Object.entries(LOCAL)) {
    findings.push(signed ? await runCheck(check, () => verify(evidence)) : skipCheck(check));
  }
  const authentic = findings.every(({ outcome }) => outcome === "PASSED");
  const asked = authentic ? await runCheck("status", () => verifyStatus(evidence)) : skipCheck("status");
  return sortFindings([...findings, asked]);
}

/** Put findings into the order of `CHECKS`. */
export function sortFindings(findings) {
  return findings.sort((one, other) => CHECKS.indexOf(one.check) - CHECKS.indexOf(other.check));
}

/**
 * Ask one question: it returns the parameters of the finding, or nothing, or throws.
 * @returns {Promise<Finding>}
 */
export async function runCheck(check, verify, clause = CLAUSES[check]) {
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
export function skipCheck(check, clause = CLAUSES[check]) {
  return { check, clause, outcome: "INDETERMINATE", reason: "not_run", parameters: {} };
}

/** Signature and disclosures hold under the leaf certificate. */
async function verifySignature(evidence) {
  evidence.verified = await verifySdJwtVc(evidence.vc);
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
async function verifyStatus({ verified, statuses, view, now }) {
  const { status, chain, issuedAt, expiresAt } = verified;
  if (status === null) {
    if (expiresAt !== null && expiresAt - issuedAt <= SHORT_LIVED) {
      return { short_lived: String(expiresAt - issuedAt) };
    }
    throw new UndecidedError("the document names no status list", "status_missing");
  }
  const kept = Object.hasOwn(statuses, status.uri) ? statuses[status.uri] : undefined;
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
function verifyType({ specs, verified }) {
  const { vct, claims } = verified;
  const { shape } = readPresented(specs, vct, claims);
  verifyTypeIntegrity(specs, vct, claims);
  verifyPresentationShape(specs, vct, claims);
  return { type: attestationType(specs, vct).name, shape };
}
