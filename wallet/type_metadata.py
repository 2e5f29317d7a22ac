"""Names of credential types: our own from pinned copies, others' from their metadata, as text only.

SD-JWT VC draft 13, section 6. A type that is one of ours is never looked up. The names of another
type are cleaned of everything that is not plain text; for its pictures see ``wallet.pictures``. The
metadata must name the type it was fetched for and match the ``vct#integrity`` the issuer signed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from esspass.attestations import attestation_types, matches_integrity
from esspass.errors import MalformedError, VerificationError
from esspass.fetch import Fetcher
from esspass.jose.jws import parse_json_object

MAX_EXTENDS = 4
MAX_METADATA = 256 * 1024
MAX_NAME = 80
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})


def fetch_display_names(vct: str, claims: Mapping[str, Any], fetcher: Fetcher) -> dict[str, str]:
    """Return the display names of a type by locale; raises as ``fetch_type_metadata``."""
    names: dict[str, str] = {}
    for metadata in fetch_type_metadata(vct, claims, fetcher):
        names = {**read_display_names(metadata), **names}
    return names


def fetch_type_metadata(
    vct: str, claims: Mapping[str, Any], fetcher: Fetcher
) -> list[dict[str, Any]]:
    """Return the metadata of a type and of what it extends; nothing for our own and for names.

    ``vct`` is followed only when it is an https address. Raises VerificationError with code
    ``type_metadata_*`` when the metadata must not be believed, UnavailableError when it cannot be
    had, MalformedError when it is not metadata or lies where we do not look.
    """
    if vct in attestation_types() or not vct.startswith("https://"):
        return []
    found: dict[str, dict[str, Any]] = {}
    address: str | None = vct
    integrity = claims.get("vct#integrity")
    while address is not None:
        if address in found or len(found) > MAX_EXTENDS:
            raise VerificationError("the type extends itself", code="type_metadata_loop")
        metadata = found[address] = _fetch(address, integrity, fetcher)
        address, integrity = metadata.get("extends"), metadata.get("extends#integrity")
        if address is not None and not str(address).startswith("https://"):
            raise MalformedError("extends is not an https address", code="type_metadata_malformed")
    return list(found.values())


def _fetch(address: str, integrity: Any, fetcher: Fetcher) -> dict[str, Any]:
    answer = fetcher.get(address, {"Accept": "application/json"}).require(200)
    if len(answer.body) > MAX_METADATA:
        raise MalformedError("the type metadata is too large", code="type_metadata_malformed")
    if integrity is not None and not matches_integrity(answer.body, integrity):
        raise VerificationError("the type metadata was altered", code="type_metadata_integrity")
    metadata = parse_json_object(answer.body)
    if metadata.get("vct") != address:
        raise VerificationError("the metadata is of another type", code="type_metadata_other_vct")
    return metadata


def read_display_names(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the cleaned display names of type metadata by locale; broken entries are left out."""
    display = metadata.get("display")
    entries = display if isinstance(display, list) else []
    names: dict[str, str] = {}
    for entry in entries[:64]:
        locale = entry.get("locale", entry.get("lang")) if isinstance(entry, Mapping) else None
        if isinstance(locale, str) and (name := clean_text(entry.get("name"), MAX_NAME)):
            names.setdefault(locale[:35], name)
    return names


def clean_text(value: Any, longest: int) -> str:
    """Return ``value`` as one line of plain text, or nothing when it is not text.

    Control characters, bidirectional overrides and invisible ones are dropped: a name must read
    as it is written.
    """
    if not isinstance(value, str):
        return ""
    kept = (c if unicodedata.category(c) not in _DROPPED else " " for c in value[: 4 * longest])
    text = " ".join("".join(kept).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
