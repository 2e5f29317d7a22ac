/**
 * What was handed over: an answer to a request, a code that was shown, or paper.
 *
 * @typedef {object} Submission `text` is an SD-JWT+KB, or the text of a QR code (of a sequence: one
 *   frame a line); `pid` an SD-JWT+KB bound in the same way
 * @property {"online"|"qr"|"paper"} medium
 * @property {string} text
 * @property {{nonce: string, audience: string}|null} binding that of the request, online
 * @property {string|null} pid
 * @property {string} purpose
 */

import { MalformedError } from "./errors.js";
import { FrameCollector } from "./frames.js";
import { isObject } from "./json.js";
import { readQrText } from "./qr.js";

const MEDIA = ["online", "qr", "paper"];
const MEMBERS = ["medium", "text", "binding", "pid", "purpose"];
const MAX_TEXT = 512 * 1024;
const MAX_PURPOSE = 100;
const MAX_LINES = 64 * 64;

/**
 * Read a submission; nothing in it is looked at yet. Throws MalformedError, `bad_submission`.
 * @returns {Submission}
 */
export function parseSubmission(value) {
  requireThat(isObject(value) && Object.keys(value).every((name) => MEMBERS.includes(name)));
  const { medium, text, pid = null, purpose = "" } = value;
  requireThat(MEDIA.includes(medium) && isShort(text, MAX_TEXT));
  requireThat((pid === null || isShort(pid, MAX_TEXT)) && isShort(purpose ?? "", MAX_PURPOSE));
  const binding = parseBinding(value.binding ?? null);
  requireThat((medium === "online") === (binding !== null));
  return { medium, text, binding, pid, purpose: purpose ?? "" };
}

/**
 * Read a QR text, or join the frames of one. Throws MalformedError as `readQrText`.
 * @returns {ReturnType<typeof readQrText>}
 */
export async function readCode(text) {
  const collector = new FrameCollector();
  const lines = text.startsWith("ESF1:") ? text.split("\n") : [text];
  if (lines.length > MAX_LINES) {
    throw new MalformedError("too many frames", "too_large");
  }
  for (const line of lines) {
    const content = await readQrText(line);
    if (content.kind !== "frame") {
      return content;
    }
    const whole = (await collector.add(content.frame)).text;
    if (whole !== null && !whole.startsWith("ESF1:")) {
      return readQrText(whole);
    }
  }
  throw new MalformedError("frames are missing", "torn");
}

function parseBinding(value) {
  if (value === null) {
    return null;
  }
  requireThat(isObject(value) && Object.keys(value).length === 2);
  requireThat([value.nonce, value.audience].every((text) => text && typeof text === "string"));
  return value;
}

function isShort(value, limit) {
  return typeof value === "string" && value.length <= limit;
}

function requireThat(condition) {
  if (!condition) {
    throw new MalformedError("not a submission", "bad_submission");
  }
}
