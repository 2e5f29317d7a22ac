// What a test may ask of the engine, by name; every answer is JSON.
import { inspectDocument, planPresentation, runCheck } from "../../../verifier/static/decision/checks.js";
import { parseCbor } from "../../../verifier/static/decision/cbor.js";
import { readCore } from "../../../verifier/static/decision/core.js";
import { parseCwt } from "../../../verifier/static/decision/cwt.js";
import { decide } from "../../../verifier/static/decision/decide.js";
import { derive } from "../../../verifier/static/decision/derived.js";
import { explain } from "../../../verifier/static/decision/explain.js";
import { factVariables } from "../../../verifier/static/decision/facts.js";
import { evaluate, holds, parseLogic } from "../../../verifier/static/decision/logic.js";
import { readQrText } from "../../../verifier/static/decision/qr.js";
import { parseRuleSet } from "../../../verifier/static/decision/rules.js";
import { createRuling } from "../../../verifier/static/decision/ruling.js";
import { readCode } from "../../../verifier/static/decision/submission.js";
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
  decide: (given, { specs }) => decide({ ...given, specs }),
  logic: ({ expression, data, names }) => evaluate(parseLogic(expression, names), data),
  holds: ({ expression, data, names }) => holds(parseLogic(expression, names), data),
  variables: ({ questions }) => factVariables(questions),
  ruleset: ({ rules }) => parseRuleSet(rules.rules, rules.texts).version,
  ruling: ({ facts, rules, now }) => createRuling(facts, parseRuleSet(rules.rules, rules.texts), now),
  explain: ({ ruling, facts, rules, locale }, { specs }) =>
    explain(ruling, facts, rules && parseRuleSet(rules.rules, rules.texts), specs, locale),
  derive: (given, { specs }) =>
    derive(given.document, given.situation, given.history, specs.reference),
  qr: async ({ text }) => (await readQrText(text)).kind,
  cbor: ({ hex }) => typeof parseCbor(Uint8Array.from(hex.match(/../g) ?? [], (o) => parseInt(o, 16))),
  frames: async ({ texts }) => (await readCode(texts.join("\n"))).presentation,
  paper: async ({ text }, { specs }) =>
    readCore(specs.core, parseCwt((await readQrText(text)).paper).core),
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
