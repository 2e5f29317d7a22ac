"""What a verifier pins: where each list is published and which certificates may sign it.

Read from ``anchors.json``, the counterpart of the publication in the Official Journal (ARF
TLPub_06). Changing a signer means changing this file; no list can change it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esspass.errors import MalformedError
from esspass.jose.jws import parse_json_object
from esspass.trust.model import ListType

DIRECTORY = "directory"
"""The institution directory's name, wherever lists have theirs."""

RULES = "inspection-rules"
"""The name of the rules of inspection."""

_STATEMENTS = {"directory": DIRECTORY, "rules": RULES}


@dataclass(frozen=True, slots=True)
class PinnedSource:
    """One list: its address, and every certificate that may sign it."""

    url: str
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """All pinned sources by name: ``ListType`` values, ``directory``, ``inspection-rules``."""

    sources: Mapping[str, PinnedSource]


def parse_trust_anchors(text: str | bytes) -> TrustAnchors:
    """Read ``{"lists": [{"type", "url", "certificates"}], "directory": {"url", "certificates"}}``.

    ``rules`` is pinned like ``directory``. Certificates are PEM. Raises MalformedError; an unknown
    list or one given twice is an error.
    """
    document = parse_json_object(text)
    lists = document.get("lists")
    if not isinstance(lists, list):
        raise MalformedError("the trust anchors name no lists")
    sources: dict[str, PinnedSource] = {}
    for entry in lists:
        name = entry.get("type") if isinstance(entry, dict) else None
        if name not in set(ListType) or name in sources:
            raise MalformedError("the trust anchors name an unknown list, or one twice")
        sources[name] = _parse_source(entry)
    for member, name in _STATEMENTS.items():
        if member in document:
            sources[name] = _parse_source(document[member])
    return TrustAnchors(sources)


def create_trust_anchors(anchors: TrustAnchors) -> str:
    """Write what ``parse_trust_anchors`` reads."""
    written = {name: _write_source(source) for name, source in anchors.sources.items()}
    extra = {m: written.pop(name) for m, name in _STATEMENTS.items() if name in written}
    lists = [{"type": name, **source} for name, source in written.items()]
    return json.dumps({"lists": lists, **extra}, indent=2) + "\n"


def _parse_source(value: Any) -> PinnedSource:
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        raise MalformedError("a trust anchor has no url")
    certificates = value.get("certificates")
    if not isinstance(certificates, list) or not certificates:
        raise MalformedError("a trust anchor has no certificates")
    return PinnedSource(value["url"], tuple(_parse_pem(pem) for pem in certificates))


def _parse_pem(value: Any) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(str(value).encode())
    except ValueError as error:
        raise MalformedError("a trust anchor holds something that is no certificate") from error


def _write_source(source: PinnedSource) -> dict[str, Any]:
    pems = [c.public_bytes(Encoding.PEM).decode("ascii") for c in source.certificates]
    return {"url": source.url, "certificates": pems}
