/**
 * X.509 certificates (RFC 5280): the fields a decision needs, and the key.
 *
 * @typedef {object} Certificate
 * @property {Uint8Array} der
 * @property {string} thumbprint base64url(SHA-256(DER)): `x5t#S256`
 * @property {string} keyId subject key identifier, hexadecimal; computed where absent
 * @property {import("./distinguishedname.js").Name} subject
 * @property {import("./distinguishedname.js").Name} issuer
 * @property {number} notBefore epoch seconds
 * @property {number} notAfter epoch seconds
 * @property {string} spki hexadecimal DER of the public key
 * @property {{type: string, curve?: string, bits?: number}} key what kind of key, nothing checked
 * @property {{type: string, hash: string|null}|null} algorithm of its own signature
 * @property {Map<string, {critical: boolean, value: Uint8Array}>|null} extensions null: unreadable
 * @property {number} version 1 to 3
 */

import {
  decodeBase64,
  encodeBase64,
  encodeBase64Url,
  encodeHex,
  equalBytes,
  sha256,
} from "./bytes.js";
import {
  INTEGER,
  SEQUENCE,
  contextTag,
  readBitString,
  readElement,
  readElements,
  readInteger,
  readOid,
  readTime,
} from "./der.js";
import { readName } from "./distinguishedname.js";
import { MalformedError } from "./errors.js";
import { readExtensions, readSubjectKeyId } from "./extensions.js";
import { importKey } from "./keys.js";

export const MAX_CHAIN = 4;
const SIGNATURE_ALGORITHMS = {
  "1.2.840.10045.4.3.2": { type: "ECDSA", hash: "SHA-256" },
  "1.2.840.10045.4.3.3": { type: "ECDSA", hash: "SHA-384" },
  "1.2.840.10045.4.3.4": { type: "ECDSA", hash: "SHA-512" },
  "1.2.840.113549.1.1.11": { type: "RSA", hash: "SHA-256" },
  "1.2.840.113549.1.1.12": { type: "RSA", hash: "SHA-384" },
  "1.2.840.113549.1.1.13": { type: "RSA", hash: "SHA-512" },
  "1.3.101.112": { type: "Ed25519", hash: null },
};
const CURVES = {
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.34": "P-384",
  "1.3.132.0.35": "P-521",
};
const EC_KEY = "1.2.840.10045.2.1";
const RSA_KEY = "1.2.840.113549.1.1.1";
const ED25519_KEY = "1.3.101.112";
/** The unique identifiers of issuer and subject, which we ignore, and the extensions. */
const OPTIONAL = [contextTag(1, false), contextTag(2, false), contextTag(3)];
// The same few certificates arrive again and again; the text decides all of the result.
const PARSED = new Map();
const MAX_PARSED = 1024;

/**
 * Read the certificates of a JOSE header, leaf first (RFC 7515, section 4.1.6).
 *
 * One to four, all with readable fields; HAIP 1.0 forbids the anchor and a self-signed leaf in it.
 * Throws MalformedError.
 * @returns {Promise<Certificate[]>}
 */
export async function parseX5c(header) {
  const values = header.x5c;
  if (!Array.isArray(values) || values.length < 1 || values.length > MAX_CHAIN) {
    throw new MalformedError("x5c must hold one to four certificates");
  }
  const chain = [];
  for (const value of values) {
    chain.push(await parseCertificate(value));
  }
  if (chain.some((certificate) => certificate.extensions === null)) {
    throw new MalformedError("a certificate's extensions cannot be read");
  }
  if (chain.some(({ subject, issuer }) => subject.id === issuer.id)) {
    throw new MalformedError("x5c holds a self-signed certificate");
  }
  return chain;
}

/** Read one certificate, base64 of its DER. Throws MalformedError. */
export async function parseCertificate(text) {
  if (typeof text !== "string") {
    throw new MalformedError("a certificate is base64");
  }
  const known = PARSED.get(text);
  if (known !== undefined) {
    return known;
  }
  const certificate = await readCertificate(decodeBase64(text));
  if (PARSED.size >= MAX_PARSED) {
    PARSED.clear();
  }
  PARSED.set(text, certificate);
  return certificate;
}

/** Read one certificate out of PEM. Throws MalformedError. */
export async function parsePem(text) {
  const armour = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----\s*$/;
  const found = typeof text === "string" ? armour.exec(text) : null;
  if (found === null) {
    throw new MalformedError("not a PEM certificate");
  }
  return parseCertificate(found[1].replace(/\s/g, ""));
}

