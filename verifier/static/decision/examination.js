/**
 * What was handed over, looked at: which document it is, what the checks find, whose it is.
 *
 * The clock is doubted first: a signed time that has not come yet proves it wrong. Then the checks
 * run at that time, and those on the times of document and holder say only that the clock is wrong.
 *
 * @typedef {object} Examined
 * @property {import("./checks.js").Finding[]} findings in the order of `CHECKS`
 * @property {{vct: string, claims: Object}|null} credential what was shown, if it could be read
 * @property {"online"|"qr"|"paper"} medium
 */

import {
  CHECKS,
  SIGNATURE_CLAUSE,
  inspectDocument,
  planPaper,
  planPresentation,
  runCheck,
  skipCheck,
} from "./checks.js";
import { parseStatusReference } from "./claims.js";
import { readCore } from "./core.js";
import { parseCwt } from "./cwt.js";
import { MalformedError, isRefusal } from "./errors.js";
import { verifyKeyBinding, verifyShownBinding } from "./keybinding.js";
import { verifySeal } from "./paper.js";
import { verifyPerson } from "./person.js";
import { readPresented } from "./presented.js";
import { APPLICATION_ONLY, KINDS } from "./ruling.js";
import { discloseClaims, parseSdJwtVc } from "./sdjwt.js";
import { findStatusToken, readSignedTime } from "./status.js";
import { readCode } from "./submission.js";

const CLOCK_LEEWAY = 300;
const PERSON_CLAUSE = "Regulation (EC) 987/2009, Article 5; PID Rulebook";
const TIME_CODES = ["kb_iat", "shown_too_old", "shown_in_future"];

/**
 * Look at a submission. Throws MalformedError for what is no document of the kind asked for.
 *
 * Codes: those of `readQrText`, `other_document`, `application_only`, or of what does not parse.
 * @param {object} context
 * @param {import("./sources.js").OpenedSources} context.sources
 * @param {import("./type.js").Specs} context.specs
 * @param {number} context.now
 * @param {Set<string>} context.seen
 * @param {import("./submission.js").Submission} submission
 * @param {import("./situation.js").Situation} situation
 * @returns {Promise<Examined>}
 */
export async function examine(context, submission, situation) {
  const opened = await openSubmission(context.specs, submission);
  requireKind(context.specs, opened.vct, situation);
  const clock = await readClock(context, opened.statusUri);
  const verifyBinding = createBinding(submission, context.seen);
  const inspection = { ...context, clock, verifyBinding };
  const verdict = opened.cwt
    ? await inspectPaper(inspection, opened.cwt)
    : await inspectPresentation(inspection, opened.vc);
  const findings = doubtTimes(clock, verdict.findings);
  const person = await comparePerson(inspection, verdict, submission.pid);
  const medium = opened.cwt ? "paper" : submission.medium;
  return { findings: [...findings, person], credential: verdict.credential, medium };
}

/** Type and status address are unverified. */
async function openSubmission(specs, { medium, text }) {
  const content = medium === "online" ? { presentation: text } : await readCode(text);
  if (content.kind === "paper") {
    const cwt = parseCwt(content.paper);
    return { cwt, vct: readCore(specs.core, cwt.core).vct, statusUri: cwt.status.uri };
  }
  const vc = await parseSdJwtVc(content.presentation);
  return { vc, vct: vc.vct, statusUri: readStatusUri(vc.payload) };
}

function readStatusUri(payload) {
  try {
    return parseStatusReference(payload)?.uri ?? "";
  } catch (error) {
    if (error instanceof MalformedError) {
      return ""; // the signature check refuses it
    }
    throw error;
  }
}

/** A type of ours must be the one asked for; a foreign one is for the checks to name. */
function requireKind({ types }, vct, situation) {
  if (Object.hasOwn(types, vct) && types[vct].kind !== KINDS[situation.kind]) {
    if (types[vct].kind === "application" && situation.kind === "work") {
      throw new MalformedError("an A1 was applied for, no more", APPLICATION_ONLY);
    }
    throw new MalformedError("a document, but not the one asked for", "other_document");
  }
}

