/**
 * DER, as much as certificates need (ITU-T X.690, clauses 8, 10 and 11).
 *
 * One way to write each value: definite, shortest lengths; nothing left over. Values are read in
 * place, none is copied. Throws MalformedError throughout.
 *
 * @typedef {object} Element
 * @property {number} tag the identifier octet; tags above 30 are not known here
 * @property {Uint8Array} content
 * @property {Uint8Array} whole identifier, length and content
 */

import { MalformedError } from "./errors.js";

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;
export const SET = 0x31;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;

const PRINTABLE_STRING = 0x13;
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/;
const TEXT_ENCODINGS = {
  0x0c: "utf-8",
  0x12: "ascii",
  0x13: "ascii",
  0x14: "iso-8859-1",
  0x16: "ascii",
  0x1a: "ascii",
  0x1c: "utf-32",
  0x1e: "utf-16be",
};

/** Return the tag of context-specific class and this number. */
export function contextTag(number, constructed = true) {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** Read exactly one element, of `tag` if one is given. */
export function readElement(data, tag) {
  const elements = readElements(data);
  if (elements.length !== 1 || (tag !== undefined && elements[0].tag !== tag)) {
    throw new MalformedError("not the DER that was expected");
  }
  return elements[0];
}

/**
 * Read all elements that follow one another in `data`.
 * @returns {Element[]}
 */
export function readElements(data) {
  const elements = [];
  for (let offset = 0; offset < data.length;) {
    const { start, end } = readBounds(data, offset);
    elements.push({
      tag: data[offset],
      content: data.subarray(start, end),
      whole: data.subarray(offset, end),
    });
    offset = end;
  }
  return elements;
}

function readBounds(data, offset) {
  if ((data[offset] & 0x1f) === 0x1f) {
    throw new MalformedError("a DER tag that is not known here");
  }
  const first = data[offset + 1];
  const extra = first > 0x80 ? first & 0x7f : 0;
  if (first === undefined || first === 0x80 || extra > 3) {
    throw new MalformedError("a DER length that is not allowed");
  }
  const start = offset + 2 + extra;
  const length = extra ? readNumber(data.subarray(offset + 2, start)) : first;
  const shortest = !extra || (length > 0x7f && data[offset + 2] !== 0);
  if (!shortest || start + length > data.length) {
    throw new MalformedError("a DER length that is wrong");
  }
  return { start, end: start + length };
}

function readNumber(octets) {
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}

/** Read an object identifier in dotted notation. */
export function readOid(element) {
  const { tag, content } = element;
  if (tag !== OBJECT_IDENTIFIER || !content.length || content.at(-1) & 0x80) {
    throw new MalformedError("not an object identifier");
  }
  const arcs = [];
  let arc = 0;
  for (const octet of content) {
    if (arc === 0 && octet === 0x80) {
      throw new MalformedError("not an object identifier");
    }
    arc = arc * 128 + (octet & 0x7f);
    if (!(octet & 0x80)) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const root = Math.min(Math.floor(arcs[0] / 40), 2);
  return [root, arcs[0] - root * 40, ...arcs.slice(1)].join(".");
}

/** Read a BOOLEAN; DER writes TRUE in one way. */
export function readBoolean(element) {
  const [value] = element.content;
  if (element.tag !== BOOLEAN || element.content.length !== 1 || ![0, 0xff].includes(value)) {
    throw new MalformedError("not a boolean");
  }
  return value === 0xff;
}

/** Read the magnitude of an INTEGER that is not negative, without leading zeros. */
export function readInteger(element) {
  const { tag, content } = element;
  const padded = content[0] === 0 && content.length > 1;
  if (tag !== INTEGER || !content.length || content[0] & 0x80 || (padded && !(content[1] & 0x80))) {
    throw new MalformedError("not a whole number in its shortest form");
  }
  return padded ? content.subarray(1) : content;
}

/** Read a BIT STRING of whole octets. */
export function readBitString(element) {
  if (element.tag !== BIT_STRING || element.content[0] !== 0) {
    throw new MalformedError("not a bit string of whole octets");
  }
  return element.content.subarray(1);
}

/** Read a string of any of the kinds that names use. */
export function readText(element) {
  const encoding = TEXT_ENCODINGS[element.tag];
  if (encoding === undefined || encoding === "utf-32") {
    throw new MalformedError("not a text");
  }
  if (encoding === "ascii" && element.content.some((octet) => octet > 0x7f)) {
    throw new MalformedError("a text of other letters than its kind allows");
  }
  if (
    element.tag === PRINTABLE_STRING &&
    !PRINTABLE.test(String.fromCharCode(...element.content))
  ) {
    throw new MalformedError("a text of other letters than its kind allows");
  }
  try {
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    return decoder.decode(element.content);
  } catch {
    throw new MalformedError("not a text");
  }
}

/** Read UTCTime or GeneralizedTime as RFC 5280, section 4.1.2.5, allows them: epoch seconds. */
export function readTime(element) {
  const text = String.fromCharCode(...element.content);
  const short = element.tag === UTC_TIME && /^\d{12}Z$/.test(text);
  if (!short && !(element.tag === GENERALIZED_TIME && /^\d{14}Z$/.test(text))) {
    throw new MalformedError("not a time");
  }
  const digits = short ? `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text}` : text;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  const [year, month, ...rest] = parts.map(Number);
  const date = new Date(Date.UTC(year, month - 1, ...rest));
  if (date.toISOString().replace(/[-T:]|\.000/g, "") !== digits) {
    throw new MalformedError("a time that does not exist");
  }
  return date.getTime() / 1000;
}
