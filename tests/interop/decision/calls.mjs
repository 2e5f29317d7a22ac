// What a test may ask of the engine, by name; every answer is JSON.
import { inspectDocument, planPresentation, runCheck } from "../../../verifier/static/decision/checks.js";
import { EsspassError } from "../../../verifier/static/decision/errors.js";
import { parseCertificate } from "../../../verifier/static/decision/certificates.js";
import { verifyKeyBinding } from "../../../verifier/static/decision/keybinding.js";
import { parseJwk } from "../../../verifier/static/decision/keys.js";
import { matchNames } from "../../../verifier/static/decision/names.js";
import { verifyPath } from "../../../verifier/static/decision/path.js";
import { discloseClaims, parseSdJwtVc, verifySdJwtVc, verifyValidity } from "../../../verifier/static/decision/sdjwt.js";
import { openSources } from "../../../verifier/static/decision/sources.js";
import { decideAttestationIssuer } from "../../../verifier/static/decision/trust.js";

const CALLS = {
  names: ({ one, other }) => matchNames(one, other),
  path: verifyGivenPath,
  formats: verifyFormats,
  inspect: inspectPresentation,
  trust: decideTrust,
};

/** Return what a call gives, or the code of the error it throws. */
export async function attest(given, shared) {
  try {
    return { value: (await CALLS[given.call](given, shared)) ?? null };
  } catch (error) {
    if (!(error instanceof EsspassError)) {
      return { bug: error.stack };
    }
    return { error: error.code, parameters: error.parameters };
  }
}

async function verifyGivenPath({ chain, anchors, at }) {
  const read = (texts) => Promise.all(texts.map(parseCertificate));
  await verifyPath(await read(chain), await read(anchors), at);
}

async function verifyFormats({ text, binding, now }) {
  const vc = await discloseClaims(await parseSdJwtVc(text));
  const verified = await verifySdJwtVc(vc);
  verifyValidity(verified, now);
  await verifyKeyBinding(vc.sdJwt, await parseJwk(verified.holderJwk ?? {}), binding, now);
  return verified.claims;
}

async function inspectPresentation({ text, binding, source, now }, { sources, specs }) {
  const { view } = await openSources(sources[source]);
  const vc = await discloseClaims(await parseSdJwtVc(text));
  const verifyBinding = (sdJwt, key, at) => verifyKeyBinding(sdJwt, key, binding, at);
  return inspectDocument({ view, specs, now }, planPresentation(vc, verifyBinding));
}

async function decideTrust({ chain, claim, source, now }, { sources }) {
  const { view } = await openSources(sources[source]);
  const certificates = await Promise.all(chain.map(parseCertificate));
  const clause = "Regulation (EU) 910/2014, Article 45f; TS 119 602, Annex H";
  return runCheck("trust", clause, () => decideAttestationIssuer(view, certificates, claim, now));
}
