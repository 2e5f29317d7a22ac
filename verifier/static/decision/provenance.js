/**
 * What a decision rests on: each source with its number, its date and how current it is.
 *
 * @typedef {object} SourceNote times in epoch seconds
 * @property {string} name of a list, or a status list's address
 * @property {number} issued_at
 * @property {number|null} fetched_at
 * @property {number|null} sequence_number
 * @property {"FRESH"|"GRACE"|"EXPIRED"|"CLOSED"} freshness
 */

import { DIRECTORY } from "./directory.js";
import { freshness } from "./lists.js";
import { PID_PROVIDERS, PUB_EAA_PROVIDERS } from "./profiles.js";
import { RULES } from "./signedrules.js";
import { findStatusToken, readSignedTime } from "./status.js";

/**
 * Describe the lists of issuers, the directory, the rules, and the status list that was asked.
 * @param {import("./view.js").TrustView} view
 * @param {import("./checks.js").Finding[]} findings
 * @returns {Promise<SourceNote[]>}
 */
export async function describeSources(view, findings, now) {
  const issues = [
    ...[PUB_EAA_PROVIDERS, PID_PROVIDERS].map((name) => [name, view.snapshots[name][0] ?? null]),
    [DIRECTORY, view.directory],
    [RULES, view.rules],
  ];
  const notes = issues
    .filter(([, issue]) => issue !== null)
    .map(([name, issue]) => ({
      name,
      issued_at: issue.issuedAt,
      fetched_at: view.fetched[name] || null,
      sequence_number: issue.sequenceNumber,
      freshness: freshness(issue.nextUpdate, now),
    }));
  return [...notes, ...(await describeStatus(view, findings, now))];
}

/** The list that was asked, also if it was too old to answer. */
async function describeStatus(view, findings, now) {
  const asked = findings.find(({ check }) => check === "status")?.parameters ?? {};
  const { uri: name = "" } = asked;
  if ("issued_at" in asked) {
    const times = { issued_at: Number(asked.issued_at), fetched_at: Number(asked.fetched_at) };
    return [{ name, ...times, sequence_number: null, freshness: "FRESH" }];
  }
  const kept = findStatusToken(view, name);
  const signedAt = await readSignedTime(kept);
  if (signedAt <= 0 || signedAt > now) {
    return [];
  }
  const times = { issued_at: signedAt, fetched_at: kept.fetchedAt };
  return [{ name, ...times, sequence_number: null, freshness: "EXPIRED" }];
}
