/** Bytes and their spellings: base64url, base64, hexadecimal, UTF-8, and SHA-256 of them. */

import { MalformedError } from "./errors.js";

const BASE64URL = /^[A-Za-z0-9_-]*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
// What the last character may be when it carries four bits too many, or two.
const LAST_CHARACTERS = ["", "", "AQgw", "AEIMQUYcgkosw048"];
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

/** Encode without padding (RFC 7515, section 2). */
export function encodeBase64Url(data) {
  return encodeBase64(data).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Decode strictly: no padding, no other alphabet, no unused bits. Throws MalformedError. */
export function decodeBase64Url(text) {
  const tail = text.length % 4;
  if (tail === 1 || !BASE64URL.test(text)) {
    throw new MalformedError("not base64url");
  }
  if (tail && !LAST_CHARACTERS[tail].includes(text[text.length - 1])) {
    throw new MalformedError("not canonical base64url");
  }
  return decodeBinary(text.replaceAll("-", "+").replaceAll("_", "/"));
}

/** Decode padded base64 of the standard alphabet. Throws MalformedError. */
export function decodeBase64(text) {
  if (typeof text !== "string" || !BASE64.test(text)) {
    throw new MalformedError("not base64");
  }
  return decodeBinary(text);
}

/** Encode with padding, standard alphabet. */
export function encodeBase64(data) {
  let binary = "";
  for (let start = 0; start < data.length; start += 0x8000) {
    binary += String.fromCharCode(...data.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

function decodeBinary(text) {
  const binary = atob(text);
  const data = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) {
    data[index] = binary.charCodeAt(index);
  }
  return data;
}

/** Write bytes as hexadecimal digits, two each. */
export function encodeHex(data) {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Encode text in UTF-8. */
export function encodeText(text) {
  return ENCODER.encode(text);
}

/** Decode UTF-8 strictly. Throws MalformedError. */
export function decodeText(data) {
  try {
    return UTF8.decode(data);
  } catch {
    throw new MalformedError("not UTF-8");
  }
}

/** Say whether a text holds nothing but ASCII. */
export function isAscii(text) {
  return !/[^\u0000-\u007f]/.test(text);
}

/** Return SHA-256 of bytes. */
export async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/** Return base64url(SHA-256) of a text, as `_sd`, `...` and `sd_hash` hold it. */
export async function createDigest(text) {
  return encodeBase64Url(await sha256(encodeText(text)));
}

/** Say whether two byte strings are equal. */
export function equalBytes(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Join byte strings. */
export function concatBytes(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
