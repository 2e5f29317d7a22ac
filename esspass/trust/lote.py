"""Lists of trusted entities (ETSI TS 119 602), JSON binding: create, sign, parse, verify.

A list is believed only when a pinned certificate signed it. Certificates inside the list, in its
header or behind its pointers are never a reason to believe it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography import x509

from esspass.errors import MalformedError
from esspass.jose.jws import create_json, parse_json_object
from esspass.keys.signer import Signer
from esspass.trust.jades import (
    create_signer_digest,
    sign_jades,
    verify_issue_time,
    verify_jades,
    verify_operator,
)
from esspass.trust.lote_parser import (
    MAX_TEXTS,
    parse_array,
    parse_certificates,
    parse_entities,
    parse_names,
    parse_postal_address,
    parse_uris,
    refuse_critical,
    require_object,
    require_text,
)
from esspass.trust.lote_writer import NEXT_SIGNERS
from esspass.trust.model import ListSnapshot, ListType
from esspass.trust.profiles import KEEP_FOREVER, PROFILES, Profile
from esspass.trust.timestamps import parse_timestamp

MAX_PERIOD_SECONDS = 184 * 24 * 3600
_REQUIRED = frozenset(
    {
        "LoTEVersionIdentifier",
        "LoTESequenceNumber",
        "LoTEType",
        "SchemeOperatorName",
        "SchemeOperatorAddress",
        "SchemeName",
        "SchemeInformationURI",
        "StatusDeterminationApproach",
        "SchemeTypeCommunityRules",
        "SchemeTerritory",
        "PolicyOrLegalNotice",
        "ListIssueDateTime",
        "NextUpdate",
    }
)
_OPTIONAL = frozenset({"DistributionPoints", "SchemeExtensions"})
_POINTER = frozenset({"LoTELocation", "ServiceDigitalIdentities", "LoTEQualifiers"})


def sign_list(body: Mapping[str, Any], signer: Signer, now: int) -> str:
    """Sign what ``create_list`` made as compact JAdES B-B."""
    return sign_jades(create_json(body), signer, now)


def verify_list(token: str, anchors: Sequence[x509.Certificate], now: int) -> ListSnapshot:
    """Verify a list signed by one of ``anchors`` and read it.

    Says nothing about freshness or sequence: ``freshness`` and ``SnapshotStore`` do. Raises
    MalformedError, UntrustedIssuerError, SignatureError and VerificationError.
    """
    signed = verify_jades(token, anchors, now)
    snapshot = parse_list(signed.payload, signer=create_signer_digest(signed.signer))
    verify_operator(signed.signer, snapshot.territory, snapshot.operator_names)
    verify_issue_time(snapshot.issued_at, now)
    return snapshot


def parse_list(payload: bytes, signer: str = "") -> ListSnapshot:
    """Read the body of a list without believing it. Raises MalformedError."""
    root = require_object(parse_json_object(payload), frozenset({"LoTE"}))
    lote = require_object(
        root["LoTE"], frozenset({"ListAndSchemeInformation"}), frozenset({"TrustedEntitiesList"})
    )
    profile = _parse_profile(lote["ListAndSchemeInformation"])
    information = _require_information(profile, lote["ListAndSchemeInformation"])
    issued_at, next_update, late = _parse_dates(information)
    announced, lonely = _parse_announced_signers(profile, information)
    electronic = information["SchemeOperatorAddress"]["SchemeOperatorElectronicAddress"]
    listed = lote.get("TrustedEntitiesList")
    return ListSnapshot(
        list_type=profile.list_type,
        sequence_number=information["LoTESequenceNumber"],
        issued_at=issued_at,
        next_update=next_update,
        operator_names=parse_names(information["SchemeOperatorName"]),
        operator_contact=parse_uris(electronic)[0],
        name=parse_names(information["SchemeName"])[0],
        territory=information["SchemeTerritory"],
        entities=parse_entities(profile, listed) if listed is not None else (),
        digest=hashlib.sha256(payload).hexdigest(),
        signer=signer,
        announced_signers=announced,
        warnings=(*late, *lonely),
    )


def _parse_profile(information: Any) -> Profile:
    uri = information.get("LoTEType") if isinstance(information, dict) else None
    for list_type in ListType:
        if PROFILES[list_type].type_uri == uri:
            return PROFILES[list_type]
    raise MalformedError("the list is of a type that is not known here")


def _require_information(profile: Profile, value: Any) -> Mapping[str, Any]:
    """Check the scheme's own members; which ones may be there depends on the profile."""
    required = _REQUIRED | ({"HistoricalInformationPeriod"} if profile.has_status else frozenset())
    pointers = frozenset() if profile.has_status else frozenset({"PointersToOtherLoTE"})
    information = require_object(value, required, _OPTIONAL | pointers)
    if information["LoTEVersionIdentifier"] is True or information["LoTEVersionIdentifier"] != 1:
        raise MalformedError("the list is of an unknown version")
    sequence_number = information["LoTESequenceNumber"]
    if type(sequence_number) is not int or not 1 <= sequence_number < 2**53:
        raise MalformedError("the list has no proper sequence number")
    period = information.get("HistoricalInformationPeriod")
    if profile.has_status and (type(period) is not int or period != KEEP_FOREVER):
        raise MalformedError("the list must keep its history for ever")
    _require_scheme(information)
    return information


