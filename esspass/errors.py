"""Every error this project raises on purpose.

* EsspassError
  + MalformedError        the input does not parse
  + VerificationError     it parses and must not be believed
    - SignatureError
    - UntrustedIssuerError
    - ExpiredError
    - RevokedError
    - KeyBindingError
  + ProtocolError         a message of a protocol is refused; ``code`` is the protocol's own
  + UndecidedError        the evidence allows neither yes nor no
    - UnavailableError    a source we must ask did not answer

``code`` is stable and safe to show and to log. Messages carry no personal data.
"""

from __future__ import annotations


class EsspassError(Exception):
    """Base of all errors: a stable ``code`` and a sentence without personal data."""

    code = "internal"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")
        if code is not None:
            self.code = code


class MalformedError(EsspassError):
    """The input does not parse."""

    code = "malformed"


class VerificationError(EsspassError):
    """The input parses and must not be believed."""

    code = "not_verified"


class SignatureError(VerificationError):
    """A signature does not verify."""

    code = "bad_signature"


class UntrustedIssuerError(VerificationError):
    """No trust anchor vouches for the signer."""

    code = "untrusted_issuer"


class ExpiredError(VerificationError):
    """The object is outside its validity period."""

    code = "expired"


class RevokedError(VerificationError):
    """The status list says the credential is not valid."""

    code = "revoked"


class KeyBindingError(VerificationError):
    """The presentation is not bound to the holder, the verifier or this request."""

    code = "bad_key_binding"


class ProtocolError(EsspassError):
    """A message of OAuth, OpenID4VCI or OpenID4VP is refused.

    ``code`` is the error code of the protocol, ``status`` the HTTP status its text asks for.
    """

    code = "invalid_request"

    def __init__(self, message: str = "", *, code: str | None = None, status: int = 400) -> None:
        super().__init__(message, code=code)
        self.status = status


class UndecidedError(EsspassError):
    """The evidence allows neither yes nor no."""

    code = "undecided"


class UnavailableError(UndecidedError):
    """A source we must ask did not answer."""

    code = "unavailable"
