"""Write the JSON of a list of trusted entities (ETSI TS 119 602, clause 6 and Annexes D to H)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from esspass.keys.certificates import create_x5c
from esspass.trust.model import (
    Contact,
    ListType,
    StatusInterval,
    TrustedEntity,
    TrustedService,
)
from esspass.trust.profiles import KEEP_FOREVER, LIST_MIME_TYPE, PROFILES, Profile
from esspass.trust.timestamps import create_timestamp

NEXT_SIGNERS = "NextSignerCertificates"
_LANGUAGE = "en"
_TERRITORY_SPELLING = {"GR": "EL", "GB": "UK"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """Who publishes the lists, for which territory, and where (``base_url`` without slash)."""

    operator: str
    territory: str
    base_url: str
    contact: Contact


def create_list(
    list_type: ListType,
    scheme: Scheme,
    entities: Sequence[TrustedEntity],
    *,
    sequence_number: int,
    issued_at: int,
    next_update: int | None,
    signers: Sequence[x509.Certificate],
) -> dict[str, Any]:
    """Return the whole body. ``signers`` are the certificates the list is or will be signed with.

    Lists D, E and F name them in their pointer to themselves; Annex H allows no pointer, so a
    scheme extension does. Either is an announcement: verifiers learn signers from their anchors.
    """
    profile = PROFILES[list_type]
    information = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": sequence_number,
        "LoTEType": profile.type_uri,
        **_write_scheme(profile, scheme),
        **_write_profile(profile, scheme, signers),
        "ListIssueDateTime": create_timestamp(issued_at),
        "NextUpdate": None if next_update is None else create_timestamp(next_update),
        "DistributionPoints": [_location(profile, scheme)],
    }
    listed = [write_entity(profile, entity) for entity in entities]
    body: dict[str, Any] = {"ListAndSchemeInformation": information}
    # an empty array fails the schema of the standard, so an empty list has none
    return {"LoTE": {**body, **({"TrustedEntitiesList": listed} if listed else {})}}


def write_entity(profile: Profile, entity: TrustedEntity) -> dict[str, Any]:
    """Return one TrustedEntity."""
    role = {"lang": _LANGUAGE, "uriValue": profile.role_uri + _spell(entity.country)}
    address = _write_contact(entity.contact)
    address["TEElectronicAddress"].append(role)
    information: dict[str, Any] = {
        "TEName": _texts(*entity.names),
        "TEAddress": address,
        "TEInformationURI": [*_uris(entity.contact.information), role],
    }
    if entity.trade_names:
        information["TETradeName"] = _texts(*entity.trade_names)
    services = [_write_service(profile, service) for service in entity.services]
    return {"TrustedEntityInformation": information, "TrustedEntityServices": services}


def _write_scheme(profile: Profile, scheme: Scheme) -> dict[str, Any]:
    contact = _write_contact(scheme.contact)
    return {
        "SchemeOperatorName": _texts(scheme.operator),
        "SchemeOperatorAddress": {
            "SchemeOperatorPostalAddress": contact["TEPostalAddress"],
            "SchemeOperatorElectronicAddress": contact["TEElectronicAddress"],
        },
        "SchemeName": _texts(f"{scheme.territory}:List of {profile.title}"),
        "SchemeInformationURI": _uris(scheme.contact.information),
        "StatusDeterminationApproach": profile.determination_uri,
        "SchemeTypeCommunityRules": _uris(profile.rules_uri),
        "SchemeTerritory": scheme.territory,
        "PolicyOrLegalNotice": [{"LoTEPolicy": _uris(scheme.contact.information)[0]}],
    }


def _write_profile(
    profile: Profile, scheme: Scheme, signers: Sequence[x509.Certificate]
) -> dict[str, Any]:
    identities = [{"X509Certificates": _certificates([signer])} for signer in signers]
    if profile.has_status:
        extensions = [{NEXT_SIGNERS: identity["X509Certificates"]} for identity in identities]
        return {"HistoricalInformationPeriod": KEEP_FOREVER, "SchemeExtensions": extensions}
    qualifier = {
        "LoTEType": profile.type_uri,
        "SchemeOperatorName": _texts(scheme.operator),
        "SchemeTypeCommunityRules": _uris(profile.rules_uri),
        "SchemeTerritory": scheme.territory,
        "MimeType": LIST_MIME_TYPE,
    }
    pointer = {
        "LoTELocation": _location(profile, scheme),
        "ServiceDigitalIdentities": identities,
        "LoTEQualifiers": [qualifier],
    }
    return {"PointersToOtherLoTE": [pointer]}


def _write_service(profile: Profile, service: TrustedService) -> dict[str, Any]:
    information: dict[str, Any] = {
        "ServiceName": _texts(service.name),
        "ServiceDigitalIdentity": {"X509Certificates": _certificates(service.certificates)},
        "ServiceTypeIdentifier": profile.create_service_uri(service.kind),
    }
    if service.status is not None and service.starts is not None:
        information["ServiceStatus"] = profile.status_uri + service.status
        information["StatusStartingTime"] = create_timestamp(service.starts)
    written: dict[str, Any] = {"ServiceInformation": information}
    if service.history:
        written["ServiceHistory"] = [
            _write_interval(profile, service, interval) for interval in service.history
        ]
    return written


def _write_interval(
    profile: Profile, service: TrustedService, interval: StatusInterval
) -> dict[str, Any]:
    key_ids = [base64.b64encode(key_id).decode("ascii") for key_id in sorted(interval.key_ids)]
    return {
        "ServiceName": _texts(service.name),
        "ServiceDigitalIdentity": {"X509SKIs": key_ids},
        "ServiceTypeIdentifier": profile.create_service_uri(service.kind),
        "ServiceStatus": profile.status_uri + interval.status,
        "StatusStartingTime": create_timestamp(interval.starts),
    }


def _write_contact(contact: Contact) -> dict[str, Any]:
    postal = {
        "lang": _LANGUAGE,
        "StreetAddress": contact.street,
        "Locality": contact.locality,
        "Country": contact.country,
    }
    return {"TEPostalAddress": [postal], "TEElectronicAddress": _uris(contact.electronic)}


def _certificates(certificates: Sequence[x509.Certificate]) -> list[dict[str, str]]:
    return [{"val": value} for value in create_x5c(certificates)]


def _texts(*values: str) -> list[dict[str, str]]:
    return [{"lang": _LANGUAGE, "value": value} for value in values]


def _uris(*values: str) -> list[dict[str, str]]:
    return [{"lang": _LANGUAGE, "uriValue": value} for value in values]


def _location(profile: Profile, scheme: Scheme) -> str:
    return f"{scheme.base_url}/{profile.list_type}.jwt"


def _spell(country: str | None) -> str:
    """Role URIs spell Greece EL and the United Kingdom UK, like all EU lists."""
    return _TERRITORY_SPELLING.get(country or "", country or "")
