// How a name reads in the machine-readable zone of a passport (ICAO Doc 9303, part 3, section 6).
const LATIN = { "Ä": "AE", "Æ": "AE", "Å": "AA", "Ö": "OE", "Ø": "OE", "Œ": "OE", "Ü": "UE", "ß": "SS", "ẞ": "SS", "Þ": "TH", "Ð": "D", "Đ": "D", "Ł": "L", "Ħ": "H", "Ŋ": "N", "Ŧ": "T", "Ĳ": "IJ", "ı": "I", "Ə": "E" };
const GREEK_PAIRS = [["ΟΥ", "OU"], ["ΓΓ", "NG"], ["ΓΞ", "NX"], ["ΓΧ", "NCH"]];
const GREEK = { "Α": "A", "Β": "V", "Γ": "G", "Δ": "D", "Ε": "E", "Ζ": "Z", "Η": "I", "Θ": "TH", "Ι": "I", "Κ": "K", "Λ": "L", "Μ": "M", "Ν": "N", "Ξ": "X", "Ο": "O", "Π": "P", "Ρ": "R", "Σ": "S", "Τ": "T", "Υ": "Y", "Φ": "F", "Χ": "CH", "Ψ": "PS", "Ω": "O" };
const CYRILLIC = { "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ё": "E", "Ж": "ZH", "З": "Z", "И": "I", "Й": "I", "К": "K", "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "IE", "Ы": "Y", "Ь": "", "Э": "E", "Ю": "IU", "Я": "IA", "І": "I", "Ї": "I", "Є": "IE", "Ґ": "G", "Ў": "U" };
const VOICED = new Set("ΑΒΓΔΕΖΗΙΛΜΝΟΡΥΩ");

function greek(text) {
  const voiced = text.replace(/([ΑΕΗ])Υ(?!̈)(.?)/gu, (_, vowel, next) => `${{ "Α": "A", "Ε": "E", "Η": "I" }[vowel]}${VOICED.has(next) ? "V" : "F"}${next}`);
  const started = voiced.replace(/(^|[^\p{L}])ΜΠ/gu, "$1B").replaceAll("ΜΠ", "MP");
  return GREEK_PAIRS.reduce((done, [pair, spelling]) => done.replaceAll(pair, spelling), started);
}

/** One name, surnames or forenames, in the letters A to Z and spaces. */
export function transliterate(name) {
  const capitals = [...name.normalize("NFC").toUpperCase()].map((letter) => LATIN[letter] ?? letter).join("");
  const plain = capitals.normalize("NFD").replace(/[\u0300-\u0307\u0309-\u036f]/gu, "");
  const letters = [...greek(plain).replace(/\u0308/gu, "")].map((letter) => GREEK[letter] ?? CYRILLIC[letter] ?? letter).join("");
  return letters.replace(/['’ʼ`´.]/gu, "").replace(/[^A-Z]+/gu, " ").trim();
}

/** Surnames and forenames as in the machine-readable zone: `SURNAME<<FORE<NAMES`. */
export function writeMrz({ surnames, forenames }) {
  const [one, other] = [surnames, forenames].map((name) => transliterate(name ?? "").replaceAll(" ", "<"));
  return other ? `${one}<<${other}` : one;
}
