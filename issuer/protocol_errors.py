"""Protocol errors that need a response header beside their code."""

from __future__ import annotations

from collections.abc import Mapping

from esspass.errors import ProtocolError
from esspass.openid4vci.client_attestation import CHALLENGE_HEADER
from esspass.openid4vci.refusal import clean_description

_CHALLENGE = 'DPoP algs="ES256"'


class HeaderError(ProtocolError):
    """A refusal; ``headers`` go into the response."""

    def __init__(self, message: str, *, code: str, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(message, code=code, status=status)
        self.headers = dict(headers)


def refuse_token(message: str, code: str = "invalid_token", status: int = 401) -> HeaderError:
    """Refuse a resource request (RFC 6750, section 3; RFC 9449, section 7.1)."""
    described = f'{_CHALLENGE}, error="{code}", error_description="{clean_description(message)}"'
    return HeaderError(message, code=code, status=status, headers={"WWW-Authenticate": described})


def ask_for_token() -> HeaderError:
    """Refuse a request that came without any access token (RFC 6750, section 3.1)."""
    return HeaderError(
        "an access token is needed",
        code="invalid_token",
        status=401,
        headers={"WWW-Authenticate": _CHALLENGE},
    )


def ask_for_nonce(nonce: str, *, resource: bool) -> HeaderError:
    """Ask for a DPoP proof with our nonce (RFC 9449, sections 8 and 9)."""
    headers = {"DPoP-Nonce": nonce}
    if resource:
        headers["WWW-Authenticate"] = f'{_CHALLENGE}, error="use_dpop_nonce"'
    return HeaderError(
        "the DPoP proof needs the nonce in DPoP-Nonce",
        code="use_dpop_nonce",
        status=401 if resource else 400,
        headers=headers,
    )


def ask_for_challenge(challenge: str) -> HeaderError:
    """Ask for an attestation proof with our challenge (client attestation -07, section 6.2)."""
    return HeaderError(
        "the client attestation proof needs a challenge of this server",
        code="use_attestation_challenge",
        status=400,
        headers={CHALLENGE_HEADER: challenge},
    )
