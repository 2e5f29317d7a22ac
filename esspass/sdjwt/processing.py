"""Put disclosures back in their places, by every rule of RFC 9901, section 7.1, steps 3 to 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import MalformedError, VerificationError
from esspass.sdjwt.disclosure import (
    HASH_ALGORITHM,
    RESERVED_NAMES,
    ClaimPath,
    create_digests,
    parse_disclosure,
)

MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Processed:
    """The claims without digests, and which disclosure put a claim there, by its path."""

    claims: Mapping[str, Any]
    paths: Mapping[ClaimPath, str]


def process_disclosures(payload: Mapping[str, Any], disclosures: Sequence[str]) -> Processed:
    """Insert the disclosed claims and drop every digest.

    ``payload`` is the issuer's JWT, whose signature is the caller's to check. Raises MalformedError
    when a part does not parse or nests deeper than 16, VerificationError when a disclosure is
    unreferenced, repeated, of the wrong kind, or takes a name that is reserved or in use.
    """
    if payload.get("_sd_alg", HASH_ALGORITHM) != HASH_ALGORITHM:
        raise VerificationError("digest algorithm not supported", code="unsupported_hash")
    unused = dict(zip(create_digests(disclosures), disclosures, strict=True))
    if len(unused) != len(disclosures):
        raise VerificationError("a disclosure is repeated", code="disclosure_repeated")
    revealer = _Revealer(unused)
    claims = revealer.reveal_object(payload, ())
    if unused:
        raise VerificationError("a disclosure belongs nowhere", code="disclosure_unreferenced")
    return Processed(claims, revealer.paths)


@dataclass(slots=True)
class _Revealer:
    """Takes disclosures out of ``unused`` as digests ask for them."""

    unused: dict[str, str]
    seen: set[str] = field(default_factory=set)
    paths: dict[ClaimPath, str] = field(default_factory=dict)

    def _reveal(self, value: Any, path: ClaimPath) -> Any:
        if isinstance(value, dict):
            return self.reveal_object(value, path)
        if isinstance(value, list):
            return self._reveal_array(value, path)
        return value

    def reveal_object(self, value: Mapping[str, Any], path: ClaimPath) -> dict[str, Any]:
        _verify_depth(path)
        clear: dict[str, Any] = {}
        for name, member in value.items():
            if name in RESERVED_NAMES:
                _verify_reserved(name, path)
            elif isinstance(member, dict | list):
                clear[name] = self._reveal(member, (*path, name))
            else:
                clear[name] = member
        if "_sd" in value:
            self._insert_members(clear, value["_sd"], path)
        return clear

    def _insert_members(self, clear: dict[str, Any], digests: Any, path: ClaimPath) -> None:
        if not isinstance(digests, list):
            raise MalformedError("_sd is not an array", code="bad_digest")
        for digest in digests:
            encoded = self._take(digest)
            if encoded is None:
                continue
            _, name, content = parse_disclosure(encoded)
            if name is None:
                raise VerificationError(
                    "an element stands in an object", code="disclosure_misplaced"
                )
            if name in RESERVED_NAMES:
                raise VerificationError("a name is reserved", code="disclosure_reserved_name")
            if name in clear:
                raise VerificationError("a disclosed name is in use", code="disclosure_collision")
            place = (*path, name)
            self.paths[place] = encoded
            is_flat = isinstance(content, str)
            clear[name] = content if is_flat else self._reveal(content, place)

    def _reveal_array(self, value: list[Any], path: ClaimPath) -> list[Any]:
        _verify_depth(path)
        elements: list[Any] = []
        for element in value:
            place = (*path, len(elements))
            if not isinstance(element, dict) or "..." not in element:
                elements.append(self._reveal(element, place))
                continue
            if len(element) != 1:
                raise MalformedError("a digest stands beside other members", code="bad_digest")
            encoded = self._take(element["..."])
            if encoded is not None:
                self.paths[place] = encoded
                elements.append(self._reveal(_parse_element(encoded), place))
        return elements

    def _take(self, digest: Any) -> str | None:
        if not isinstance(digest, str):
            raise MalformedError("a digest is not a string", code="bad_digest")
        if digest in self.seen:
            raise VerificationError("a digest occurs twice", code="digest_repeated")
        self.seen.add(digest)
        return self.unused.pop(digest, None)


def _parse_element(encoded: str) -> Any:
    disclosure = parse_disclosure(encoded)
    if disclosure.name is not None:
        raise VerificationError("a member stands in an array", code="disclosure_misplaced")
    return disclosure.value


def _verify_reserved(name: str, path: ClaimPath) -> None:
    if name == "..." or (name == "_sd_alg" and path):
        raise MalformedError("a name SD-JWT reserves is out of place", code="reserved_claim_name")


def _verify_depth(path: ClaimPath) -> None:
    if len(path) >= MAX_DEPTH:
        raise MalformedError("nested too deeply", code="too_deep")
