/**
 * The rule set: questions, conditions, outcomes, sources and words, all of them data.
 *
 * Whatever is not understood refuses the whole set: half a rule set would decide wrongly in silence.
 *
 * @typedef {{when: *, outcome: string, reason: string}} Case
 *
 * @typedef {object} Rule one question to the facts
 * @property {string} id
 * @property {string[]} kinds
 * @property {"authenticity"|"situation"} stage
 * @property {*} applies a condition
 * @property {string[]} needs
 * @property {{outcome: string, reason: string}|null} missing
 * @property {Case[]} cases
 * @property {{reference: string, verified: boolean}} source
 * @property {string[]} showWith the rulings beside which its note is worth reading
 *
 * @typedef {object} RuleSet `validFrom` and `validUntil` are ISO days, both included;
 *   `nextUpdate` is when its publisher owes the next issue, epoch seconds
 * @property {string} version
 * @property {string} validFrom
 * @property {string} validUntil
 * @property {Array<{id: string, kind: string, rule: string}>} questions
 * @property {Rule[]} rules
 * @property {Object} texts by locale
 * @property {number|null} nextUpdate
 */

import { parseDay } from "./dates.js";
import { MalformedError } from "./errors.js";
import { dayOf, factVariables } from "./facts.js";
import { isObject } from "./json.js";
import { parseLogic } from "./logic.js";

export const WORST = ["NOT_A_CREDENTIAL", "NOT_COVERED", "CANNOT_DECIDE", "DOUBT"];
const MAX_RULES = 200;
const MAX_TEXT = 4000;
const KINDS = ["pda1", "ehic"];
const STAGES = ["authenticity", "situation"];
const CASE_ENDINGS = [...WORST, "ASK", "INFO"];
const TITLED = [...WORST, "COVERED"];
const SET = ["id", "version", "valid_from", "valid_until", "questions", "rules"];
const RULE = ["id", "kinds", "stage", "cases", "source"];
const OPTIONAL = ["applies", "needs", "missing", "show_with"];
/** Reasons of a ruling that no rule gave: what was scanned is not ours, or no rules are there. */
export const SUBMISSION = [
  "not_ours",
  "eu_covid_certificate",
  "a_url",
  "torn",
  "too_large",
  "other_document",
  "application_only",
  "rules_missing",
  "rules_expired",
];

/**
 * Check `rules.json` and all `texts` (by locale).
 *
 * Throws MalformedError: `rule_set_malformed`, `rule_operator`, `rule_variable`, `rule_size`,
 * `rule_text_missing`.
 * @returns {RuleSet}
 */
export function parseRuleSet(document, texts, nextUpdate = null) {
  const members = requireMembers(document, SET);
  const questions = parseList(members.questions, parseQuestion, 0);
  const variables = factVariables(questions.map(({ id }) => id));
  const rules = parseList(members.rules, (each) => parseRule(each, variables));
  requireUnique(rules);
  requireUnique(questions);
  parseText(members.id);
  const ruleSet = {
    version: parseText(members.version),
    validFrom: requireDay(members.valid_from),
    validUntil: requireDay(members.valid_until),
    questions,
    rules,
    texts,
    nextUpdate,
  };
  require(ruleSet.validFrom <= ruleSet.validUntil, "ends before it begins");
  verifyTexts(ruleSet);
  return ruleSet;
}

/** Say whether a rule set is in force, and as fresh as its publisher promised. */
export function isInForce({ validFrom, validUntil, nextUpdate }, now) {
  const today = dayOf(now);
  return (nextUpdate === null || now < nextUpdate) && validFrom <= today && today <= validUntil;
}

/** Return an answer to every question, null where nobody answered; others are dropped. */
export function completeAnswers({ questions }, answers) {
  const answered = (id) => (Object.hasOwn(answers, id) ? answers[id] : null);
  return Object.fromEntries(questions.map(({ id }) => [id, answered(id)]));
}

function parseQuestion(value) {
  const { id, kind, rule } = requireMembers(value, ["id", "kind", "rule"]);
  require(KINDS.includes(kind), "asks about an unknown kind of document");
  return { id: parseText(id), kind, rule: parseText(rule) };
}

