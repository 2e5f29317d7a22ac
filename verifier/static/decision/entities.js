/**
 * The bodies on a list of trusted entities (ETSI TS 119 602, clauses 6.5 to 6.7, Annexes D to H).
 *
 * Everything the JSON schema of the standard demands is checked here, and what it cannot say: the
 * order of a history, one key per identity. Throws MalformedError throughout.
 *
 * @typedef {{status: string, starts: number, keyIds: Set<string>}} StatusInterval
 *
 * @typedef {object} TrustedService `status` and `starts` are null where a profile has none
 * @property {"Issuance"|"Revocation"} kind
 * @property {import("./certificates.js").Certificate[]} certificates one key, one subject
 * @property {"notified"|"withdrawn"|null} status
 * @property {number|null} starts
 * @property {StatusInterval[]} history newest first; names keys by identifier only
 *
 * @typedef {object} TrustedEntity
 * @property {string[]} names TEName in any language, English first
 * @property {string|null} country ISO
 * @property {string} contact a URI
 * @property {TrustedService[]} services
 */

import { encodeHex } from "./bytes.js";
import { parseCountry } from "./countries.js";
import { parseTimestamp } from "./dates.js";
import { MalformedError } from "./errors.js";
import {
  MAX_CERTIFICATES,
  MAX_TEXTS,
  parseArray,
  parseBase64,
  parseCertificates,
  parseNames,
  parsePostalAddress,
  parseUris,
  refuseCritical,
  requireObject,
} from "./lotemembers.js";

export const ISSUANCE = "Issuance";
export const REVOCATION = "Revocation";
export const NOTIFIED = "notified";
export const WITHDRAWN = "withdrawn";
const MAX_ENTITIES = 10_000;
const MAX_SERVICES = 200;
const MAX_HISTORY = 1_000;
const IDENTITY = [
  "X509Certificates",
  "X509SubjectNames",
  "PublicKeyValues",
  "X509SKIs",
  "OtherIds",
];
const SERVICE_REQUIRED = ["ServiceName", "ServiceDigitalIdentity", "ServiceTypeIdentifier"];
const SERVICE_OPTIONAL = [
  "SchemeServiceDefinitionURI",
  "ServiceSupplyPoints",
  "ServiceDefinitionURI",
  "ServiceInformationExtensions",
];
const STATUS = ["ServiceStatus", "StatusStartingTime"];

/**
 * Read TrustedEntitiesList; no key may belong to two bodies.
 * @param {import("./profiles.js").Profile} profile
 * @returns {Promise<TrustedEntity[]>}
 */
export async function parseEntities(profile, value) {
  const entities = [];
  for (const item of parseArray(value, MAX_ENTITIES)) {
    entities.push(await parseEntity(profile, item));
  }
  const owners = new Map();
  for (const entity of entities) {
    for (const { spki } of entity.services.flatMap(({ certificates }) => certificates)) {
      if ((owners.get(spki) ?? entity) !== entity) {
        throw new MalformedError("one key is listed under two bodies");
      }
      owners.set(spki, entity);
    }
  }
  return entities;
}

async function parseEntity(profile, value) {
  const entity = requireObject(value, ["TrustedEntityInformation", "TrustedEntityServices"]);
  const information = requireObject(
    entity.TrustedEntityInformation,
    ["TEName", "TEAddress", "TEInformationURI"],
    ["TETradeName", "TEInformationExtensions"],
  );
  refuseCritical(information.TEInformationExtensions);
  const uris = parseUris(information.TEInformationURI);
  const electronic = parseAddress(information.TEAddress);
  if ((information.TETradeName ?? null) !== null) {
    parseNames(information.TETradeName);
  }
  const services = [];
  const country = parseRole(profile, [...electronic, ...uris]);
  for (const item of parseArray(entity.TrustedEntityServices, MAX_SERVICES)) {
    services.push(await parseService(profile, item));
  }
  return { names: parseNames(information.TEName), country, contact: electronic[0], services };
}

