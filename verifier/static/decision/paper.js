/**
 * A sealed document on paper: found by its seal, checked like any other, bound to nobody.
 *
 * The seal names its certificate by digest; only the institution directory can tell whose it is.
 */

import { readKey } from "./certificates.js";
import { readCore } from "./core.js";
import { verifyCwt } from "./cwt.js";
import { findSeal } from "./directory.js";
import { UndecidedError, UntrustedIssuerError } from "./errors.js";
import { freshness } from "./lists.js";

/**
 * Return the core data as claims of the published shape, under the seal of the directory.
 *
 * Throws UndecidedError (`directory_unavailable`, `directory_stale`), UntrustedIssuerError
 * (`seal_unknown`), SignatureError, MalformedError (`bad_core`).
 * @param {import("./cwt.js").Cwt} cwt
 * @param {import("./checks.js").Evidence} evidence
 * @returns {Promise<import("./sdjwt.js").VerifiedVc>}
 */
export async function verifySeal(cwt, { view, specs, now }) {
  const { certificate } = findIssuingSeal(view.directory, cwt.certificateDigest, now);
  await verifyCwt(cwt, await readKey(certificate));
  const { vct, claims } = readCore(specs.core, cwt.core);
  const { issuedAt, expiresAt, status } = cwt;
  const dated = Object.assign(Object.create(null), claims, { iat: issuedAt, exp: expiresAt });
  return {
    vct,
    claims: dated,
    issuedAt,
    notBefore: null,
    expiresAt,
    holderJwk: null,
    status,
    chain: [certificate],
  };
}

function findIssuingSeal(directory, digest, now) {
  if (directory === null) {
    throw new UndecidedError("nobody can tell whose seal it is", "directory_unavailable");
  }
  const found = findSeal(directory, digest);
  if (found === null && freshness(directory.nextUpdate, now) !== "FRESH") {
    throw new UndecidedError("the directory is out of date", "directory_stale");
  }
  if (found === null) {
    throw new UntrustedIssuerError("a seal of nobody we know", "seal_unknown");
  }
  return found;
}
