"""A refused request: who is told, where, and with which code (OpenID4VP 1.0, section 8.5).

Only an authenticated request has somebody to tell. Of it, only ``direct_post`` and
``direct_post.jwt`` name an address that a wallet posts to (section 8.2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509

from esspass.errors import EsspassError, ProtocolError
from esspass.openid4vp.client_metadata import choose_encryption

ERRORS = frozenset(
    {"invalid_scope", "invalid_request", "invalid_transaction_data", "vp_formats_not_supported"}
)
_MODES = ("direct_post", "direct_post.jwt")
_URL_SAFE = re.compile(r"[A-Za-z0-9._~-]{1,2048}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What may be told: a code and the verifier's own ``state``, nothing about the holder.

    ``encryption`` is key and ``enc``, or None where the answer travels in clear.
    """

    error: str
    response_uri: str
    state: str | None = None
    encryption: tuple[Mapping[str, Any], str] | None = field(default=None, repr=False)


class RefusedRequestError(ProtocolError):
    """A request whose signer is known must not be answered; ``refusal`` None: nowhere to say so.

    Whether ``chain`` is trusted is decided elsewhere, before anything is sent anywhere.
    """

    def __init__(
        self, cause: EsspassError, chain: tuple[x509.Certificate, ...], refusal: Refusal | None
    ) -> None:
        super().__init__(str(cause), code=cause.code)
        self.chain, self.refusal = chain, refusal


def read_refusal(claims: Mapping[str, Any], cause: EsspassError) -> Refusal | None:
    """Return what an authenticated request lets us tell about ``cause``."""
    response_uri, state = claims.get("response_uri"), claims.get("state")
    mode = claims.get("response_mode")
    if mode not in _MODES or not is_web_uri(response_uri):
        return None
    return Refusal(
        cause.code if cause.code in ERRORS else "invalid_request",
        str(response_uri),
        state if is_state(state) else None,
        _read_encryption(claims) if mode == "direct_post.jwt" else None,
    )


def _read_encryption(claims: Mapping[str, Any]) -> tuple[Mapping[str, Any], str] | None:
    """A wallet that cannot encrypt may send the error in clear (section 8.3)."""
    metadata = claims.get("client_metadata")
    try:
        return choose_encryption(metadata) if isinstance(metadata, Mapping) else None
    except ProtocolError:
        return None


def is_web_uri(value: Any) -> bool:
    """Whether ``value`` may be a response_uri; what may be reached is the fetcher's policy."""
    if not isinstance(value, str) or len(value) > 2048:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and "#" not in value


def is_state(value: Any) -> bool:
    """Whether ``value`` is a state of URL-safe characters (section 5.3)."""
    return isinstance(value, str) and _URL_SAFE.fullmatch(value) is not None
