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
 * @property {Object<string, string>} [tokens] what `sha256:<hex>` stands for
 *
 * @typedef {object} OpenedSources
 * @property {Map<string, Issue[]>} issues verified, newest first, by name
 * @property {Object<string, string>} problems
 * @property {Object<string, number>} fetched
 * @property {Object<string, {token: string, fetchedAt: number}>} statuses
 *
 * @typedef {{sequenceNumber: number, issuedAt: number, signedAt: number,
 *   nextUpdate: number|null}} Issue
 */

import { encodeHex, encodeText, sha256 } from "./bytes.js";
import { parsePem } from "./certificates.js";
import { DIRECTORY, verifyDirectory } from "./directory.js";
import { EsspassError, MalformedError } from "./errors.js";
import { findFutureTime } from "./jades.js";
import { isObject } from "./json.js";
import { verifyList } from "./lists.js";
import { PROFILES } from "./profiles.js";
import { RULES, verifyRules } from "./signedrules.js";

const MAX_ISSUES = 1000;
const REFERENCE = /^sha256:[0-9a-f]{64}$/;

/**
 * Verify every source of a bundle. Never throws for a source that is not to be believed.
 *
 * What depends on the clock is not decided here: see `createView`. Throws MalformedError for what
 * is no bundle.
 * @param {Sources} sources
 * @returns {Promise<OpenedSources>}
 */
export async function openSources(sources) {
  if (!isObject(sources) || !isObject(sources.anchors) || !isObject(sources.lists)) {
    throw new MalformedError("not a bundle of sources", "bad_sources");
  }
  const opened = {
    issues: new Map(),
    problems: { ...sources.problems },
    fetched: { ...sources.fetched },
    statuses: {},
  };
  for (const [name, tokens] of listTokens(sources)) {
    await openIssues(opened, sources, name, tokens);
  }
  for (const [uri, { token, fetched_at: fetchedAt }] of Object.entries(sources.statuses ?? {})) {
    opened.statuses[uri] = { token: await resolveToken(sources, token), fetchedAt };
  }
  return opened;
}

function listTokens({ lists, directory, rules }) {
  const named = Object.keys(PROFILES).map((name) => [name, lists[name] ?? []]);
  const single = (token) => (token ? [token] : []);
  return [...named, [DIRECTORY, single(directory)], [RULES, single(rules)]];
}

async function openIssues(opened, sources, name, tokens) {
  const found = [];
  for (const reference of tokens.slice(0, MAX_ISSUES)) {
    try {
      const anchors = await Promise.all((sources.anchors[name] ?? []).map(parsePem));
      found.push(await verifyIssue(name, await resolveToken(sources, reference), anchors));
    } catch (error) {
      if (!(error instanceof EsspassError)) {
        throw error;
      }
      opened.problems[name] = error.code;
    }
  }
  found.sort((one, other) => other.sequenceNumber - one.sequenceNumber);
  opened.issues.set(name, found);
}

function verifyIssue(name, token, anchors) {
  if (name === DIRECTORY) {
    return verifyDirectory(token, anchors);
  }
  return name === RULES ? verifyRules(token, anchors) : verifyList(name, token, anchors);
}

/** Return the token a reference stands for; the reference is its digest. */
async function resolveToken({ tokens = {} }, reference) {
  if (!REFERENCE.test(reference)) {
    return reference;
  }
  const token = Object.hasOwn(tokens, reference) ? tokens[reference] : "";
  if (`sha256:${encodeHex(await sha256(encodeText(token)))}` !== reference) {
    throw new MalformedError("a token is missing, or is another one", "token_missing");
  }
  return token;
}

/**
 * Return what the lists say at `now`: an issue of tomorrow could hide the honest ones until then.
 * @param {OpenedSources} opened
 * @param {number} now
 * @returns {import("./view.js").TrustView}
 */
export function createView(opened, now) {
  const { fetched, statuses } = opened;
  const problems = { ...opened.problems };
  const present = new Map();
  for (const [name, issues] of opened.issues) {
    const future = issues.map((issue) => findFutureTime(issue, now)).find((code) => code !== null);
    if (future !== undefined) {
      problems[name] = future;
    }
    present.set(name, issues.filter((issue) => findFutureTime(issue, now) === null));
  }
  const [directory = null] = present.get(DIRECTORY);
  const [rules = null] = present.get(RULES);
  const lists = Object.keys(PROFILES).map((name) => [name, present.get(name)]);
  return { snapshots: Object.fromEntries(lists), directory, rules, problems, fetched, statuses };
}
