/**
 * Certification paths from a message's certificates to listed ones, at a given moment.
 *
 * RFC 5280, section 6, for a seal: neither host name nor TLS usage. Beside it key strength, usages
 * and the direct match of lists (ETSI TS 119 615, clause 4.3.4: public key and subject name are the
 * anchor, so an expired anchor certificate does not end it). Nothing is fetched: certificates come
 * from the message and from the lists, never from a URL.
 */

import { MAX_CHAIN, readSpki } from "./certificates.js";
import { SEQUENCE, contextTag, readElement, readElements, readInteger } from "./der.js";
import { MalformedError, UntrustedIssuerError } from "./errors.js";
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  EXTENDED_KEY_USAGE,
  KEY_USAGE,
  SUBJECT_KEY_IDENTIFIER,
  readBasicConstraints,
  readKeyUsage,
  readPurposes,
} from "./extensions.js";

const MIN_RSA_BITS = 2048;
const WEB_USAGES = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];
const NAME_CONSTRAINTS = "2.5.29.30";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1";
const UNDERSTOOD = [
  AUTHORITY_INFORMATION,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  EXTENDED_KEY_USAGE,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SUBJECT_ALTERNATIVE_NAME,
  SUBJECT_KEY_IDENTIFIER,
];
const COORDINATE_BYTES = { "P-256": 32, "P-384": 48, "P-521": 66 };
const VERIFIED = new Map();
const MAX_VERIFIED = 1024;

/**
 * Check that `chain` (leaf first) leads to one of `anchors` at `at` (epoch seconds).
 *
 * Throws MalformedError for no or too many certificates, UntrustedIssuerError with the codes
 * `weak_key`, `wrong_key_usage`, `certificate_expired`, `anchor_expired` or `no_path`.
 */
export async function verifyPath(chain, anchors, at) {
  if (chain.length < 1 || chain.length > MAX_CHAIN) {
    throw new MalformedError("a chain holds one to four certificates");
  }
  const [leaf] = chain;
  chain.forEach(verifyStrength);
  verifyEndEntity(leaf);
  if (!isValidAt(leaf, at)) {
    const message = "the signer's certificate was not valid at that time";
    throw new UntrustedIssuerError(message, "certificate_expired");
  }
  if (!anchors.some((anchor) => hasSameIdentity(leaf, anchor))) {
    await verifyChain(chain, anchors, at);
  }
}

/** Compare public key and subject name, the identity of a listed service. */
export function hasSameIdentity(one, other) {
  return one.subject.id === other.subject.id && one.spki === other.spki;
}

/** Say whether `at` lies in the certificate's validity period. */
export function isValidAt(certificate, at) {
  return certificate.notBefore <= at && at <= certificate.notAfter;
}

/** Say whether a path from `chain` to `anchor` is at all possible: a cheap first look. */
export function namesAnchor(chain, { subject }) {
  return chain.some((c) => c.issuer.id === subject.id || c.subject.id === subject.id);
}

/** Build the path. A re-issued CA certificate in the chain stands for its listed twin. */
async function verifyChain(chain, anchors, at) {
  const [leaf, ...intermediates] = chain;
  const twins = intermediates.filter((c) => anchors.some((anchor) => hasSameIdentity(c, anchor)));
  const strong = anchors.every(isStrong);
  const search = { trusted: [...anchors, ...twins], intermediates, at };
  if (!strong) {
    throw new UntrustedIssuerError("a listed key or digest is too weak", "weak_key");
  }
  if (!isUnderstood(leaf) || leaf.version !== 3 || !(await leadsToTrust(search, [leaf]))) {
    throw explainFailure(leaf, anchors, at);
  }
}

/** Try every certificate that could have issued the last of `path`, listed ones first. */
async function leadsToTrust(search, path) {
  const child = path.at(-1);
  const depth = path.length - 1;
  for (const issuer of [...search.trusted, ...search.intermediates]) {
    if (issuer.subject.der !== child.issuer.der || !isAuthority(issuer, depth, search.at)) {
      continue;
    }
    if (!permitsNames(issuer, path) || !(await hasSigned(issuer, child))) {
      continue;
    }
    const ends = search.trusted.includes(issuer);
    if (ends || (depth + 1 < MAX_CHAIN && (await leadsToTrust(search, [...path, issuer])))) {
      return true;
    }
  }
  return false;
}

/** RFC 5280, sections 4.2.1.3 and 4.2.1.9; `depth` counts the authorities below this one. */
function isAuthority(certificate, depth, at) {
  const { extensions, version } = certificate;
  if (version !== 3 || !isUnderstood(certificate) || !isValidAt(certificate, at)) {
    return false;
  }
  const constraints = readBasicConstraints(extensions);
  const within = (constraints?.pathLength ?? depth) >= depth;
  return Boolean(constraints?.ca && within && readKeyUsage(extensions)?.signsCertificates);
}

