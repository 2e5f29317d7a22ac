/**
 * Lists of trusted entities (ETSI TS 119 602), JSON binding: verify one issue and read it.
 *
 * A list is believed only when a pinned certificate signed it. Certificates inside the list, in its
 * header or behind its pointers are never a reason to believe it.
 *
 * @typedef {object} ListSnapshot one issue of a list; times in epoch seconds
 * @property {string} listType
 * @property {number} sequenceNumber
 * @property {number} issuedAt
 * @property {number|null} nextUpdate null for a closed list
 * @property {string[]} operatorNames
 * @property {string} operatorContact a URI
 * @property {string} territory
 * @property {import("./entities.js").TrustedEntity[]} entities
 */

import { parseTimestamp } from "./dates.js";
import { parseEntities } from "./entities.js";
import { MalformedError } from "./errors.js";
import { isObject, isWhole, parseJsonObject } from "./json.js";
import { verifyIssueTime, verifyJades, verifyOperator } from "./jades.js";
import {
  MAX_TEXTS,
  parseArray,
  parseCertificates,
  parseNames,
  parsePostalAddress,
  parseUris,
  refuseCritical,
  requireObject,
  requireText,
} from "./lotemembers.js";
import { KEEP_FOREVER, PROFILES } from "./profiles.js";

const GRACE_SECONDS = 7 * 24 * 3600;
const NEXT_SIGNERS = "NextSignerCertificates";
const REQUIRED = [
  "LoTEVersionIdentifier",
  "LoTESequenceNumber",
  "LoTEType",
  "SchemeOperatorName",
  "SchemeOperatorAddress",
  "SchemeName",
  "SchemeInformationURI",
  "StatusDeterminationApproach",
  "SchemeTypeCommunityRules",
  "SchemeTerritory",
  "PolicyOrLegalNotice",
  "ListIssueDateTime",
  "NextUpdate",
];
const OPTIONAL = ["DistributionPoints", "SchemeExtensions"];
const POINTER = ["LoTELocation", "ServiceDigitalIdentities", "LoTEQualifiers"];

/**
 * Verify a list signed by one of `anchors` and read it; says nothing about freshness.
 *
 * Throws MalformedError (`list_wrong_type` for another list than `name`), UntrustedIssuerError,
 * SignatureError and VerificationError.
 * @returns {Promise<ListSnapshot>}
 */
export async function verifyList(name, token, anchors) {
  const signed = await verifyJades(token, anchors);
  const snapshot = await parseList(signed.payload);
  verifyOperator(signed.signer, snapshot.territory, snapshot.operatorNames);
  verifyIssueTime(snapshot.issuedAt, signed.signedAt);
  if (snapshot.listType !== name) {
    throw new MalformedError("the source gives a list of another type", "list_wrong_type");
  }
  return snapshot;
}

/** Read the body of a list without believing it. Throws MalformedError. */
async function parseList(payload) {
  const root = requireObject(parseJsonObject(payload), ["LoTE"]);
  const lote = requireObject(root.LoTE, ["ListAndSchemeInformation"], ["TrustedEntitiesList"]);
  const profile = parseProfile(lote.ListAndSchemeInformation);
  const information = requireInformation(profile, lote.ListAndSchemeInformation);
  const dates = parseDates(information);
  await verifyAnnouncedSigners(profile, information);
  const contacts = information.SchemeOperatorAddress.SchemeOperatorElectronicAddress;
  const listed = lote.TrustedEntitiesList ?? null;
  parseNames(information.SchemeName);
  return {
    listType: profile.name,
    sequenceNumber: information.LoTESequenceNumber,
    ...dates,
    operatorNames: parseNames(information.SchemeOperatorName),
    operatorContact: parseUris(contacts)[0],
    territory: information.SchemeTerritory,
    entities: listed === null ? [] : await parseEntities(profile, listed),
  };
}

function parseProfile(information) {
  const uri = isObject(information) ? information.LoTEType : null;
  const profile = Object.values(PROFILES).find(({ typeUri }) => typeUri === uri);
  if (profile === undefined) {
    throw new MalformedError("the list is of a type that is not known here");
  }
  return profile;
}

