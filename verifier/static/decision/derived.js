/**
 * What rules need and conditions as data cannot compute: names, law, chains of postings.
 *
 * Pure functions over the JSON of the facts. `specs/inspection/reference.json` says which law binds
 * which States (the strongest first), the numeric country codes of cards, and the legal forms of
 * businesses, which tell no two undertakings apart.
 */

import { plusDays, plusMonths } from "./calendar.js";
import { parseDay } from "./dates.js";
import { foldCase, matchNames } from "./names.js";

const SAME_NAME = ["exact", "diacritics", "transliterated"];
const CARD_NUMBER = /^\d{20}$/;

/** Return the `derived` member of the facts; null where too little was shown or said. */
export function derive(document, situation, history, reference) {
  const bound = document.legislation || document.issuing_country;
  const employer = matchEmployers(situation.employer, document.employers, reference);
  const place = matchPlace(situation, document.places, reference);
  // What the code on paper left out may be the one that is looked for.
  const isOpen = (match, part) =>
    match === "different" && (document.more_on_paper ?? []).includes(part);
  return {
    employer_match: isOpen(employer, "employers") ? null : employer,
    place_match: isOpen(place, "places") ? null : place,
    basis: findBasis([situation.country, bound], reference),
    postings: findPostings(document, situation, history, reference),
    number_country_matches: matchCardNumber(document, reference),
  };
}

/** Compare the employer on site with each one shown; the closest counts. */
function matchEmployers(employer, listed, reference) {
  if (employer === null || !listed?.length) {
    return null;
  }
  const found = listed.map((each) => matchEmployer(employer, each, reference));
  return ["same", "similar", "different"].find((match) => found.includes(match)) ?? null;
}

/** Equal numbers decide. Unequal ones may be of two registers, so they only spoil certainty. */
function matchEmployer(one, other, reference) {
  const numbers = [one, other].map(({ id }) => plainId(id));
  const numbered = numbers.every(Boolean);
  if (numbered && numbers[0] === numbers[1]) {
    return "same";
  }
  if (!one.name || !other.name) {
    return numbered ? "different" : null;
  }
  const match = matchNames(businessName(one.name, reference), businessName(other.name, reference));
  if (SAME_NAME.includes(match)) {
    return numbered ? "similar" : "same";
  }
  return match === "partial" ? "similar" : "different";
}

function plainId(value) {
  return foldCase(value ?? "").replace(/[^\p{L}\p{N}]/gu, "");
}

/** Drop quotation marks, punctuation and the legal form: `UAB „Statyba“` is `Statyba`. */
function businessName(name, { legal_forms: forms }) {
  const spaced = name.replace(/[./]/g, "").replace(/[^\p{L}\p{N}'-]/gu, " ");
  const words = spaced.split(" ").filter(Boolean);
  const kept = words.filter((word) => !forms.includes(foldCase(word)));
  return (kept.length ? kept : words).join(" ");
}

/**
 * Look for the place on site among the places shown for its country. Same when a name or
 * town shown stands within what the inspector wrote, or the other way round.
 */
function matchPlace({ place: written, country }, places, reference) {
  const here = (places ?? []).filter((place) => place.country === country);
  if (!written || !here.length) {
    return null;
  }
  const named = here.flatMap(({ name, town }) => [name, town].filter(Boolean));
  const close = (name) => {
    const match = matchNames(businessName(written, reference), businessName(name, reference));
    return match === "partial" || SAME_NAME.includes(match);
  };
  return named.some(close) ? "same" : "different";
}

/** Name the law between the States: the weakest link of EU, EEA, CH, UK. */
function findBasis(countries, { bases }) {
  const order = Object.keys(bases);
  const found = countries.map((country) =>
    order.findIndex((name) => bases[name].includes(country)),
  );
  return found.includes(-1) ? null : order[Math.max(...found)];
}

/**
 * Compare with earlier certificates of the same worker (A-25; Decisions A2, A3).
 *
 * `history` holds `{"number", "starts", "ends", "states", "employers"}`. Only those for the same
 * employer in this country count. Null without any, or without dates. Certificates that follow on
 * each other without a day between are one posting: there only the sum counts.
 */
function findPostings(document, situation, history, reference) {
  const ours = readPeriod(document);
  const related = history.filter((each) => isRelated(document, situation, each, reference));
  const earlier = related.map(readPeriod).filter((period) => period !== null);
  if (ours === null || !earlier.length) {
    return null;
  }
  const { chain, gap } = chainPostings(ours, earlier);
  const limit = plusMonths(chain.starts, 24);
  return { gap_under_two_months: gap, over_24_months: limit !== null && chain.ends >= limit };
}

function chainPostings(ours, earlier) {
  const before = earlier.filter((period) => comparePeriods(period, ours) <= 0);
  let [chain, gap] = [ours, false];
  for (const { starts, ends } of before.sort(comparePeriods).reverse()) {
    const following = plusDays(ends, 1) ?? ends;
    const freeAgain = plusMonths(following, 2);
    if (freeAgain !== null && chain.starts >= freeAgain) {
      break;
    }
    gap = gap || following < chain.starts;
    chain = {
      starts: starts < chain.starts ? starts : chain.starts,
      ends: ends > chain.ends ? ends : chain.ends,
    };
  }
  return { chain, gap };
}

function comparePeriods(one, other) {
  const [a, b] = [one, other].map(({ starts, ends }) => `${starts} ${ends}`);
  return a < b ? -1 : Number(a > b);
}

function isRelated(document, situation, other, reference) {
  if (other.number !== null && other.number === document.number) {
    return false;
  }
  const here = (other.states ?? []).includes(situation.country);
  const found = (document.employers ?? []).map((each) =>
    matchEmployers(each, other.employers, reference),
  );
  return here && (found.includes("same") || found.includes("similar"));
}

function readPeriod(document) {
  const [starts, ends] = [parseDay(document.starts), parseDay(document.ends)];
  return starts && ends ? { starts, ends } : null;
}

/** Say whether a card's number is 20 digits: 80, the numeric country, a serial (E-16). */
function matchCardNumber({ kind, number, issuing_country: country }, reference) {
  const { numeric_country_codes: codes } = reference;
  if (kind !== "ehic" || !number || !Object.hasOwn(codes, country)) {
    return null;
  }
  return CARD_NUMBER.test(number) && number.startsWith(`80${codes[country]}`);
}
