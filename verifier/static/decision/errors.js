/**
 * Every error the engine raises on purpose, with the codes of `esspass/errors.py`.
 *
 * `MalformedError` and `VerificationError` mean no; `UndecidedError` means neither yes nor no.
 * What is none of these is a bug and is not caught.
 */

/** Base: a stable `code`, and `parameters` that name evidence and never a person. */
export class EsspassError extends Error {
  /**
   * @param {string} message one sentence without personal data
   * @param {string} code
   * @param {Object<string, string>} [parameters]
   */
  constructor(message, code, parameters = {}) {
    super(message);
    this.code = code;
    this.parameters = parameters;
  }
}

/** The input does not parse. */
export class MalformedError extends EsspassError {
  constructor(message, code = "malformed") {
    super(message, code);
  }
}

/** The input parses and must not be believed. */
export class VerificationError extends EsspassError {}

/** A signature does not verify. */
export class SignatureError extends VerificationError {
  constructor(message) {
    super(message, "bad_signature");
  }
}

/** No trust anchor vouches for the signer. */
export class UntrustedIssuerError extends VerificationError {}

/** The object is outside its validity period. */
export class ExpiredError extends VerificationError {}

/** The presentation is not bound to the holder, the verifier or this request. */
export class KeyBindingError extends VerificationError {}

/** The evidence allows neither yes nor no. */
export class UndecidedError extends EsspassError {}

/** Say whether an error means no: it does not parse, or must not be believed. */
export function isRefusal(error) {
  return error instanceof MalformedError || error instanceof VerificationError;
}
