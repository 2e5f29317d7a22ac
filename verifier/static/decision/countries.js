/**
 * Country codes and institution codes.
 *
 * Inside we speak ISO 3166-1 (`GR`, `GB`). EESSI, paper documents and lists say `EL` and `UK`.
 */

const TO_ISO = { EL: "GR", UK: "GB" };
const INSTITUTION =
  /^(?:AT|BE|BG|HR|CY|CZ|DK|EE|FI|FR|DE|EL|HU|IS|IE|IT|LV|LI|LT|LU|MT|NL|NO|PL|PT|RO|SK|SI|ES|SE|CH|UK|EU):[a-zA-Z0-9]{4,10}$/;

/** Return the ISO 3166-1 code for a code of any of the sources. */
export function isoCountry(code) {
  return Object.hasOwn(TO_ISO, code) ? TO_ISO[code] : code;
}

/** Return the ISO country of a territory code of a list, in any case of letters. */
export function parseCountry(code) {
  return isoCountry(code.toUpperCase());
}

/** Whether the text has the form EESSI prescribes; foreign credentials SHOULD, ours MUST. */
export function isInstitutionId(text) {
  return INSTITUTION.test(text);
}

/** Return the ISO country of an institution code of EESSI. */
export function institutionCountry(identifier) {
  return isoCountry(identifier.slice(0, 2));
}
