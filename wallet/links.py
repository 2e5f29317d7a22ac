"""Links and scanned codes: what a text asks the wallet to do, and which host stands behind it.

Only known schemes, and web addresses of this wallet itself; anything else is refused, nothing is
ever opened by itself (quishing: a code is a text that somebody else wrote).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, urlsplit

from esspass.errors import MalformedError
from esspass.openid4vci.offer import CredentialOffer, parse_offer_uri

MAX_LINK = 16 * 1024
_OFFER_SCHEMES = frozenset({"openid-credential-offer", "haip-vci"})
_REPLACEMENT = "replacement"
_PRESENTATION_SCHEMES = frozenset({"openid4vp", "haip-vp", "eu-eaap"})


class LinkKind(StrEnum):
    """What a link asks for."""

    OFFER = "offer"
    PRESENTATION = "presentation"
    REPLACEMENT = "replacement"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a known kind. ``host`` is whom the wallet will contact, in full, in ASCII.

    ``query`` is what follows the question mark, unchanged.
    """

    kind: LinkKind
    query: str
    host: str

    @property
    def lookalike(self) -> bool:
        """The host holds letters outside ASCII: it may imitate another."""
        return any(label.startswith("xn--") for label in self.host.split("."))


def parse_link(text: str, wallet_url: str) -> Link:
    """Read a pasted or scanned text; ``wallet_url`` is this wallet's own address.

    Raises MalformedError with code ``unknown_link`` (not ours to open) or ``not_an_offer``.
    """
    stripped = text.strip()
    if not stripped or len(stripped) > MAX_LINK or not stripped.isprintable():
        raise MalformedError("not a link this wallet understands", code="unknown_link")
    parts = _split(stripped)
    kind = _kind(parts, wallet_url)
    reads = _offer_host if kind is LinkKind.OFFER else _request_host
    return Link(kind, parts.query, reads(parts.query))


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as error:
        raise MalformedError("not a link", code="unknown_link") from error


def _kind(parts: SplitResult, wallet_url: str) -> LinkKind:
    if parts.scheme in _OFFER_SCHEMES:
        return LinkKind.OFFER
    if parts.scheme in _PRESENTATION_SCHEMES:
        is_desk = parts.path.strip("/") == _REPLACEMENT or parts.netloc == _REPLACEMENT
        return LinkKind.REPLACEMENT if is_desk else LinkKind.PRESENTATION
    address = f"{parts.scheme}://{parts.netloc}{parts.path}"
    own = {
        f"{wallet_url}/offer": LinkKind.OFFER,
        f"{wallet_url}/present": LinkKind.PRESENTATION,
        f"{wallet_url}/{_REPLACEMENT}": LinkKind.REPLACEMENT,
    }
    if address not in own:
        raise MalformedError("not a link this wallet understands", code="unknown_link")
    return own[address]


def _offer_host(query: str) -> str:
    offer = parse_offer_uri(f"openid-credential-offer://?{query}")
    return read_host(offer.credential_issuer if isinstance(offer, CredentialOffer) else offer)


def _request_host(query: str) -> str:
    try:
        values = parse_qs(query, max_num_fields=32).get("request_uri", [])
    except ValueError as error:
        raise MalformedError("too many parameters", code="unknown_link") from error
    if len(values) != 1:
        raise MalformedError("the request names no request_uri", code="unknown_link")
    return read_host(values[0])


def read_host(url: str) -> str:
    """Return the host of an http(s) URL in ASCII, with its port. Raises MalformedError."""
    parts = _split(url)
    try:
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except (UnicodeError, ValueError) as error:
        raise MalformedError("not a host name", code="unknown_link") from error
    if parts.scheme not in {"https", "http"} or not host or "@" in parts.netloc:
        raise MalformedError("not a web address", code="unknown_link")
    return f"{host}:{port}" if port else host
