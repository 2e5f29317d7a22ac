/**
 * What a QR code says to us, and by name what else it may be: a URL, a wallet's request.
 *
 * `ESP1:` a packed presentation, `ESD1:` a signed CWT from paper, `ESF1:` a frame of either.
 */

import { MAX_CHARACTERS, parseArmor } from "./armor.js";
import { MalformedError } from "./errors.js";
import { parseFrame } from "./frames.js";
import { unpackPresentation } from "./packed.js";

// What else is shown to cameras; schemes compare without case (RFC 3986, section 3.1).
const FOREIGN = {
  "hc1:": "eu_covid_certificate",
  "http://": "a_url",
  "https://": "a_url",
  "openid4vp://": "a_request",
  "eudi-openid4vp://": "a_request",
  "haip://": "a_request",
  "haip-vp://": "a_request",
  "mdoc-openid4vp://": "a_request",
  "openid-credential-offer://": "an_offer",
  "haip-vci://": "an_offer",
};

/**
 * Read what a camera, a scanner or an image gave; nothing in it is verified.
 *
 * Throws MalformedError: `eu_covid_certificate`, `a_url`, `a_request`, `an_offer`, `torn` (ours,
 * but not whole), `too_large`, `not_ours`.
 * @returns {Promise<{kind: "presentation", presentation: string}
 *   |{kind: "paper", paper: Uint8Array}|{kind: "frame", frame: import("./frames.js").Frame}>}
 */
export async function readQrText(scanned) {
  const text = String(scanned).replace(/^[\r\n\t]+|[\r\n\t]+$/g, "");
  if (text.length > MAX_CHARACTERS) {
    throw new MalformedError("too long for a QR text", "too_large");
  }
  const content = text.slice(5);
  switch (text.slice(0, 5)) {
    case "ESP1:":
      return { kind: "presentation", presentation: unpackPresentation(await parseArmor(content)) };
    case "ESD1:":
      return { kind: "paper", paper: await parseArmor(content) };
    case "ESF1:":
      return { kind: "frame", frame: parseFrame(text) };
  }
  throw new MalformedError("not a code of ours", nameForeign(text));
}

function nameForeign(text) {
  const start = text.slice(0, 40).toLowerCase();
  const found = Object.entries(FOREIGN).find(([head]) => start.startsWith(head));
  return found?.[1] ?? "not_ours";
}
