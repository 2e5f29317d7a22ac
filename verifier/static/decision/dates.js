/** Moments and days: `YYYY-MM-DDThh:mm:ssZ` of lists, ISO full-dates of documents. */

import { MalformedError } from "./errors.js";

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Write epoch seconds as lists do (ETSI TS 119 602, clause 6.1.3). */
export function createTimestamp(moment) {
  return new Date(moment * 1000).toISOString().replace(".000", "");
}

/** Read epoch seconds: no fractions, no offsets. Throws MalformedError. */
export function parseTimestamp(value) {
  const milliseconds = TIMESTAMP.test(value) ? Date.parse(value) : Number.NaN;
  if (typeof value !== "string" || Number.isNaN(milliseconds)) {
    throw new MalformedError("a list holds a time that is not YYYY-MM-DDThh:mm:ssZ");
  }
  if (createTimestamp(milliseconds / 1000) !== value) {
    throw new MalformedError("a list holds a time that does not exist");
  }
  return milliseconds / 1000;
}

/** Return an ISO full-date that exists, else null. */
export function parseDay(value) {
  if (typeof value !== "string" || !DAY.test(value) || value.startsWith("0000")) {
    return null;
  }
  const moment = new Date(`${value}T00:00:00Z`);
  const exists = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value);
  return exists ? value : null;
}
