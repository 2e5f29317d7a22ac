/**
 * The bundle of sources: everything a decision rests on, verified again under its pinned anchors.
 *
 * Open a bundle once and decide many times. A source that is not to be believed is left out, and
 * `problems` says why by its name.
 *
 * @typedef {object} Sources what `esspass/inspection/sources.py` writes
 * @property {number} made_at epoch seconds
 * @property {Object<string, string[]>} anchors PEM certificates by name of list
 * @property {Object<string, string[]>} lists tokens, newest first, by name of list
 * @property {string|null} directory
 * @property {string|null} rules
 * @property {Object<string, number>} fetched
 * @property {Object<string, string>} problems
 * @property {Object<string, {token: string, fetched_at: number}>} statuses
 *
 * @typedef {object} OpenedSources
 * @property {import("./view.js").TrustView} view
 * @property {import("./rules.js").RuleSet|null} rules null: none, or none that is understood
 * @property {number} signedAt the latest time that a pinned signer put on any source
 */

import { encodeHex, encodeText, sha256 } from "./bytes.js";
import { parsePem } from "./certificates.js";
import { DIRECTORY, verifyDirectory } from "./directory.js";
import { EsspassError, MalformedError } from "./errors.js";
import { isObject } from "./json.js";
import { verifyList } from "./lists.js";
import { PROFILES } from "./profiles.js";
import { parseRuleSet } from "./rules.js";
import { RULES, verifyRules } from "./signedrules.js";

const MAX_ISSUES = 100;
const MAX_STATUSES = 1000;
const MAX_CERTIFICATES = 20;
const LISTS = Object.keys(PROFILES);
const NAMES = [...LISTS, DIRECTORY, RULES];
const MEMBERS = [
  "made_at",
  "anchors",
  "lists",
  "directory",
  "rules",
  "fetched",
  "problems",
  "statuses",
];

/**
 * Verify every source of a bundle; reads no clock. A source that is not to be believed is no error
 * but a problem. Throws MalformedError, `bad_sources`.
 * @param {Sources} sources
 * @param {Object<string, string>} [tokens] what `sha256:<hex>` references stand for
 * @returns {Promise<OpenedSources>}
 */
export async function openSources(sources, tokens = sources?.tokens ?? {}) {
  requireBundle(sources);
  const anchors = await parseAnchors(sources.anchors);
  const problems = { ...sources.problems };
  const issues = {};
  for (const [name, references] of listTokens(sources)) {
    const resolved = await Promise.all(references.map((each) => resolveToken(tokens, each)));
    issues[name] = await openIssues(name, resolved, anchors[name] ?? [], problems);
  }
  const view = createView(issues, problems, sources.fetched);
  view.statuses = await openStatuses(sources.statuses, tokens);
  const times = Object.values(issues).flatMap((found) => found.map(({ issuedAt }) => issuedAt));
  return { view, rules: readRuleSet(view), signedAt: Math.max(0, ...times) };
}

function createView(issues, problems, fetched) {
  const [directory = null] = issues[DIRECTORY] ?? [];
  const [rules = null] = issues[RULES] ?? [];
  const snapshots = Object.fromEntries(LISTS.map((name) => [name, issues[name] ?? []]));
  return { snapshots, directory, rules, problems, fetched, statuses: {} };
}

function readRuleSet({ rules }) {
  try {
    return rules && parseRuleSet(rules.rules, rules.texts, rules.nextUpdate);
  } catch (error) {
    if (error instanceof MalformedError) {
      return null;
    }
    throw error;
  }
}

async function openStatuses(statuses, tokens) {
  const entries = Object.entries(statuses).map(async ([uri, entry]) => {
    const token = await resolveToken(tokens, entry.token);
    return [uri, { token, fetchedAt: entry.fetched_at }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function parseAnchors(anchors) {
  try {
    const entries = Object.entries(anchors).map(async ([name, pems]) => [
      name,
      await Promise.all(pems.map(parsePem)),
    ]);
    return Object.fromEntries(await Promise.all(entries));
  } catch (error) {
    require(!(error instanceof MalformedError));
    throw error;
  }
}

function listTokens({ lists, directory, rules }) {
  const single = [
    [DIRECTORY, directory],
    [RULES, rules],
  ].filter(([, token]) => token !== null);
  return [...Object.entries(lists), ...single.map(([name, token]) => [name, [token]])];
}

/** Verify issues, newest first; note why one is left out. */
async function openIssues(name, tokens, anchors, problems) {
  const found = [];
  for (const token of tokens) {
    try {
      found.push(await verifyIssue(name, token, anchors));
    } catch (error) {
      if (!(error instanceof EsspassError)) {
        throw error;
      }
      problems[name] = error.code;
    }
  }
  return found.sort((one, other) => other.sequenceNumber - one.sequenceNumber);
}

function verifyIssue(name, token, anchors) {
  if (name === DIRECTORY) {
    return verifyDirectory(token, anchors);
  }
  return name === RULES ? verifyRules(token, anchors) : verifyList(name, token, anchors);
}

/** Return the token a reference stands for, if it is that token. */
async function resolveToken(tokens, text) {
  if (!text.startsWith("sha256:")) {
    return text;
  }
  require(Object.hasOwn(tokens, text) && typeof tokens[text] === "string");
  const token = tokens[text];
  require(`sha256:${encodeHex(await sha256(encodeText(token)))}` === text);
  return token;
}

function requireBundle(value) {
  require(isObject(value) && MEMBERS.every((name) => name in value) && isTime(value.made_at));
  require(Object.keys(value).every((name) => name === "tokens" || MEMBERS.includes(name)));
  const { anchors, lists, fetched, problems, statuses } = value;
  for (const map of [anchors, lists, fetched, problems, statuses]) {
    require(isObject(map) && Object.keys(map).length <= MAX_STATUSES);
  }
  const named = [anchors, lists, fetched, problems].flatMap(Object.keys);
  require(named.every((name) => NAMES.includes(name)));
  require(Object.keys(lists).every((name) => LISTS.includes(name)));
  Object.values(anchors).forEach((pems) => requireTexts(pems, MAX_CERTIFICATES));
  Object.values(lists).forEach((tokens) => requireTexts(tokens, MAX_ISSUES));
  [value.directory, value.rules].forEach((token) => require(token === null || isText(token)));
  require(Object.values(fetched).every(isTime) && Object.values(problems).every(isText));
  Object.values(statuses).forEach(requireStatus);
}

function requireTexts(value, limit) {
  require(Array.isArray(value) && value.length <= limit && value.every(isText));
}

function requireStatus(value) {
  require(isObject(value) && Object.keys(value).length === 2);
  require(isText(value.token) && isTime(value.fetched_at));
}

function isText(value) {
  return typeof value === "string";
}

function isTime(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function require(condition) {
  if (!condition) {
    throw new MalformedError("not a bundle of sources", "bad_sources");
  }
}
