/**
 * A ruling in words: what it means, why, what to compare, what to do next.
 *
 * The words come with the rules and are signed with them. `{document.ends}` stands for a fact, the
 * date and the country written as the language writes them.
 *
 * @typedef {object} RuleExplanation texts are empty where the rule passed or did not apply
 * @property {string} id
 * @property {string} outcome
 * @property {string} reason
 * @property {string} question
 * @property {string} sentence
 * @property {string} next
 * @property {string} compare
 * @property {string} source
 * @property {boolean} sourceVerified
 *
 * @typedef {object} Explanation
 * @property {string} outcome
 * @property {string} title
 * @property {string} sentence
 * @property {string} next
 * @property {string} compare
 * @property {RuleExplanation[]} rules those worth reading beside this outcome
 */

import { parseDay } from "./dates.js";
import { isoCountry } from "./countries.js";
import { isObject } from "./json.js";

const PLACEHOLDER = /\{([a-z_]+(?:\.[a-z_]+)*)\}/g;
const UNKNOWN = "–";
const OPEN_END = "2499-01-01";
const MAX_TEXT = 2000;
const PARTS = ["sentence", "next", "compare"];
// English as it is written in Europe: 1 March 2026.
const LOCALES = { en: "en-GB" };

/**
 * Put a ruling into words of `locale`, English where there are none.
 *
 * The sentence is that of the deciding rule, else the outcome's own. Without signed rules the words
 * are those the specs came with; they decide nothing.
 * @param {import("./ruling.js").Ruling} ruling
 * @param {Object} facts
 * @param {import("./rules.js").RuleSet|null} ruleSet that was applied
 * @param {import("./type.js").Specs} specs
 * @returns {Explanation}
 */
export function explain(ruling, facts, ruleSet, specs, locale) {
  const spoken = ruleSet?.texts ?? specs.words;
  const language = Object.hasOwn(spoken, locale) ? locale : "en";
  const texts = spoken[language];
  const write = (template) => fill(template ?? "", facts, specs, language);
  const explained = ruling.rules.map((result) => explainRule(result, ruleSet, texts, write));
  const outcome = texts.outcomes[ruling.outcome];
  const submitted = texts.submission[ruling.reason];
  const deciding = explained.find(({ id }) => id === ruling.rule);
  return {
    outcome: ruling.outcome,
    title: outcome.title,
    sentence: deciding?.sentence ?? write(submitted?.sentence ?? outcome.sentence),
    next: deciding?.next ?? write(submitted?.next),
    compare: deciding?.compare ?? "",
    rules: explained.filter(({ id }) => isShown(id, ruleSet, ruling.outcome)),
  };
}

function isShown(id, ruleSet, outcome) {
  return ruleSet.rules.find((rule) => rule.id === id).showWith.includes(outcome);
}

function explainRule({ id, outcome, reason }, ruleSet, texts, write) {
  const { question, reasons = {} } = texts.rules[id];
  const given = Object.hasOwn(reasons, reason) ? reasons[reason] : {};
  const { source } = ruleSet.rules.find((rule) => rule.id === id);
  return {
    id,
    outcome,
    reason,
    question,
    ...Object.fromEntries(PARTS.map((part) => [part, write(given[part])])),
    source: source.reference,
    sourceVerified: source.verified,
  };
}

/** Put facts into a sentence; what is not known becomes a dash. */
export function fill(template, facts, specs, locale) {
  return template.replace(PLACEHOLDER, (_placeholder, path) => {
    const steps = path.split(".");
    const member = (value, name) => (isObject(value) && name in value ? value[name] : null);
    return writeValue(path, steps.reduce(member, facts), specs, locale);
  });
}

function writeValue(path, value, specs, locale) {
  if (Array.isArray(value)) {
    const words = value.map((item) => writeValue(path, item, specs, locale));
    return words.length ? enumerateWords(words, locale) : UNKNOWN;
  }
  if (value === null || typeof value === "boolean" || typeof value === "object") {
    return UNKNOWN;
  }
  if (path === "document.ends" && value === OPEN_END) {
    return specs.wording.open_end[locale] ?? specs.wording.open_end.en;
  }
  if (parseDay(value)) {
    return writeDay(value, locale);
  }
  return /^[A-Z]{2}$/.test(value) ? writeCountry(value, locale) : plainText(String(value));
}

/** Write an ISO full-date as the language does. */
export function writeDay(day, locale) {
  const format = { dateStyle: "long", timeZone: "UTC" };
  return new Intl.DateTimeFormat(LOCALES[locale] ?? locale, format).format(new Date(day));
}

/** Write a country; a code that names none stays as it is. */
export function writeCountry(code, locale) {
  const names = new Intl.DisplayNames(LOCALES[locale] ?? locale, { type: "region" });
  return names.of(isoCountry(code));
}

function enumerateWords(words, locale) {
  return new Intl.ListFormat(LOCALES[locale] ?? locale, { type: "conjunction" }).format(words);
}

/** Text as a person may safely be shown it: no control characters, no change of direction. */
export function plainText(value) {
  const spaced = value.replace(/[\t\n\r]/g, " ");
  const text = spaced.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "");
  return text.length > MAX_TEXT ? `${[...text].slice(0, MAX_TEXT).join("")}…` : text;
}