function isUnderstood({ extensions }) {
  const critical = [...(extensions ?? [])].filter(([, extension]) => extension.critical);
  return extensions !== null && critical.every(([oid]) => UNDERSTOOD.includes(oid));
}

/**
 * Constraints on the names of servers and mailboxes say nothing about a seal that has none; all
 * others are not understood here, and so not met.
 */
function permitsNames({ extensions }, path) {
  const extension = extensions.get(NAME_CONSTRAINTS);
  if (extension === undefined) {
    return true;
  }
  const subtrees = readElements(readElement(extension.value, SEQUENCE).content);
  const bases = subtrees.flatMap(({ content }) =>
    readElements(content).map((subtree) => readElements(subtree.content)[0]?.tag),
  );
  const known = [1, 2, 7].map((number) => contextTag(number, false));
  const named = path.some((certificate) => certificate.extensions.has(SUBJECT_ALTERNATIVE_NAME));
  return !named && bases.every((tag) => known.includes(tag));
}

function explainFailure(leaf, anchors, at) {
  const issuers = anchors.filter((anchor) => anchor.subject.id === leaf.issuer.id);
  if (issuers.length && !issuers.some((anchor) => isValidAt(anchor, at))) {
    const message = "the listed certificate was not valid at that time";
    return new UntrustedIssuerError(message, "anchor_expired");
  }
  return new UntrustedIssuerError("no path leads to a listed certificate", "no_path");
}

function verifyStrength(certificate) {
  if (!isStrong(certificate)) {
    throw new UntrustedIssuerError("a certificate's key or digest is too weak", "weak_key");
  }
}

function isStrong({ key, algorithm }) {
  const curved = key.type === "Ed25519" || (key.type === "EC" && key.curve !== undefined);
  const strong = curved || (key.type === "RSA" && key.bits >= MIN_RSA_BITS);
  return strong && algorithm !== null;
}

/** Look at usages here too: a directly listed leaf never reaches the path search. */
function verifyEndEntity({ extensions }) {
  if (extensions === null) {
    throw new MalformedError("a certificate's extensions cannot be read");
  }
  const usage = readKeyUsage(extensions);
  const signs = usage !== null && usage.signs && !usage.signsCertificates;
  const web = readPurposes(extensions)?.some((purpose) => WEB_USAGES.includes(purpose));
  if (!signs || web || readBasicConstraints(extensions)?.ca) {
    const message = "the certificate is not for signing attestations";
    throw new UntrustedIssuerError(message, "wrong_key_usage");
  }
}

/** Say whether `issuer` signed `certificate`; remembered, because both never change. */
async function hasSigned(issuer, certificate) {
  const name = `${issuer.thumbprint} ${certificate.thumbprint}`;
  const known = VERIFIED.get(name);
  if (known !== undefined) {
    return known;
  }
  const result = await verifySignature(issuer, certificate);
  if (VERIFIED.size >= MAX_VERIFIED) {
    VERIFIED.clear();
  }
  VERIFIED.set(name, result);
  return result;
}

async function verifySignature(issuer, certificate) {
  const { type, hash } = certificate.algorithm;
  if (type !== (issuer.key.type === "EC" ? "ECDSA" : issuer.key.type)) {
    return false;
  }
  const [imported, used] = createAlgorithms(type, hash, issuer.key.curve);
  try {
    const spki = readSpki(issuer);
    const key = await crypto.subtle.importKey("spki", spki, imported, false, ["verify"]);
    const signature = convertSignature(certificate.signature, issuer.key.curve);
    return await crypto.subtle.verify(used, key, signature, certificate.signed);
  } catch {
    return false;
  }
}

function createAlgorithms(type, hash, namedCurve) {
  if (type === "ECDSA") {
    return [
      { name: "ECDSA", namedCurve },
      { name: "ECDSA", hash },
    ];
  }
  if (type === "RSA") {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash };
    return [algorithm, algorithm];
  }
  return [{ name: "Ed25519" }, { name: "Ed25519" }];
}

/** Write an ECDSA signature as WebCrypto takes it: r and s at full length, not DER. */
function convertSignature(signature, curve) {
  if (curve === undefined) {
    return signature;
  }
  const numbers = readElements(readElement(signature, SEQUENCE).content).map(readInteger);
  const size = COORDINATE_BYTES[curve];
  const raw = new Uint8Array(2 * size);
  if (numbers.length !== 2 || numbers.some((number) => number.length > size)) {
    throw new MalformedError("not a signature of this curve");
  }
  numbers.forEach((number, index) => raw.set(number, (index + 1) * size - number.length));
  return raw;
}
