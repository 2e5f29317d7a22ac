/**
 * What was shown of employers and places of work, in one vocabulary for all shapes of the PD A1.
 *
 * @typedef {{name: string|null, id: string|null, country: string|null, type: string|null}}
 *   PresentedEmployer
 * @typedef {object} PresentedPlace `country` is the State it is listed under
 * @property {string|null} country
 * @property {string|null} name
 * @property {string|null} town
 * @property {string|null} street
 * @property {string|null} flag
 * @property {string|null} address_country
 */

import { isoCountry } from "./countries.js";
import { isObject } from "./json.js";
import { selectText, selectValue } from "./select.js";

/** Read employers, places, States without a fixed place, and all States shown. */
export function readWork(claims) {
  return {
    employers: readEmployers(claims),
    places: readPlaces(claims),
    noFixedPlace: readNoFixedPlace(claims),
    states: readStates(claims),
  };
}

/** Employers of all shapes: We Build's list, the flat one's, and the single one of v1. */
function readEmployers({ employmentSituations: nested, employer: flat }) {
  if (Array.isArray(nested)) {
    return nested.map((item) => ({
      name: selectText(item, ["name"]),
      id: selectText(item, ["employerID"]),
      country: selectCountry(item, ["address", "countryCode"]),
      type: selectText(item, ["typeOfEmployment"]),
    }));
  }
  const entries = isObject(flat) ? [flat] : flat;
  if (!Array.isArray(entries)) {
    return null;
  }
  return entries.map((item) => ({
    name: selectText(item, ["name"]),
    id: selectText(item, ["id"]),
    country: selectCountry(item, ["country"]),
    type: selectText(item, ["type"]),
  }));
}

function readPlaces(claims) {
  const addresses = findAddresses(claims);
  if (isObject(claims.placesOfWork)) {
    return Object.entries(claims.placesOfWork).flatMap(([state, places]) =>
      (Array.isArray(places) ? places : []).map((place) => readPlace(isoCountry(state), place)),
    );
  }
  if (addresses === null && findNoFixedCountry(claims) === null) {
    return null;
  }
  return (addresses ?? []).map(readAddress);
}

function readPlace(country, place) {
  return {
    country,
    name: selectText(place, ["companyOrVesselName"]),
    town: selectText(place, ["address", "town"]),
    street: selectText(place, ["address", "streetAndNumber"]),
    flag: selectText(place, ["flagBaseHomeState"]),
    address_country: selectCountry(place, ["address", "countryCode"]),
  };
}

function readAddress(address) {
  const country = selectCountry(address, ["country"]);
  return {
    country,
    name: selectText(address, ["company_name"]),
    town: selectText(address, ["locality"]),
    street: selectText(address, ["street_address"]),
    flag: selectText(address, ["flag_base_home"]),
    address_country: country,
  };
}

/** States without a fixed address (5.3); null where no State was shown at all. */
function readNoFixedPlace(claims) {
  const country = findNoFixedCountry(claims);
  if (isObject(claims.placesOfWork)) {
    return Object.entries(claims.placesOfWork)
      .filter(([, places]) => Array.isArray(places) && !places.length)
      .map(([state]) => isoCountry(state));
  }
  if (country !== null) {
    return [country];
  }
  return findAddresses(claims) === null ? null : [];
}

function readStates(claims) {
  const states = isObject(claims.placesOfWork) ? Object.keys(claims.placesOfWork) : [];
  const addresses = findAddresses(claims) ?? [];
  const shown = [
    ...states.map(isoCountry),
    findNoFixedCountry(claims),
    ...addresses.map((address) => {
      const code = selectText(address, ["country"]);
      return code === null ? null : isoCountry(code);
    }),
  ];
  return [...new Set(shown.filter((state) => state !== null))];
}

function findNoFixedCountry(claims) {
  return selectCountry(claims, ["work_information", "no_fixed_place_of_work"]);
}

/** Addresses of work of the flat shape, or the single one of v1. */
function findAddresses(claims) {
  if (isObject(claims.work_address)) {
    return [claims.work_address];
  }
  const listed = selectValue(claims, ["work_information", "work_address"]);
  return Array.isArray(listed) ? listed : null;
}

function selectCountry(value, path) {
  const code = selectText(value, path);
  return code ? isoCountry(code) : null;
}
