/**
 * What the list operator signs beside its lists: a numbered statement with dates, like a list.
 *
 * Same signature (JAdES), same sequence rules, same freshness as a list.
 */

import { parseTimestamp } from "./dates.js";
import { parseJsonObject } from "./json.js";
import { verifyIssueTime, verifyJades, verifyOperator } from "./jades.js";
import { requireSequenceNumber } from "./lists.js";
import { requireObject, requireText } from "./lotemembers.js";

const MEMBERS = ["sequence_number", "operator", "territory", "issued", "next_update"];

/**
 * Verify a statement of type `typ` signed by one of `anchors`, with its content `members`.
 *
 * Throws as `verifyList`.
 * @returns {Promise<{statement: {sequenceNumber: number, issuedAt: number,
 *   nextUpdate: number|null}, content: Object}>}
 */
export async function verifyStatement(token, typ, members, anchors) {
  const signed = await verifyJades(token, anchors, typ);
  const body = requireObject(parseJsonObject(signed.payload), [...MEMBERS, ...members]);
  requireSequenceNumber(body, "sequence_number");
  verifyOperator(signed.signer, requireText(body.territory), [requireText(body.operator)]);
  const statement = {
    sequenceNumber: body.sequence_number,
    issuedAt: parseTimestamp(body.issued),
    nextUpdate: body.next_update === null ? null : parseTimestamp(body.next_update),
  };
  verifyIssueTime(statement.issuedAt, signed.signedAt);
  return { statement, content: body };
}