def _require_scheme(information: Mapping[str, Any]) -> None:
    territory = require_text(information["SchemeTerritory"])
    if len(territory) != 2 or not territory.isascii() or not territory.isupper():
        raise MalformedError("the list has no proper territory")
    address = require_object(
        information["SchemeOperatorAddress"],
        frozenset({"SchemeOperatorPostalAddress", "SchemeOperatorElectronicAddress"}),
    )
    parse_array(address["SchemeOperatorPostalAddress"], MAX_TEXTS, parse_postal_address)
    parse_uris(address["SchemeOperatorElectronicAddress"])
    parse_uris(information["SchemeInformationURI"])
    parse_uris(information["SchemeTypeCommunityRules"])
    require_text(information["StatusDeterminationApproach"])
    parse_array(information["PolicyOrLegalNotice"], MAX_TEXTS, lambda notice: notice)
    if "DistributionPoints" in information:
        parse_array(information["DistributionPoints"], MAX_TEXTS, require_text)
    refuse_critical(information.get("SchemeExtensions"))


def _parse_dates(information: Mapping[str, Any]) -> tuple[int, int | None, tuple[str, ...]]:
    issued_at = parse_timestamp(information["ListIssueDateTime"])
    if information["NextUpdate"] is None:
        return issued_at, None, ()
    next_update = parse_timestamp(information["NextUpdate"])
    if next_update <= issued_at:
        raise MalformedError("the list promises its next issue before its own")
    late = next_update > issued_at + MAX_PERIOD_SECONDS
    return issued_at, next_update, ("next_update_over_six_months",) if late else ()


def _parse_announced_signers(
    profile: Profile, information: Mapping[str, Any]
) -> tuple[tuple[x509.Certificate, ...], tuple[str, ...]]:
    """Read the certificates the operator names as its own; the Commission's lists name none."""
    if profile.has_status:
        extensions = information.get("SchemeExtensions", [])
        named = [e[NEXT_SIGNERS] for e in extensions if isinstance(e, dict) and NEXT_SIGNERS in e]
        return tuple(c for value in named for c in parse_certificates(value)), ()
    if "PointersToOtherLoTE" not in information:
        return (), ("no_pointer_to_itself",)
    pointers = parse_array(
        information["PointersToOtherLoTE"], MAX_TEXTS, lambda item: require_object(item, _POINTER)
    )
    return tuple(c for pointer in pointers for c in _parse_pointer(profile, pointer)), ()


def _parse_pointer(profile: Profile, pointer: Mapping[str, Any]) -> list[x509.Certificate]:
    """Return the certificates of a pointer to a list of the same type, none of any other."""
    qualifiers = parse_array(pointer["LoTEQualifiers"], MAX_TEXTS, lambda item: item)
    types = {item.get("LoTEType") for item in qualifiers if isinstance(item, dict)}
    if profile.type_uri not in types:
        return []
    identities = parse_array(pointer["ServiceDigitalIdentities"], MAX_TEXTS, lambda item: item)
    return [
        certificate
        for identity in identities
        if isinstance(identity, dict) and "X509Certificates" in identity
        for certificate in parse_certificates(identity["X509Certificates"])
    ]