/** Check the scheme's own members; which ones may be there depends on the profile. */
function requireInformation(profile, value) {
  const required = [...REQUIRED, ...(profile.hasStatus ? ["HistoricalInformationPeriod"] : [])];
  const optional = [...OPTIONAL, ...(profile.hasStatus ? [] : ["PointersToOtherLoTE"])];
  const information = requireObject(value, required, optional);
  if (information.LoTEVersionIdentifier !== 1) {
    throw new MalformedError("the list is of an unknown version");
  }
  requireSequenceNumber(information, "LoTESequenceNumber");
  const forever = information.HistoricalInformationPeriod === KEEP_FOREVER;
  if (profile.hasStatus && !(forever && isWhole(information, "HistoricalInformationPeriod"))) {
    throw new MalformedError("the list must keep its history for ever");
  }
  requireScheme(information);
  return information;
}

/** Check a sequence number (clause 6.3.3). Throws MalformedError. */
export function requireSequenceNumber(container, name) {
  const number = container[name];
  if (!isWhole(container, name) || number < 1 || number > Number.MAX_SAFE_INTEGER) {
    throw new MalformedError("no proper sequence number");
  }
}

function requireScheme(information) {
  if (!/^[A-Z]{2}$/.test(requireText(information.SchemeTerritory))) {
    throw new MalformedError("the list has no proper territory");
  }
  const members = ["SchemeOperatorPostalAddress", "SchemeOperatorElectronicAddress"];
  const address = requireObject(information.SchemeOperatorAddress, members);
  parseArray(address.SchemeOperatorPostalAddress, MAX_TEXTS, parsePostalAddress);
  parseUris(address.SchemeOperatorElectronicAddress);
  parseUris(information.SchemeInformationURI);
  parseUris(information.SchemeTypeCommunityRules);
  requireText(information.StatusDeterminationApproach);
  parseArray(information.PolicyOrLegalNotice, MAX_TEXTS);
  if ("DistributionPoints" in information) {
    parseArray(information.DistributionPoints, MAX_TEXTS, requireText);
  }
  refuseCritical(information.SchemeExtensions);
}

function parseDates(information) {
  const issuedAt = parseTimestamp(information.ListIssueDateTime);
  if (information.NextUpdate === null) {
    return { issuedAt, nextUpdate: null };
  }
  const nextUpdate = parseTimestamp(information.NextUpdate);
  if (nextUpdate <= issuedAt) {
    throw new MalformedError("the list promises its next issue before its own");
  }
  return { issuedAt, nextUpdate };
}

/** The certificates the operator names as its own must parse; they are never trusted. */
async function verifyAnnouncedSigners(profile, information) {
  if (profile.hasStatus) {
    for (const extension of information.SchemeExtensions ?? []) {
      if (isObject(extension) && NEXT_SIGNERS in extension) {
        await parseCertificates(extension[NEXT_SIGNERS]);
      }
    }
  } else if ("PointersToOtherLoTE" in information) {
    const parse = (item) => requireObject(item, POINTER);
    for (const pointer of parseArray(information.PointersToOtherLoTE, MAX_TEXTS, parse)) {
      await verifyPointer(profile, pointer);
    }
  }
}

async function verifyPointer(profile, pointer) {
  const qualifiers = parseArray(pointer.LoTEQualifiers, MAX_TEXTS).filter(isObject);
  if (!qualifiers.some(({ LoTEType }) => LoTEType === profile.typeUri)) {
    return;
  }
  for (const identity of parseArray(pointer.ServiceDigitalIdentities, MAX_TEXTS)) {
    if (isObject(identity) && "X509Certificates" in identity) {
      await parseCertificates(identity.X509Certificates);
    }
  }
}

/**
 * Say how current something is that promised a successor by `nextUpdate`.
 * @returns {"FRESH"|"GRACE"|"EXPIRED"|"CLOSED"}
 */
export function freshness(nextUpdate, now) {
  if (nextUpdate === null) {
    return "CLOSED";
  }
  if (now < nextUpdate) {
    return "FRESH";
  }
  return now < nextUpdate + GRACE_SECONDS ? "GRACE" : "EXPIRED";
}
