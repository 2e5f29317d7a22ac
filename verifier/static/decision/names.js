/**
 * Is it the same name? Compared as people write names across borders, and explained.
 *
 * Exact means equal but for case, hyphens, apostrophes and spaces. Then diacritics are taken away,
 * then letters are transliterated: Greek as in ISO 843 and on passports (ICAO Doc 9303, part 3),
 * Cyrillic and Latin letters as in ICAO Doc 9303. One name with fewer parts (one of two surnames)
 * is neither same nor different.
 */

const MAX_NAME = 400;
const NOT_LATIN = /[\u0370-\u03ff\u0400-\u052f]/u;
const SEPARATORS = /[\s\u001c-\u001f\u0085'`.\-\u00b4\u02bc\u2010\u2011\u2013\u2014\u2019]+/u;
// Marks of the alphabets we compare; what another script writes above its letters stays.
const COMBINING =
  /[\u0300-\u034e\u0350-\u036f\u0483-\u0487\u1ab0-\u1abd\u1dc0-\u1dff\u20d0-\u20dc\ufe20-\ufe2f]/gu;
const LETTERS = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
  ħ: "h",
  ŋ: "n",
  ŧ: "t",
  ĸ: "k",
  ə: "e",
};
const UMLAUTS = { ä: "ae", ö: "oe", ü: "ue", å: "aa", ø: "oe" };
const GREEK_PAIRS = [
  ["ου", "ou"],
  ["αυ", "af"],
  ["ευ", "ef"],
  ["ηυ", "if"],
  ["γγ", "ng"],
  ["γκ", "gk"],
  ["γξ", "nx"],
  ["γχ", "nch"],
  ["μπ", "mp"],
  ["ντ", "nt"],
];
const GREEK_VOICED = /([αεη])υ(?=[αβγδεζηιλμνορυω])/gu;
const VOICED_DIGRAPHS = { α: "av", ε: "ev", η: "iv" };
const GREEK = {
  ...pairUp("αβγδεζηικλμνοπρσςτυφω", "avgdeziiklmnoprsstyfo"),
  θ: "th",
  ξ: "x",
  χ: "ch",
  ψ: "ps",
};
const CYRILLIC = {
  ...pairUp("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufye"),
  ж: "zh",
  х: "kh",
  ц: "ts",
  ч: "ch",
  ш: "sh",
  щ: "shch",
  ь: "",
  ъ: "",
  ю: "iu",
  я: "ia",
  є: "ie",
  і: "i",
  ґ: "g",
};
// One sound, several Latin spellings: asked only if one of the names is in another script, because
// between Latin names such a difference is a difference.
const SPELLINGS = [
  ["gk", "g"],
  ["ng", "g"],
  ["nch", "ch"],
  ["mp", "b"],
  ["nt", "d"],
  ["ch", "h"],
  ["kh", "h"],
  ["ks", "x"],
  ["ph", "f"],
  ["ou", "u"],
  ["ei", "i"],
  ["oi", "i"],
  ["y", "i"],
  ["j", "i"],
  ["ts", "c"],
  ["dz", "z"],
  ["zh", "z"],
  ["sh", "s"],
];

/** How two names compare, the closest first. */
export const MATCHES = ["exact", "diacritics", "transliterated", "partial", "different"];

function pairUp(letters, spellings) {
  return Object.fromEntries([...letters].map((letter, index) => [letter, spellings[index]]));
}

/**
 * Compare two names, each all surnames or all forenames of a person.
 * @returns {"exact"|"diacritics"|"transliterated"|"partial"|"different"}
 */
export function matchNames(one, other) {
  const names = [one, other].map((name) => [...name].slice(0, MAX_NAME).join(""));
  const parts = names.map(splitName);
  if (parts.some((each) => !each.length)) {
    return "different";
  }
  if (isSame(...parts)) {
    return "exact";
  }
  if (isSame(...parts.map((each) => each.map(strip)))) {
    return "diacritics";
  }
  const [ours, theirs] = createSpellings(names);
  if (ours.some((a) => theirs.some((b) => isSame(a, b)))) {
    return "transliterated";
  }
  return ours.some((a) => theirs.some((b) => isPart(a, b))) ? "partial" : "different";
}

function isSame(one, other) {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}

function splitName(name) {
  const folded = foldCase(name.normalize("NFKC")).normalize("NFC");
  return folded.split(SEPARATORS).filter(Boolean);
}

/**
 * Full case folding (Unicode, section 3.13), letter by letter: the way over upper case brings
 * together what only lower case tells apart. The dotless i stays what it is.
 */
export function foldCase(text) {
  const fold = (letter) =>
    letter === "ı" ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
  return Array.from(text, fold).join("").replaceAll("ς", "σ");
}

/** Take diacritics away, also those that are no combining marks. */
function strip(text) {
  return translate(text, LETTERS).normalize("NFKD").replace(COMBINING, "");
}

function translate(text, table) {
  return Array.from(text, (letter) => table[letter] ?? letter).join("");
}

/** The Latin spellings of both names: plain, with ae for ä, and by sound across scripts. */
function createSpellings(names) {
  const both = names.map(romanize);
  if (!names.some((name) => NOT_LATIN.test(foldCase(name)))) {
    return both;
  }
  return both.map((spellings) => [...spellings, ...spellings.map((each) => each.map(createSound))]);
}

function romanize(name) {
  const parts = splitName(name);
  const umlauts = parts.map((part) => translate(part, UMLAUTS));
  return [parts, umlauts].map((each) => each.map(writeLatin));
}

function writeLatin(part) {
  let plain = strip(part).replace(GREEK_VOICED, (_pair, vowel) => VOICED_DIGRAPHS[vowel]);
  for (const [pair, spelling] of GREEK_PAIRS) {
    plain = plain.replaceAll(pair, spelling);
  }
  return translate(translate(plain, GREEK), CYRILLIC);
}

function createSound(part) {
  const sound = SPELLINGS.reduce((text, [from, to]) => text.replaceAll(from, to), part);
  return sound.replace(/(.)\1+/gu, "$1");
}

function isPart(one, other) {
  const [fewer, more] = one.length <= other.length ? [one, other] : [other, one];
  return fewer.length < more.length && fewer.every((part) => more.includes(part));
}
