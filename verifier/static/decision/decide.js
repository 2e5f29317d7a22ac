/**
 * The decision: checks, person, facts and rules, in one function that needs nothing but its
 * arguments. The server's `esspass.inspection.decide` is its twin: same submission, same sources,
 * same time, same JSON.
 *
 * @typedef {object} Decision
 * @property {import("./checks.js").Finding[]} findings
 * @property {Object} facts
 * @property {import("./ruling.js").Ruling} ruling
 * @property {import("./provenance.js").SourceNote[]} sources
 */

import { parseDate } from "./claims.js";
import { MalformedError } from "./errors.js";
import { examine } from "./examination.js";
import { createEmptyDocument, createFacts, describeDocument } from "./facts.js";
import { readPresented } from "./presented.js";
import { describeSources } from "./provenance.js";
import { SUBMISSION, completeAnswers } from "./rules.js";
import { createRuling, refuse } from "./ruling.js";
import { parseAnswers, parseSituation } from "./situation.js";
import { openSources } from "./sources.js";
import { parseSubmission } from "./submission.js";

export { openSources } from "./sources.js";

const NOT_OURS = "not_ours";

/**
 * Decide on what was handed over, null where nothing was; never throws for what is in it.
 *
 * Throws MalformedError for what the page itself gets wrong: `bad_sources`, `bad_situation`,
 * `bad_answers`.
 * @param {object} given
 * @param {import("./sources.js").OpenedSources|import("./sources.js").Sources} given.sources
 * @param {import("./type.js").Specs} given.specs of `/scan/specs.json`
 * @param {import("./submission.js").Submission|null} given.submission
 * @param {Object} given.situation
 * @param {Object<string, boolean|null>} [given.answers]
 * @param {number} given.now epoch seconds
 * @param {Object[]} [given.history] earlier certificates of the same worker
 * @param {Iterable<string>} [given.seen] base64url(SHA-256) of KB-JWTs that were shown before
 * @returns {Promise<Decision>}
 */
export async function decide(given) {
  const { specs, submission, now, answers = {}, history = [], seen = [] } = given;
  const sources = "view" in given.sources ? given.sources : await openSources(given.sources);
  const situation = parseSituation(given.situation);
  const context = { sources, specs, now, seen: new Set(seen) };
  const { examined, refusal } = await tryExamine(context, submission, situation);
  const facts = createFacts(
    describe(specs, examined),
    examined.findings,
    situation,
    complete(sources.rules, parseAnswers(answers)),
    history,
    specs.reference,
  );
  const ruling = refusal ? refuse(refusal, sources.rules) : createRuling(facts, sources.rules, now);
  const notes = await describeSources(sources.view, examined.findings, now);
  return { findings: examined.findings, facts, ruling, sources: notes };
}

async function tryExamine(context, given, situation) {
  const medium = given?.medium ?? "online";
  const nothing = { findings: [], credential: null, medium };
  if (given === null) {
    return { examined: nothing, refusal: "" };
  }
  try {
    const examined = await examine(context, parseSubmission(given), situation);
    return { examined, refusal: "" };
  } catch (error) {
    if (!(error instanceof MalformedError)) {
      throw error;
    }
    const refusal = SUBMISSION.includes(error.code) ? error.code : NOT_OURS;
    return { examined: nothing, refusal };
  }
}

function complete(ruleSet, answers) {
  return ruleSet ? completeAnswers(ruleSet, answers) : { ...answers };
}

/** Describe a signed document of a kind and shape we know; a forgery says nothing. */
function describe(specs, { findings, credential, medium }) {
  const signed = findings.some(
    ({ check, outcome }) => check === "signature" && outcome === "PASSED",
  );
  try {
    if (credential !== null && signed) {
      const { vct, claims } = credential;
      const issuedAt = parseDate(claims, "iat");
      return describeDocument(readPresented(specs, vct, claims), medium, issuedAt);
    }
  } catch (error) {
    if (!(error instanceof MalformedError)) {
      throw error;
    }
  }
  return createEmptyDocument(medium);
}
