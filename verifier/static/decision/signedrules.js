/**
 * The signed rules of inspection: which version is in force, and that nobody changed it.
 *
 * @typedef {object} InspectionRules dates in epoch seconds
 * @property {number} sequenceNumber
 * @property {number} issuedAt
 * @property {number|null} nextUpdate
 * @property {Object} rules `rules.json`, unchecked
 * @property {Object} texts by locale, unchecked
 */

import { MalformedError } from "./errors.js";
import { isObject } from "./json.js";
import { verifyStatement } from "./statement.js";

export const RULES = "inspection-rules";
const TYP = "inspection-rules+jwt";

/**
 * Verify rules signed by one of `anchors`. Throws as `verifyList`.
 * @returns {Promise<InspectionRules>}
 */
export async function verifyRules(token, anchors) {
  const members = ["rules", "texts"];
  const { statement, content } = await verifyStatement(token, TYP, members, anchors);
  if (!isObject(content.rules) || !isObject(content.texts)) {
    throw new MalformedError("the signed rules hold no rules");
  }
  return { ...statement, rules: content.rules, texts: content.texts };
}
