/**
 * Type and shape: which of the published shapes lies before us, and does every entry have the form
 * it prescribes. The schemas are those of `specs/types`, given by the caller.
 *
 * @typedef {object} Specs what `/scan/specs.json` holds
 * @property {Object<string, AttestationType>} types by `vct`
 * @property {Object[]} schemas every JSON Schema of `specs/types`
 * @property {Object} core `specs/documents/core.json`
 * @property {Object} reference `specs/inspection/reference.json`
 * @property {Object} wording `specs/types/wording.json`
 * @property {Object} words by locale, for where no signed rules are at hand
 *
 * @typedef {{kind: string, folder: string, name: string, digests: Object<string, string>}}
 *   AttestationType `digests` of the published metadata, base64, by `sha256`, `sha384`, `sha512`
 */

import { format } from "../esspass/vendor/cfworker-json-schema/format.js";
import { Validator } from "../esspass/vendor/cfworker-json-schema/validator.js";
import { MalformedError, VerificationError } from "./errors.js";

export const PDA1_WEBUILD = "eu.we-build.pda1.1";
export const PDA1_EUDI = "urn:eudi:pda1:1";
const MAX_INTEGRITY = 1024;
const DRAFT = "2020-12";
const VALIDATORS = new WeakMap();

// The first engine asks of an address only what RFC 5321 makes certain.
format.email = (text) => text.includes("@");

/** Return kind, folder and name of a type. Throws MalformedError, `unknown_type`. */
export function attestationType(specs, vct) {
  if (!Object.hasOwn(specs.types, vct)) {
    throw new MalformedError("this attestation type is not known here", "unknown_type");
  }
  return specs.types[vct];
}

/**
 * Name the shape: a `vct` does not, `urn:eudi:pda1:1` is used for two. Looks only at claims that
 * are never selectively disclosable. Throws MalformedError, `unknown_type` or `unknown_shape`.
 */
export function probeShape(specs, vct, claims) {
  const { kind } = attestationType(specs, vct);
  if (vct === PDA1_WEBUILD && "memberstateAppliedLegislation" in claims) {
    return "we-build-1.0";
  }
  if (vct === PDA1_EUDI && ("work_information" in claims || Array.isArray(claims.employer))) {
    return "eudi-2025-08";
  }
  if (vct === PDA1_EUDI && "work_address" in claims) {
    return "eudi-v1";
  }
  if (kind !== "pda1") {
    return kind;
  }
  throw new MalformedError("a PD A1 of a shape that is not known here", "unknown_shape");
}

/**
 * Check processed claims of any issuer, whatever part of them was disclosed.
 *
 * Throws MalformedError: `unknown_type`, `schema_violation`.
 */
export function verifyPresentationShape(specs, vct, claims) {
  const { folder } = attestationType(specs, vct);
  const validator = findValidator(specs, `urn:esspass:schema:${folder}:presentation`);
  if (!validator.validate(claims).valid) {
    const message = "the claims do not have the form of this type";
    throw new MalformedError(message, "schema_violation");
  }
}

/**
 * Compare `vct#integrity` (W3C Subresource Integrity) with the metadata of a type of ours.
 *
 * Of several digests the strongest kind counts; none of a known kind is no match. Throws
 * VerificationError, `type_metadata_integrity`.
 */
export function verifyTypeIntegrity(specs, vct, claims) {
  const { digests } = attestationType(specs, vct);
  if ("vct#integrity" in claims && !matchesIntegrity(digests, claims["vct#integrity"])) {
    const message = "the credential was made for other type metadata";
    throw new VerificationError(message, "type_metadata_integrity");
  }
}

function matchesIntegrity(digests, integrity) {
  if (typeof integrity !== "string" || integrity.length > MAX_INTEGRITY) {
    return false;
  }
  const named = integrity.split(/\s+/).map((item) => /^([^?-]+)-([^?]*)/.exec(item) ?? []);
  const known = named.filter(([, kind]) => kind !== undefined && Object.hasOwn(digests, kind));
  const strongest = known
    .map(([, kind]) => kind)
    .sort()
    .at(-1);
  const padless = (digest) => digest.replace(/=*$/, "");
  return known.some(
    ([, kind, digest]) => kind === strongest && padless(digest) === padless(digests[kind]),
  );
}

function findValidator(specs, id) {
  if (!VALIDATORS.has(specs)) {
    VALIDATORS.set(specs, new Map());
  }
  const known = VALIDATORS.get(specs);
  if (!known.has(id)) {
    known.set(id, createValidator(specs, id));
  }
  return known.get(id);
}

function createValidator(specs, id) {
  const validator = new Validator(
    specs.schemas.find((schema) => schema.$id === id),
    DRAFT,
  );
  specs.schemas
    .filter((schema) => schema.$id !== id)
    .forEach((schema) => validator.addSchema(schema));
  return validator;
}
