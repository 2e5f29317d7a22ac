"""What a verifier says about itself in a request: ``verifier_info`` (OpenID4VP 1.0, section 5.1).

We write and read the ``registrar_dataset`` of ETSI TS 119 472-2 (clause 6.2): who asks, and why,
in several languages, and what was registered to be asked for. The relying party signs it, no
registrar does: it is shown as the verifier's own words, and can only ever count against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.openid4vp.dcql import ClaimPath, CredentialQuery, DcqlQuery

REGISTRAR_DATASET = "registrar_dataset"
MAX_TEXT = 1000
MAX_ENTRIES = 64
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RegistrarDataset:
    """The registered facts of a relying party and one intended use.

    ``service`` and ``purpose`` are texts by language tag; ``credentials`` what may be asked for,
    each with format, meta and claim (TS 119 475, class Credential).
    """

    identifier: str
    service: Texts
    purpose: Texts
    intended_use: str
    registry_uri: str
    policy_uri: str
    credentials: tuple[Mapping[str, Any], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class OverAsking:
    """A credential, or one claim of it, that is asked for and was not registered."""

    query_id: str
    path: ClaimPath | None = None


def create_verifier_info(dataset: RegistrarDataset) -> list[dict[str, Any]]:
    """Write the ``verifier_info`` parameter (TS 119 472-2, RO-02 to RO-12)."""
    data = {
        "identifier": [
            {"type": "http://data.europa.eu/eudi/id/EUID", "identifier": dataset.identifier}
        ],
        "srvDescription": _write_texts(dataset.service),
        "registryURI": dataset.registry_uri,
        "intendedUseIdentifier": dataset.intended_use,
        "purpose": _write_texts(dataset.purpose),
        "policyURI": dataset.policy_uri,
    }
    if dataset.credentials:
        data["credential"] = [dict(each) for each in dataset.credentials]
    return [{"format": REGISTRAR_DATASET, "data": data}]


def create_registered_credentials(dcql_query: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Derive what a query needs to have registered: format, meta and claim paths."""
    return tuple(
        {
            "format": each["format"],
            "meta": each["meta"],
            "claim": [{"path": claim["path"]} for claim in each.get("claims", [])],
        }
        for each in dcql_query["credentials"]
    )


def parse_verifier_info(value: Any) -> RegistrarDataset | None:
    """Find the registrar's data; None when there is none we understand (it is optional)."""
    for entry in value if isinstance(value, list) else []:
        if isinstance(entry, Mapping) and entry.get("format") == REGISTRAR_DATASET:
            data = entry.get("data")
            return _parse_dataset(data) if isinstance(data, Mapping) else None
    return None


def find_over_asking(query: DcqlQuery, dataset: RegistrarDataset) -> tuple[OverAsking, ...]:
    """List what ``query`` asks for beyond what ``dataset`` registers.

    The wallet warns of it (Regulation (EU) 910/2014, Article 5b(3)). Empty registration: every
    credential is beyond it.
    """
    return tuple(
        excess for each in query.credentials for excess in _excess(each, dataset.credentials)
    )


def _excess(
    query: CredentialQuery, registered: Sequence[Mapping[str, Any]]
) -> tuple[OverAsking, ...]:
    matching = [each for each in registered if _same_type(query, each)]
    if not matching:
        return (OverAsking(query.id),)
    beyond = [_unregistered(query, each) for each in matching]
    return tuple(OverAsking(query.id, path) for path in min(beyond, key=len))


def _same_type(query: CredentialQuery, registered: Mapping[str, Any]) -> bool:
    meta = registered.get("meta")
    types = meta.get("vct_values") if isinstance(meta, Mapping) else None
    allowed = (
        {each for each in types if isinstance(each, str)} if isinstance(types, list) else set()
    )
    return registered.get("format") == query.format and set(query.vct_values) <= allowed


def _unregistered(query: CredentialQuery, registered: Mapping[str, Any]) -> list[ClaimPath]:
    claims = registered.get("claim")
    if not isinstance(claims, list):
        return []
    paths = [each["path"] for each in claims if isinstance(each, Mapping) and "path" in each]
    return [claim.path for claim in query.claims if list(claim.path) not in paths]


def _parse_dataset(data: Mapping[str, Any]) -> RegistrarDataset:
    credentials = data.get("credential")
    entries = credentials[:MAX_ENTRIES] if isinstance(credentials, list) else []
    identifiers = _objects(data.get("identifier"))
    return RegistrarDataset(
        identifier=_text(identifiers[0].get("identifier")) if identifiers else "",
        service=_read_texts(data.get("srvDescription")),
        purpose=_read_texts(data.get("purpose")),
        intended_use=_text(data.get("intendedUseIdentifier")),
        registry_uri=_text(data.get("registryURI")),
        policy_uri=_text(data.get("policyURI")),
        credentials=tuple(each for each in entries if isinstance(each, Mapping)),
    )


def _write_texts(texts: Texts) -> list[dict[str, str]]:
    return [{"lang": language, "content": text} for language, text in texts.items()]


def _read_texts(value: Any) -> dict[str, str]:
    return {_text(each.get("lang")): _text(each.get("content")) for each in _objects(value)}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    entries = value[:MAX_ENTRIES] if isinstance(value, list) else []
    return [each for each in entries if isinstance(each, Mapping)]


def _text(value: Any) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""
