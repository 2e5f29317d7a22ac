/**
 * What the lists say at one moment: the evidence a decision is made on.
 *
 * @typedef {object} TrustView
 * @property {Object<string, import("./lists.js").ListSnapshot[]>} snapshots issues, newest first
 * @property {import("./directory.js").InstitutionDirectory|null} directory the newest
 * @property {import("./signedrules.js").InspectionRules|null} rules the newest
 * @property {Object<string, {token: string, fetchedAt: number}>} statuses tokens by address
 * @property {Object<string, string>} problems why a source gave nothing believable, as a code
 * @property {Object<string, number>} fetched last success, epoch seconds
 */

import { createTimestamp } from "./dates.js";
import { freshness } from "./lists.js";

/** Return parameters about a source: last success, and a problem. */
export function describeSource(view, name) {
  const described = {};
  if (view.fetched[name]) {
    described.fetched = createTimestamp(view.fetched[name]);
  }
  if (Object.hasOwn(view.problems, name)) {
    described.problem = view.problems[name];
  }
  return described;
}

/** Return parameters about an issue of a list: number, dates, freshness. */
export function describeList(view, snapshot, now) {
  const { nextUpdate } = snapshot;
  return {
    list: snapshot.listType,
    sequence_number: String(snapshot.sequenceNumber),
    issued: createTimestamp(snapshot.issuedAt),
    next_update: nextUpdate === null ? "" : createTimestamp(nextUpdate),
    freshness: freshness(nextUpdate, now),
    operator: snapshot.operatorNames[0],
    operator_contact: snapshot.operatorContact,
    ...describeSource(view, snapshot.listType),
  };
}