function parseAddress(value) {
  const address = requireObject(value, ["TEPostalAddress", "TEElectronicAddress"]);
  parseArray(address.TEPostalAddress, MAX_TEXTS, parsePostalAddress);
  return parseUris(address.TEElectronicAddress);
}

/** Find the country in the role URI (`…/PubEAAProvider/LT`); Annex H demands one. */
function parseRole(profile, uris) {
  const roles = uris.filter((uri) => uri.startsWith(profile.roleUri));
  const countries = new Set(roles.map((uri) => parseCountry(uri.slice(profile.roleUri.length))));
  if (countries.size > 1 || (profile.hasStatus && !countries.size)) {
    throw new MalformedError("a listed body must name one Member State in its role");
  }
  return [...countries][0] ?? null;
}

async function parseService(profile, value) {
  const service = requireObject(value, ["ServiceInformation"], ["ServiceHistory"]);
  const required = [...SERVICE_REQUIRED, ...(profile.hasStatus ? STATUS : [])];
  const information = requireObject(service.ServiceInformation, required, SERVICE_OPTIONAL);
  refuseCritical(information.ServiceInformationExtensions);
  const identity = requireObject(information.ServiceDigitalIdentity, [], IDENTITY);
  parseNames(information.ServiceName);
  const parsed = {
    kind: parseKind(profile, information.ServiceTypeIdentifier),
    certificates: await parseCertificates(identity.X509Certificates),
    status: profile.hasStatus ? parseStatus(profile, information.ServiceStatus) : null,
    starts: profile.hasStatus ? parseTimestamp(information.StatusStartingTime) : null,
    history: parseHistory(profile, service.ServiceHistory),
  };
  const starts = intervals(parsed).map((interval) => interval.starts);
  if (starts.some((start, index) => index && start > starts[index - 1])) {
    throw new MalformedError("the history of a service is not in order");
  }
  return parsed;
}

function parseHistory(profile, value) {
  if ((value ?? null) === null) {
    return [];
  }
  if (!profile.hasStatus) {
    throw new MalformedError("this kind of list must not hold a history");
  }
  return parseArray(value, MAX_HISTORY, (item) => parseInterval(profile, item));
}

function parseInterval(profile, value) {
  const required = [...STATUS, "ServiceName", "ServiceDigitalIdentity"];
  const optional = ["ServiceTypeIdentifier", "ServiceInformationExtensions"];
  const interval = requireObject(value, required, optional);
  parseNames(interval.ServiceName);
  const identity = requireObject(interval.ServiceDigitalIdentity, [], IDENTITY);
  if ("X509Certificates" in identity) {
    throw new MalformedError("a history must name keys by identifier, not by certificate");
  }
  const keyIds = parseArray(identity.X509SKIs, MAX_CERTIFICATES, parseBase64).map(encodeHex);
  return {
    status: parseStatus(profile, interval.ServiceStatus),
    starts: parseTimestamp(interval.StatusStartingTime),
    keyIds: new Set(keyIds),
  };
}

function parseKind(profile, value) {
  const kind = [ISSUANCE, REVOCATION].find((name) => value === profile.serviceUri + name);
  if (kind === undefined) {
    throw new MalformedError("a list holds a service type of another kind of list");
  }
  return kind;
}

function parseStatus(profile, value) {
  const status = [NOTIFIED, WITHDRAWN].find((name) => value === profile.statusUri + name);
  if (status === undefined) {
    throw new MalformedError("a list holds an unknown service status");
  }
  return status;
}

/**
 * Return the current status of a service and all former ones, newest first.
 * @returns {StatusInterval[]}
 */
export function intervals(service) {
  if (service.status === null) {
    return [];
  }
  const { status, starts } = service;
  return [{ status, starts, keyIds: keyIds(service) }, ...service.history];
}

/** Return what was in force at `moment`; several when a list gives one start twice. */
export function intervalsAt(service, moment) {
  const begun = intervals(service).filter(({ starts }) => starts <= moment);
  return begun.filter(({ starts }) => starts === begun[0].starts);
}

/** Return the subject key identifiers of the current certificates, hexadecimal. */
export function keyIds({ certificates }) {
  return new Set(certificates.map(({ keyId }) => keyId));
}
