"""A document as signed CWT that fits the QR code on paper.

Its size decides how much is said: what does not fit stands on the paper only, and ``more_on_paper``
says so. The same document always loses the same.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from esspass.attestations import Ehic, Pda1, Person
from esspass.cwt.core import encode_core, write_paper_claims
from esspass.cwt.token import create_cwt
from esspass.errors import MalformedError
from esspass.jose.claims import StatusReference
from esspass.keys.jwk import PublicKey
from esspass.keys.signer import Signer

# A symbol of version 22-M holds 1,134 characters: five of prefix, then base45 of 752 bytes.
MAX_COMPRESSED_BYTES = 752
_SIGNATURE_MARGIN = 8  # one signature compresses a little better than another


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is said; ``places`` are those per State."""

    employers: int = 100
    places: int = 100
    streets: bool = True
    exception_characters: int = 1000


_DETAILS = (
    _Detail(),
    _Detail(exception_characters=120),
    _Detail(streets=False, exception_characters=120),
    _Detail(employers=5, places=2, streets=False, exception_characters=120),
    _Detail(employers=3, places=1, streets=False, exception_characters=120),
    _Detail(employers=2, places=0, exception_characters=120),
    _Detail(employers=1, places=0, exception_characters=40),
)


@dataclass(frozen=True, slots=True)
class _StandIn:
    """Signs with bytes as random as a signature's, so that a size can be told before signing."""

    signer: Signer

    @property
    def algorithm(self) -> str:
        return self.signer.algorithm

    @property
    def public_key(self) -> PublicKey:
        return self.signer.public_key

    @property
    def certificates(self) -> Sequence[x509.Certificate]:
        return self.signer.certificates

    def sign(self, message: bytes) -> bytes:
        return hashlib.sha512(message).digest()


def create_document_cwt(
    document: Pda1 | Ehic,
    *,
    issued_at: int,
    expires_at: int,
    status: StatusReference,
    signer: Signer,
    person: Person | None = None,
    issuer: str | None = None,
) -> bytes:
    """Seal a document for paper; ``person`` is whom an EHIC, which has no names, is for.

    Raises MalformedError: ``not_expressible``, or ``too_large`` when even its core does not fit.
    """
    kind = "pda1" if isinstance(document, Pda1) else "ehic"
    claims = write_paper_claims(document, person)

    def seal(core: Mapping[int, Any], by: Signer) -> bytes:
        return create_cwt(
            core,
            issued_at=issued_at,
            expires_at=expires_at,
            status=status,
            signer=by,
            issuer=issuer,
        )

    for detail in _DETAILS:
        core = encode_core(kind, _shorten(claims, detail) if kind == "pda1" else claims)
        size = len(zlib.compress(seal(core, _StandIn(signer)), 9))
        if size <= MAX_COMPRESSED_BYTES - _SIGNATURE_MARGIN:
            return seal(core, signer)
    raise MalformedError("too long for the QR code on paper", code="too_large")


def _shorten(claims: Mapping[str, Any], detail: _Detail) -> dict[str, Any]:
    shortened = {
        **claims,
        "employmentSituations": claims["employmentSituations"][: detail.employers],
        "placesOfWork": {
            state: _shorten_places(places, detail)
            for state, places in claims["placesOfWork"].items()
        },
        "statusConfirmation": _shorten_confirmation(claims["statusConfirmation"], detail),
    }
    parts = {
        "employers": "employmentSituations",
        "places": "placesOfWork",
        "exception_text": "statusConfirmation",
    }
    more = [name for name, claim in parts.items() if shortened[claim] != claims[claim]]
    return {**shortened, "more_on_paper": more} if more else shortened


def _shorten_places(places: Sequence[Any], detail: _Detail) -> list[Any] | None:
    if places and not detail.places:
        return None
    if detail.streets:
        return list(places[: detail.places])
    return [_without_street(place) for place in places[: detail.places]]


def _without_street(place: Mapping[str, Any]) -> dict[str, Any]:
    address = {name: value for name, value in place["address"].items() if name != "streetAndNumber"}
    return {**place, "address": address}


def _shorten_confirmation(confirmation: Mapping[str, Any], detail: _Detail) -> dict[str, Any]:
    text = confirmation.get("exceptionDescription")
    if text is None or len(text) <= detail.exception_characters:
        return dict(confirmation)
    cut = f"{text[: detail.exception_characters - 1].rstrip()}…"
    return {**confirmation, "exceptionDescription": cut}