function parseRule(value, variables) {
  const members = requireMembers(value, RULE, OPTIONAL);
  const { needs = [], applies = true, show_with: shown = TITLED } = members;
  const missing = members.missing ?? null;
  require(STAGES.includes(members.stage), "has a rule of an unknown stage");
  const rule = {
    id: parseText(members.id),
    kinds: parseList(members.kinds, parseKind),
    stage: members.stage,
    applies: parseLogic(applies, variables),
    needs: parseList(needs, (name) => parseLogic({ var: parseText(name) }, variables), 0),
    missing: missing === null ? null : parseEnding(missing),
    cases: parseList(members.cases, (each) => parseCase(each, variables), 0),
    source: parseSource(members.source),
    showWith: parseList(shown, parseTitled),
  };
  require(!rule.needs.length || missing !== null, "does not say what a missing fact means");
  return rule;
}

function parseKind(value) {
  require(KINDS.includes(value), "is about an unknown kind of document");
  return value;
}

function parseCase(value, variables) {
  const { when, outcome, reason } = requireMembers(value, ["when", "outcome", "reason"]);
  return { when: parseLogic(when, variables), ...parseEnding({ outcome, reason }) };
}

function parseEnding(value) {
  const { outcome, reason } = requireMembers(value, ["outcome", "reason"]);
  require(CASE_ENDINGS.includes(outcome), "knows an unknown outcome");
  return { outcome, reason: parseText(reason) };
}

function parseTitled(value) {
  require(TITLED.includes(value), "is to be shown with an unknown ruling");
  return value;
}

function parseSource(value) {
  const { reference, verified } = requireMembers(value, ["reference", "verified"]);
  require(typeof verified === "boolean", "does not say whether a source is verified");
  return { reference: parseText(reference), verified };
}

/** Every locale that is there says everything; English is always there. */
function verifyTexts({ texts, questions, rules }) {
  const wanted = [
    ...TITLED.flatMap((outcome) => [
      ["outcomes", outcome, "title"],
      ["outcomes", outcome, "sentence"],
    ]),
    ...questions.map(({ id }) => ["questions", id, "text"]),
    ...SUBMISSION.flatMap((reason) => [
      ["submission", reason, "sentence"],
      ["submission", reason, "next"],
    ]),
    ...rules.flatMap(listRuleTexts),
  ];
  const complete = (words) => wanted.every((path) => isText(select(words, path)));
  if (!isObject(texts) || !("en" in texts) || !Object.values(texts).every(complete)) {
    throw new MalformedError("the rule set lacks words", "rule_text_missing");
  }
}

function listRuleTexts({ id, missing, cases }) {
  const reasons = new Set([...cases, ...(missing ? [missing] : [])].map(({ reason }) => reason));
  const parts = [...reasons].flatMap((reason) =>
    ["sentence", "next"].map((part) => ["rules", id, "reasons", reason, part]),
  );
  return [["rules", id, "question"], ...parts];
}

function select(value, path) {
  return path.reduce((found, name) => (isObject(found) ? found[name] : undefined), value);
}

function requireMembers(value, required, optional = []) {
  require(isObject(value), "holds something that should be an object");
  require(required.every((name) => name in value), "lacks a member");
  const known = (name) => required.includes(name) || optional.includes(name);
  require(Object.keys(value).every(known), "holds an unexpected member");
  return value;
}

function requireUnique(items) {
  require(new Set(items.map(({ id }) => id)).size === items.length, "holds something twice");
}

function parseList(value, parse, lowest = 1) {
  const proper = Array.isArray(value) && value.length >= lowest && value.length <= MAX_RULES;
  require(proper, "holds no proper list");
  return value.map((item) => parse(item));
}

function parseText(value) {
  require(isText(value), "lacks a text");
  return value;
}

function isText(value) {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_TEXT;
}

function requireDay(value) {
  require(parseDay(value) !== null, "holds something that is no date");
  return value;
}

function require(condition, what) {
  if (!condition) {
    throw new MalformedError(`the rule set ${what}`, "rule_set_malformed");
  }
}
