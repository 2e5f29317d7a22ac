/** May this body issue this type of attestation? The institution directory answers. */

import { parseCountry } from "./countries.js";
import { DIRECTORY, mayIssue } from "./directory.js";
import { IssuerRefusedError, IssuerUndecidedError } from "./listing.js";
import { freshness } from "./lists.js";
import { describeSource } from "./view.js";

/**
 * Check that the directory lets `entity` issue the type, at issuance and now.
 *
 * Without a disclosed institution id any institution of the body will do. Returns further
 * parameters. Throws IssuerRefusedError (`institution_unknown`, `institution_mismatch`,
 * `type_not_authorised`) and IssuerUndecidedError (`directory_unavailable`, `directory_stale`,
 * `type_authorisation_ended`).
 */
export function decideType(view, entity, claim, parameters, now) {
  const directory = requireDirectory(view, parameters, now);
  const found = {
    ...parameters,
    directory_sequence_number: String(directory.sequenceNumber),
    vct: claim.vct,
  };
  const { vct, issuedAt, latest } = claim;
  const then = findInstitutions(directory, entity, claim, found).filter((institution) =>
    mayIssue(institution, vct, issuedAt, latest),
  );
  if (!then.length) {
    const message = "the issuer was not entitled to issue this type of attestation";
    throw new IssuerRefusedError(message, "type_not_authorised", found);
  }
  if (!then.some((institution) => mayIssue(institution, vct, now, now))) {
    const message = "the issuer is no longer entitled to issue this type";
    throw new IssuerUndecidedError(message, "type_authorisation_ended", found);
  }
  return { ...found, institution: then[0].id };
}

function requireDirectory(view, parameters, now) {
  const source = Object.entries(describeSource(view, DIRECTORY));
  const described = source.map(([name, value]) => [`directory_${name}`, value]);
  const found = { ...parameters, ...Object.fromEntries(described) };
  if (view.directory === null) {
    const message = "the institution directory could not be had";
    throw new IssuerUndecidedError(message, "directory_unavailable", found);
  }
  if (freshness(view.directory.nextUpdate, now) !== "FRESH") {
    const message = "the institution directory is out of date";
    throw new IssuerUndecidedError(message, "directory_stale", found);
  }
  return view.directory;
}

function findInstitutions(directory, entity, claim, parameters) {
  const isOf = (institution) =>
    entity.names.includes(institution.entity) && isSameCountry(institution, entity);
  if (claim.institutionId === null) {
    return directory.institutions.filter(isOf);
  }
  const institution = directory.institutions.find(({ id }) => id === claim.institutionId);
  if (institution === undefined) {
    const message = "the institution is not in the directory";
    throw new IssuerRefusedError(message, "institution_unknown", parameters);
  }
  if (!isOf(institution)) {
    const message = "the attestation names an institution of another body";
    throw new IssuerRefusedError(message, "institution_mismatch", parameters);
  }
  return [institution];
}

function isSameCountry(institution, entity) {
  return entity.country === null || parseCountry(institution.country) === entity.country;
}
