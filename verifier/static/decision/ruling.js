/**
 * From facts to an outcome: run every rule, let the worst decide.
 *
 * What concerns authenticity comes first; only an authentic document is asked whether it covers the
 * situation. Of several rules with the worst outcome the first in the rule set's order decides.
 *
 * @typedef {object} Ruling
 * @property {string} outcome
 * @property {string|null} rule that decided; null when all is well or no rule could be asked
 * @property {string} reason
 * @property {string|null} version of the rules
 * @property {Array<{id: string, outcome: string, reason: string}>} rules in file order
 */

import { evaluate, holds } from "./logic.js";
import { WORST, isInForce } from "./rules.js";

export const APPLICATION_ONLY = "application_only";

/** The kind of document that a kind of situation asks for. */
export const KINDS = { work: "pda1", care: "ehic" };

/**
 * Ask every rule that concerns the document's kind. `now` only decides on validity. Where
 * no document could be read, the rules are those of the kind that was asked for.
 * @param {Object} facts
 * @param {import("./rules.js").RuleSet|null} ruleSet
 * @returns {Ruling}
 */
export function createRuling(facts, ruleSet, now) {
  if (ruleSet === null) {
    return createResult("CANNOT_DECIDE", null, "rules_missing", null, []);
  }
  const { version } = ruleSet;
  if (!isInForce(ruleSet, now)) {
    return createResult("CANNOT_DECIDE", null, "rules_expired", version, []);
  }
  const kind = facts.document.kind || KINDS[facts.situation.kind];
  const asked = ruleSet.rules.filter(({ kinds }) => kinds.includes(kind));
  const results = asked.map((rule) => ask(rule, facts));
  if (results.every(({ outcome }) => outcome === "NOT_APPLICABLE")) {
    return createResult("CANNOT_DECIDE", null, "rules_missing", version, results);
  }
  for (const stage of ["authenticity", "situation"]) {
    const found = findWorst(results.filter((_result, index) => asked[index].stage === stage));
    if (found !== null) {
      return createResult(found.outcome, found.id, found.reason, version, results);
    }
  }
  return createResult("COVERED", null, "", version, results);
}

/**
 * Rule on what no rule is asked about: it is no document, or not the one asked for. A proof of
 * application decides nothing: the A1 may come later, and for days that are past.
 */
export function refuse(reason, ruleSet) {
  const outcome = reason === APPLICATION_ONLY ? "CANNOT_DECIDE" : "NOT_A_CREDENTIAL";
  return createResult(outcome, null, reason, ruleSet?.version ?? null, []);
}

function createResult(outcome, rule, reason, version, rules) {
  return { outcome, rule, reason, version, rules };
}

/** The first of the worst; null when nothing stands against being covered. */
function findWorst(results) {
  const outcome = WORST.find((each) => results.some((result) => result.outcome === each));
  return results.find((result) => result.outcome === outcome) ?? null;
}

function ask({ id, applies, needs, missing, cases }, facts) {
  if (!holds(applies, facts)) {
    return { id, outcome: "NOT_APPLICABLE", reason: "" };
  }
  if (missing && needs.some((need) => evaluate(need, facts) === null)) {
    return { id, outcome: missing.outcome, reason: missing.reason };
  }
  const found = cases.find(({ when }) => holds(when, facts));
  return { id, outcome: found?.outcome ?? "PASSED", reason: found?.reason ?? "" };
}
