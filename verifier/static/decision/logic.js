/**
 * Conditions as data: the part of JSON Logic (jsonlogic.com) that rules may use, and dates.
 *
 * `json-logic-js` runs them. Where JavaScript compares loosely the first engine does not, so `==`,
 * `in` and `+` are stricter here: null equals only null, an array equals nothing, what is searched
 * must be of the same kind; and the second argument of `var` stands for null too. Of ours are `before`, `after`, `not-before`, `not-after` (false unless
 * every date is one), `plus-days` and `plus-months` (null unless it gives a date).
 */

import jsonLogic from "../esspass/vendor/json-logic-js/logic.js";
import { plusDays, plusMonths } from "./calendar.js";
import { parseDay } from "./dates.js";
import { MalformedError } from "./errors.js";
import { isObject } from "./json.js";

const MAX_NODES = 500;
const MAX_DEPTH = 20;
const PAIR = [2, 2];
const DAYS = [2, 3];
const ANY = [0, MAX_NODES];
const SOME = [1, MAX_NODES];
const SCOPED = ["some", "all", "none", "map", "filter"];
/** How many arguments each operator takes; there are no others. */
const ARITY = {
  var: [1, 2],
  missing: SOME,
  "==": PAIR,
  "!=": PAIR,
  "!": [1, 1],
  "!!": [1, 1],
  and: SOME,
  or: SOME,
  if: SOME,
  in: PAIR,
  "<": DAYS,
  "<=": DAYS,
  ">": PAIR,
  ">=": PAIR,
  "+": ANY,
  "-": [1, 2],
  cat: ANY,
  some: PAIR,
  all: PAIR,
  none: PAIR,
  map: PAIR,
  filter: PAIR,
  before: DAYS,
  after: DAYS,
  "not-before": DAYS,
  "not-after": DAYS,
  "plus-days": PAIR,
  "plus-months": PAIR,
};
const OURS = {
  var: readFact,
  "==": isEqual,
  "!=": (one, other) => !isEqual(one, other),
  in: isIn,
  "+": (...values) => values.reduce((sum, value) => sum + toNumber(value), 0),
  before: compareDays((one, other) => one < other),
  after: compareDays((one, other) => one > other),
  "not-before": compareDays((one, other) => one >= other),
  "not-after": compareDays((one, other) => one <= other),
  "plus-days": shiftDay(plusDays),
  "plus-months": shiftDay(plusMonths),
};
Object.entries(OURS).forEach(([name, operator]) => jsonLogic.add_operation(name, operator));

/** Return the value of a checked expression over `data`. */
export function evaluate(expression, data) {
  return jsonLogic.apply(expression, data) ?? null;
}

/** Say whether the value of a checked expression counts as true; an empty array does not. */
export function holds(expression, data) {
  return jsonLogic.truthy(evaluate(expression, data));
}

/**
 * Check an expression over these `variables` (dotted paths, or a beginning of one).
 *
 * Throws MalformedError: `rule_operator`, `rule_variable`, `rule_size`.
 */
export function parseLogic(value, variables) {
  if (countNodes(value, 0) > MAX_NODES) {
    throw new MalformedError("a condition is too long", "rule_size");
  }
  verifyExpression(value, variables);
  return value;
}

function countNodes(value, depth) {
  if (depth > MAX_DEPTH) {
    throw new MalformedError("a condition is nested too deeply", "rule_size");
  }
  if (typeof value !== "object" || value === null) {
    return 1;
  }
  return Object.values(value).reduce((sum, member) => sum + countNodes(member, depth + 1), 1);
}

function verifyExpression(value, variables) {
  if (Array.isArray(value)) {
    value.forEach((item) => verifyExpression(item, variables));
  } else if (isObject(value)) {
    verifyOperation(value, variables);
  }
}

function verifyOperation(value, variables) {
  const [[operator, written] = [], ...rest] = Object.entries(value);
  if (rest.length || !Object.hasOwn(ARITY, operator)) {
    throw new MalformedError("a condition uses an unknown operator", "rule_operator");
  }
  const operands = Array.isArray(written) ? written : [written];
  const [lowest, highest] = ARITY[operator];
  if (operands.length < lowest || operands.length > highest) {
    throw new MalformedError("an operator has too few or too many arguments", "rule_operator");
  }
  if (operator === "var" || operator === "missing") {
    const names = operator === "var" ? operands.slice(0, 1) : operands;
    names.forEach((name) => verifyName(name, variables));
  } else if (SCOPED.includes(operator)) {
    verifyExpression(operands[0], variables);
    // Inside, names are those of an item, which has no others than these.
    verifyExpression(operands[1], itemNames(variables));
  } else {
    verifyExpression(operands, variables);
  }
}

function verifyName(name, variables) {
  const known = (each) => each === name || each.startsWith(`${name}.`);
  if (typeof name !== "string" || !variables.some(known)) {
    throw new MalformedError("a condition asks for an unknown fact", "rule_variable");
  }
}

function itemNames(variables) {
  const members = variables.filter((name) => name.includes("[]."));
  return [...members.map((name) => name.slice(name.indexOf("[].") + 3)), ""];
}

/** `json-logic-js` hands the data over as `this`. */
function readFact(path, fallback = null) {
  const steps = path === "" ? [] : path.split(".");
  const member = (value, name) =>
    isObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  return steps.reduce(member, this) ?? fallback;
}

function isEqual(one, other) {
  const [a, b] = [one ?? null, other ?? null];
  if (a === null || b === null) {
    return a === b;
  }
  if (typeof a === "object" || typeof b === "object") {
    return false;
  }
  return typeof a === "string" && typeof b === "string" ? a === b : toNumber(a) === toNumber(b);
}

function isIn(needle, haystack) {
  if (typeof haystack === "string") {
    return typeof needle === "string" && haystack.includes(needle);
  }
  const searchable = Array.isArray(haystack) && (needle === null || typeof needle !== "object");
  return searchable && haystack.includes(needle);
}

/** As JavaScript converts: null is 0, a word is no number and compares as false. */
function toNumber(value) {
  return typeof value === "object" && value !== null ? Number.NaN : Number(value ?? 0);
}

function compareDays(compare) {
  return (...values) => {
    const days = values.map(parseDay);
    const ordered = days.every((day, index) => !index || compare(days[index - 1], day));
    return !days.includes(null) && ordered;
  };
}

function shiftDay(plus) {
  return (value, number) => {
    const day = parseDay(value);
    return day === null || !Number.isInteger(number) ? null : plus(day, number);
  };
}