/** The device's time, or the latest signed one if that proves it wrong. */
async function readClock({ sources, now }, statusUri) {
  const kept = findStatusToken(sources.view, statusUri);
  const proved = Math.max(sources.signedAt, await readSignedTime(kept));
  const wrong = now + CLOCK_LEEWAY < proved;
  return { now: wrong ? proved : now, wrong };
}

/** With a wrong clock nothing is known about validity, nor about when a code was made. */
function doubtTimes({ wrong }, findings) {
  const isDoubtful = ({ check, outcome, reason }) => {
    const timed = outcome === "PASSED" || TIME_CODES.includes(reason);
    const bound = check === "holder_binding" && timed;
    return bound || (check === "validity" && reason !== "not_run");
  };
  const doubted = { outcome: "INDETERMINATE", reason: "clock_wrong", parameters: {} };
  return findings.map((finding) =>
    wrong && isDoubtful(finding) ? { ...finding, ...doubted } : finding,
  );
}

function createBinding({ binding, purpose }, seen) {
  return binding === null
    ? (sdJwt, key, now) => verifyShownBinding(sdJwt, key, { purpose, seen }, now)
    : (sdJwt, key, now) => verifyKeyBinding(sdJwt, key, binding, now);
}

/** Inspect; disclosures that break RFC 9901, section 7.1, are a signature that does not hold. */
async function inspectPresentation({ sources, specs, clock, verifyBinding }, unopened) {
  let vc = null;
  try {
    vc = await discloseClaims(unopened);
  } catch (error) {
    if (isRefusal(error)) {
      return { findings: createUnreadableFindings(error), credential: null };
    }
    throw error;
  }
  const evidence = { view: sources.view, specs, now: clock.now };
  const findings = await inspectDocument(evidence, planPresentation(vc, verifyBinding));
  return { findings, credential: { vct: vc.vct, claims: vc.claims } };
}

/** Nobody can prove to be the holder of paper, so `holder_binding` is never run. */
async function inspectPaper({ sources, specs, clock }, cwt) {
  const evidence = { view: sources.view, specs, now: clock.now };
  const plan = planPaper((given) => verifySeal(cwt, given));
  const findings = await inspectDocument(evidence, plan);
  const { verified } = evidence;
  const credential = verified ? { vct: verified.vct, claims: verified.claims } : null;
  return { findings, credential };
}

/** Say all that can be said of a text that contradicts itself. */
function createUnreadableFindings({ code }) {
  const first = {
    check: "signature",
    clause: SIGNATURE_CLAUSE,
    outcome: "FAILED",
    reason: code,
    parameters: {},
  };
  const rest = CHECKS.filter((check) => check !== "signature" && check !== "person");
  return [first, ...rest.map((check) => skipCheck(check, ""))];
}

/** Compare with the identity, if both can be believed and read; others with nobody. */
async function comparePerson(inspection, { findings, credential }, pid) {
  const hasPassed = (name) =>
    findings.some(({ check, outcome }) => check === name && outcome === "PASSED");
  if (credential === null || !hasPassed("signature") || !hasPassed("type")) {
    return skipCheck("person", PERSON_CLAUSE);
  }
  const identity = pid === null ? { credential: null } : await readIdentity(inspection, pid);
  if (identity.broken) {
    const parameters = { reason: identity.broken };
    return { ...skipCheck("person", PERSON_CLAUSE), reason: "pid_not_believed", parameters };
  }
  const read = ({ vct, claims }) => readPresented(inspection.specs, vct, claims);
  return runCheck("person", PERSON_CLAUSE, () =>
    identity.credential === null
      ? verifyPerson(null, null)
      : verifyPerson(read(credential), read(identity.credential)),
  );
}

/** Return the identity if every check of it passed, else the reason of the first other. */
async function readIdentity(inspection, text) {
  let verdict = null;
  try {
    verdict = await inspectPresentation(inspection, await parseSdJwtVc(text));
  } catch (error) {
    if (error instanceof MalformedError) {
      return { broken: error.code };
    }
    throw error;
  }
  const findings = doubtTimes(inspection.clock, verdict.findings);
  const broken = findings.filter(({ outcome }) => outcome !== "PASSED");
  if (broken.length) {
    return { broken: broken.find(({ reason }) => reason !== "not_run").reason };
  }
  const { kind } = inspection.specs.types[verdict.credential.vct];
  return kind === "pid" ? { credential: verdict.credential } : { broken: "other_document" };
}
