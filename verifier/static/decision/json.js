/**
 * JSON read strictly (RFC 8259): UTF-8, no name twice, no number out of range, no half characters.
 *
 * `JSON.parse` keeps the last of two equal names, so two readers may see two documents in one
 * signed text. Objects have no prototype: `__proto__` is a name like any other. JavaScript has one
 * kind of number, so where a whole number is demanded `isWhole` tells `4` from `4.0`.
 */

import { decodeText } from "./bytes.js";
import { MalformedError } from "./errors.js";

const MAX_DEPTH = 500;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const LITERALS = { true: true, false: false, null: null };
/** Which members of an object or array were written with a fraction or an exponent. */
const FRACTIONS = new WeakMap();

/**
 * Read one JSON value. Throws MalformedError.
 * @param {Uint8Array|string} data
 */
export function parseJson(data) {
  const text = typeof data === "string" ? data : decodeText(data);
  const reader = new Reader(text);
  const value = reader.readValue(0).value;
  reader.skip(SPACE);
  if (reader.position !== text.length) {
    throw new MalformedError("not JSON: text after the value");
  }
  return value;
}

/** Read a JSON object. Throws MalformedError. */
export function parseJsonObject(data) {
  const value = parseJson(data);
  if (!isObject(value)) {
    throw new MalformedError("not a JSON object");
  }
  return value;
}

/** Say whether a value is a JSON object: no array, not null. */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Say whether a member is an integer and was written as one. */
export function isWhole(container, name) {
  const value = container[name];
  return Number.isInteger(value) && !FRACTIONS.get(container)?.has(name);
}

/** Copy a member of one object to another, with how its number was written. */
export function copyMember(from, to, name) {
  to[name] = from[name];
  if (FRACTIONS.get(from)?.has(name)) {
    noteFraction(to, name);
  }
}

function noteFraction(container, name) {
  if (!FRACTIONS.has(container)) {
    FRACTIONS.set(container, new Set());
  }
  FRACTIONS.get(container).add(name);
}

class Reader {
  constructor(text) {
    this.text = text;
    this.position = 0;
  }

  skip(pattern) {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match === null) {
      throw new MalformedError("not JSON");
    }
    this.position = pattern.lastIndex;
    return match;
  }

  /** Step over `character` when it comes next; say whether it did. */
  take(character) {
    this.skip(SPACE);
    const found = this.text[this.position] === character;
    this.position += found ? 1 : 0;
    return found;
  }

  demand(character) {
    if (!this.take(character)) {
      throw new MalformedError("not JSON");
    }
  }

  /** @returns {{value: *, fraction?: boolean}} */
  readValue(depth) {
    if (depth > MAX_DEPTH) {
      throw new MalformedError("not JSON: nested too deeply");
    }
    if (this.take("{")) {
      return { value: this.readObject(depth) };
    }
    if (this.take("[")) {
      return { value: this.readArray(depth) };
    }
    const next = this.text[this.position];
    if (next === '"') {
      return { value: this.readString() };
    }
    return /[a-z]/.test(next ?? "")
      ? { value: LITERALS[this.skip(LITERAL)[0]] }
      : this.readNumber();
  }

  readNumber() {
    const [digits, fraction, exponent] = this.skip(NUMBER);
    const value = Number(digits);
    if (!Number.isFinite(value)) {
      throw new MalformedError("not JSON: a number is out of range");
    }
    return { value, fraction: Boolean(fraction ?? exponent) };
  }

  readString() {
    const written = this.skip(STRING)[0];
    if (!written.includes("\\")) {
      return written.slice(1, -1);
    }
    const text = JSON.parse(written);
    if (!text.isWellFormed()) {
      throw new MalformedError("not JSON: half a character");
    }
    return text;
  }

  readObject(depth) {
    const members = Object.create(null);
    if (this.take("}")) {
      return members;
    }
    do {
      this.skip(SPACE);
      const name = this.readString();
      if (name in members) {
        throw new MalformedError("not JSON: a name stands twice");
      }
      this.demand(":");
      this.store(members, name, depth);
    } while (this.take(","));
    this.demand("}");
    return members;
  }

  readArray(depth) {
    const items = [];
    if (this.take("]")) {
      return items;
    }
    do {
      this.store(items, items.length, depth);
    } while (this.take(","));
    this.demand("]");
    return items;
  }

  store(container, name, depth) {
    const { value, fraction } = this.readValue(depth + 1);
    container[name] = value;
    if (fraction) {
      noteFraction(container, name);
    }
  }
}