async function readCertificate(der) {
  const [tbs, algorithm, signature, ...rest] = readElements(readElement(der, SEQUENCE).content);
  if (rest.length || tbs?.tag !== SEQUENCE || algorithm?.tag !== SEQUENCE || !signature) {
    throw new MalformedError("not a certificate");
  }
  const fields = readFields(tbs);
  if (!equalBytes(fields.inner.whole, algorithm.whole)) {
    throw new MalformedError("a certificate names two signature algorithms");
  }
  const extensions = tryReadExtensions(fields.extensions);
  return {
    der,
    text: encodeBase64(der),
    thumbprint: encodeBase64Url(await sha256(der)),
    keyId: (extensions && readSubjectKeyId(extensions)) ?? (await computeKeyId(fields.spki)),
    version: fields.version,
    subject: readName(fields.subject),
    issuer: readName(fields.issuer),
    ...readValidity(fields.validity),
    spki: encodeHex(fields.spki.whole),
    key: readKeyKind(fields.spki),
    algorithm: SIGNATURE_ALGORITHMS[readAlgorithm(algorithm)] ?? null,
    extensions,
    signed: tbs.whole,
    signature: readBitString(signature),
  };
}

/** RFC 5280, section 4.1. */
function readFields(tbs) {
  const elements = readElements(tbs.content);
  const explicit = elements[0]?.tag === contextTag(0);
  const version = explicit ? 1 + readInteger(readElement(elements.shift().content, INTEGER))[0] : 1;
  const [serial, inner, issuer, validity, subject, spki, ...optional] = elements;
  const sequences = [inner, issuer, validity, subject, spki];
  if (sequences.some((element) => element?.tag !== SEQUENCE) || version > 3) {
    throw new MalformedError("not a certificate");
  }
  readInteger(serial);
  const places = optional.map(({ tag }) => OPTIONAL.indexOf(tag));
  if (places.some((place, index) => place < 0 || place <= places[index - 1])) {
    throw new MalformedError("a certificate with fields that are not known");
  }
  const extensions = optional.find(({ tag }) => tag === contextTag(3));
  if (extensions && version !== 3) {
    throw new MalformedError("extensions in a certificate that knows none");
  }
  return { version, inner, issuer, validity, subject, spki, extensions };
}

function readAlgorithm(sequence) {
  const [identifier] = readElements(sequence.content);
  if (identifier === undefined) {
    throw new MalformedError("no algorithm");
  }
  return readOid(identifier);
}

function readValidity(sequence) {
  const [start, end, ...rest] = readElements(sequence.content);
  if (end === undefined || rest.length) {
    throw new MalformedError("a certificate without a validity period");
  }
  return { notBefore: readTime(start), notAfter: readTime(end) };
}

function readKeyKind(spki) {
  const [algorithm, bits] = readElements(spki.content);
  if (algorithm?.tag !== SEQUENCE || bits === undefined) {
    throw new MalformedError("a certificate without a key");
  }
  const key = readBitString(bits);
  const [identifier, parameters, ...rest] = readElements(algorithm.content);
  if (rest.length) {
    throw new MalformedError("a key with parameters that are not known");
  }
  const oid = identifier ? readOid(identifier) : "";
  if (oid === EC_KEY) {
    return { type: "EC", curve: parameters && CURVES[readOid(parameters)] };
  }
  if (oid === RSA_KEY) {
    return { type: "RSA", bits: countBits(key) };
  }
  return { type: oid === ED25519_KEY ? "Ed25519" : "other" };
}

function countBits(key) {
  const [modulus] = readElements(readElement(key, SEQUENCE).content);
  const octets = readInteger(modulus);
  return octets.length * 8 - Math.clz32(octets[0]) + 24;
}

/** Fields of an extension that does not parse must not count as absent: null says unreadable. */
function tryReadExtensions(wrapped) {
  if (wrapped === undefined) {
    return new Map();
  }
  try {
    return readExtensions(wrapped);
  } catch (error) {
    if (error instanceof MalformedError) {
      return null;
    }
    throw error;
  }
}

async function computeKeyId(spki) {
  const bits = readBitString(readElements(spki.content)[1]);
  return encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-1", bits)));
}

const KEYS = new WeakMap();

/**
 * Return the key of a certificate, ready to verify messages. Throws MalformedError.
 * @returns {Promise<import("./keys.js").PublicKey>}
 */
export async function readKey(certificate) {
  const { type, curve = type } = certificate.key;
  if (type !== "Ed25519" && (type !== "EC" || curve === undefined || curve === "EC")) {
    throw new MalformedError("the certificate holds a key of a kind we do not use");
  }
  if (!KEYS.has(certificate)) {
    KEYS.set(certificate, importKey("spki", readSpki(certificate), curve));
  }
  return KEYS.get(certificate);
}

/** Return the DER of the public key. */
export function readSpki({ spki }) {
  return Uint8Array.from(spki.match(/../g), (octet) => Number.parseInt(octet, 16));
}
