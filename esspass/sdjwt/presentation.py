"""The compact serialization, and the choice of what to show (RFC 9901, sections 4 and 7.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.errors import MalformedError
from esspass.jose.jws import parse_jws
from esspass.sdjwt.disclosure import ClaimPath
from esspass.sdjwt.processing import process_disclosures

MAX_BYTES = 256 * 1024
MAX_DISCLOSURES = 512


@dataclass(frozen=True, slots=True)
class SdJwt:
    """The parts of an SD-JWT, or of an SD-JWT+KB when ``key_binding_jwt`` is there; unverified."""

    issuer_jwt: str
    disclosures: tuple[str, ...]
    key_binding_jwt: str | None = None

    def serialize(self) -> str:
        """Return the compact serialization."""
        return self.bound_part() + (self.key_binding_jwt or "")

    def bound_part(self) -> str:
        """Return the text that ``sd_hash`` covers: everything up to the last ``~``."""
        return "~".join((self.issuer_jwt, *self.disclosures, ""))


def parse_sd_jwt(text: str) -> SdJwt:
    """Split the compact serialization: at most 256 KiB, 512 disclosures. Raises MalformedError."""
    if not isinstance(text, str) or len(text) > MAX_BYTES or not text.isascii():
        raise MalformedError("not an SD-JWT, or too large")
    issuer_jwt, *disclosures = text.split("~")
    if not disclosures or issuer_jwt.count(".") != 2 or len(disclosures) > MAX_DISCLOSURES + 1:
        raise MalformedError("not an SD-JWT in compact serialization")
    key_binding_jwt = disclosures.pop()
    if "" in disclosures or (key_binding_jwt and key_binding_jwt.count(".") != 2):
        raise MalformedError("a part of the SD-JWT is empty or misplaced")
    return SdJwt(issuer_jwt, tuple(disclosures), key_binding_jwt or None)


def create_presentation(text: str, paths: Collection[ClaimPath]) -> str:
    """Keep the disclosures that the claims at ``paths`` need, and those beneath them.

    The issuer's part stays byte for byte; a key binding is dropped. Raises MalformedError or
    VerificationError when ``text`` is not a consistent SD-JWT.
    """
    sd_jwt = parse_sd_jwt(text)
    payload = parse_jws(sd_jwt.issuer_jwt).claims()
    processed = process_disclosures(payload, sd_jwt.disclosures)
    chosen = {place for path in paths for place in _find(processed.claims, path)}
    kept = {encoded for place, encoded in processed.paths.items() if _is_needed(place, chosen)}
    shown = tuple(encoded for encoded in sd_jwt.disclosures if encoded in kept)
    return SdJwt(sd_jwt.issuer_jwt, shown).serialize()


def _find(value: Any, path: ClaimPath, place: ClaimPath = ()) -> Iterator[ClaimPath]:
    """Yield the place of each claim that ``path`` selects."""
    if not path:
        yield place
        return
    for key, member in _members(value, path[0]):
        yield from _find(member, path[1:], (*place, key))


def _members(value: Any, step: str | int | None) -> list[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        return [(step, value[step])] if isinstance(step, str) and step in value else []
    if not isinstance(value, list) or isinstance(step, str):
        return []
    if step is None:
        return list(enumerate(value))
    return [(step, value[step])] if 0 <= step < len(value) else []


def _is_needed(place: ClaimPath, chosen: Collection[ClaimPath]) -> bool:
    return any(place == c[: len(place)] or c == place[: len(c)] for c in chosen)
