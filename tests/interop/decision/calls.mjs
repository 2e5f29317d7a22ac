// What a test may ask of the engine, by name; every answer is JSON.
import { inspectDocument, planPresentation, runCheck } from "/static/decision/checks.js";
import { decodeBase64Url } from "/static/decision/bytes.js";
import { parseCbor } from "/static/decision/cbor.js";
import { readCore } from "/static/decision/core.js";
import { parseCwt, verifyCwt } from "/static/decision/cwt.js";
import { decide } from "/static/decision/decide.js";
import { derive } from "/static/decision/derived.js";
import { explain } from "/static/decision/explain.js";
import { factVariables } from "/static/decision/facts.js";
import { evaluate, holds, parseLogic } from "/static/decision/logic.js";
import { readQrText } from "/static/decision/qr.js";
import { parseRuleSet } from "/static/decision/rules.js";
import { createRuling } from "/static/decision/ruling.js";
import { readCode } from "/static/decision/submission.js";
import { processDisclosures } from "/static/decision/disclosures.js";
import { inflate } from "/static/decision/inflate.js";
import { parseJsonObject } from "/static/decision/json.js";
import { parseJws, verifyJws } from "/static/decision/jws.js";
import { getStatus } from "/static/decision/status.js";
import { EsspassError } from "/static/decision/errors.js";
import { parseCertificate, parseX5c } from "/static/decision/certificates.js";
import { writeName } from "/static/decision/distinguishedname.js";
import { verifyKeyBinding } from "/static/decision/keybinding.js";
import { parseJwk } from "/static/decision/keys.js";
import { matchNames } from "/static/decision/names.js";
import { verifyPath } from "/static/decision/path.js";
import {
  discloseClaims,
  parseSdJwt,
  parseSdJwtVc,
  verifySdJwtVc,
  verifyValidity,
} from "/static/decision/sdjwt.js";
import { openSources } from "/static/decision/sources.js";
import { decideAttestationIssuer } from "/static/decision/trust.js";
import { recompute } from "./recompute.mjs";

const CALLS = {
  certificate: readCertificate,
  sdjwt: readSdJwt,
  statuses: readStatuses,
  signature: verifySignature,
  recompute: ({ file }, { tokens, specs }) => recompute(file, tokens, specs),
  decide: (given, { specs }) => decide({ ...given, specs }),
  logic: ({ expression, data, names }) => evaluate(parseLogic(expression, names), data),
  holds: ({ expression, data, names }) => holds(parseLogic(expression, names), data),
  variables: ({ questions }) => factVariables(questions),
  ruleset: ({ rules }) => parseRuleSet(rules.rules, rules.texts).version,
  ruling: ({ facts, rules, now }) =>
    createRuling(facts, parseRuleSet(rules.rules, rules.texts), now),
  explain: ({ ruling, facts, rules, locale }, { specs }) =>
    explain(ruling, facts, rules && parseRuleSet(rules.rules, rules.texts), specs, locale),
  derive: (given, { specs }) =>
    derive(given.document, given.situation, given.history, specs.reference),
  qr: async ({ text }) => (await readQrText(text)).kind,
  cbor: ({ hex }) => typeof parseCbor(fromHex(hex)),
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

const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (octet) => parseInt(octet, 16));

async function readCertificate({ text }) {
  const [certificate] = await parseX5c({ x5c: [text] });
  const { subject, issuer, notBefore, notAfter, thumbprint } = certificate;
  return {
    subject: writeName(subject),
    issuer: writeName(issuer),
    notBefore,
    notAfter,
    thumbprint,
  };
}

async function readSdJwt({ text, issuer, holder, binding }) {
  const sdJwt = parseSdJwt(text);
  const jws = parseJws(sdJwt.issuerJwt);
  await verifyJws(jws, await parseJwk(issuer));
  const { claims } = await processDisclosures(parseJsonObject(jws.payload), sdJwt.disclosures);
  if (binding !== null) {
    const expected = { nonce: binding.nonce, audience: binding.aud };
    await verifyKeyBinding(sdJwt, await parseJwk(holder), expected, binding.iat);
  }
  return claims;
}

async function readStatuses({ bits, lst, indices }) {
  const data = await inflate(decodeBase64Url(lst), 1024 * 1024);
  const values = indices.map((index) => getStatus({ bits, data }, index));
  return { size: (data.length * 8) / bits, values };
}

async function verifySignature({ algorithm, key, signature, signed }) {
  const message = { algorithm, signature: fromHex(signature), signed: fromHex(signed) };
  await verifyCwt(message, await parseJwk(key));
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
