"""Read the JSON of a list of trusted entities, strictly (ETSI TS 119 602, clause 6).

Everything the JSON schema of the standard demands is checked here in code, and what the schema
cannot say: the profile of Annexes D, E, F and H, the order of a history, one key per identity.
Raises MalformedError throughout.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esspass.errors import MalformedError
from esspass.trust.model import (
    UNREADABLE,
    Contact,
    ServiceKind,
    Status,
    StatusInterval,
    TrustedEntity,
    TrustedService,
    create_key_id,
    parse_country,
)
from esspass.trust.profiles import Profile
from esspass.trust.timestamps import parse_timestamp

T = TypeVar("T")
MAX_ENTITIES = 10_000
MAX_SERVICES = 200
MAX_HISTORY = 1_000
MAX_TEXTS = 100
MAX_CERTIFICATES = 10
_IDENTITY = frozenset(
    {"X509Certificates", "X509SubjectNames", "PublicKeyValues", "X509SKIs", "OtherIds"}
)
_SERVICE_REQUIRED = frozenset({"ServiceName", "ServiceDigitalIdentity", "ServiceTypeIdentifier"})
_SERVICE_OPTIONAL = frozenset(
    {
        "SchemeServiceDefinitionURI",
        "ServiceSupplyPoints",
        "ServiceDefinitionURI",
        "ServiceInformationExtensions",
    }
)
_STATUS = frozenset({"ServiceStatus", "StatusStartingTime"})


def require_object(
    value: Any, required: frozenset[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """Return ``value`` when it is an object with these members and no others."""
    if not isinstance(value, dict):
        raise MalformedError("a list holds something that should be an object")
    if missing := required - value.keys():
        raise MalformedError(f"a list lacks {min(missing)}")
    if unknown := value.keys() - required - optional:
        raise MalformedError(f"a list holds the unexpected member {min(unknown)[:40]}")
    return value


def parse_array(value: Any, limit: int, parse: Callable[[Any], T]) -> tuple[T, ...]:
    """Parse each item of a non-empty array of at most ``limit`` items."""
    if not isinstance(value, list) or not 1 <= len(value) <= limit:
        raise MalformedError("a list holds an array that is empty, too long or none")
    return tuple(parse(item) for item in value)


def parse_names(value: Any) -> tuple[str, ...]:
    """Read a multilingual text, English first; without repetition."""
    pairs = parse_array(value, MAX_TEXTS, _parse_text)
    ordered = sorted(pairs, key=lambda pair: pair[0] != "en")
    return tuple(dict.fromkeys(text for _language, text in ordered))


def parse_uris(value: Any) -> tuple[str, ...]:
    """Read multilingual URIs."""
    return parse_array(value, MAX_TEXTS, _parse_uri)


def parse_certificates(value: Any) -> tuple[x509.Certificate, ...]:
    """Read X509Certificates: base64 DER, one key and one subject (clause 6.6.3)."""
    certificates = parse_array(value, MAX_CERTIFICATES, _parse_certificate)
    identities = {(create_spki(c), c.subject.public_bytes()) for c in certificates}
    if len(identities) != 1:
        raise MalformedError("a service identity holds two keys or two subjects")
    return certificates


def create_spki(certificate: x509.Certificate) -> bytes:
    """Return the DER of the public key. Raises MalformedError when it cannot be read."""
    try:
        key = certificate.public_key()
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UNREADABLE as error:
        raise MalformedError("a certificate's key cannot be read") from error


def parse_entities(profile: Profile, value: Any) -> tuple[TrustedEntity, ...]:
    """Read TrustedEntitiesList; no key may belong to two bodies."""
    entities = parse_array(value, MAX_ENTITIES, lambda item: parse_entity(profile, item))
    owners: dict[bytes, int] = {}
    for position, entity in enumerate(entities):
        keys = {create_spki(c) for service in entity.services for c in service.certificates}
        if any(owners.setdefault(key, position) != position for key in keys):
            raise MalformedError("one key is listed under two bodies")
    return entities


def parse_entity(profile: Profile, value: Any) -> TrustedEntity:
    """Read one TrustedEntity."""
    members = frozenset({"TrustedEntityInformation", "TrustedEntityServices"})
    entity = require_object(value, members)
    information = require_object(
        entity["TrustedEntityInformation"],
        frozenset({"TEName", "TEAddress", "TEInformationURI"}),
        frozenset({"TETradeName", "TEInformationExtensions"}),
    )
    refuse_critical(information.get("TEInformationExtensions"))
    uris = parse_uris(information["TEInformationURI"])
    contact, electronic = _parse_address(information["TEAddress"], uris)
    trade = information.get("TETradeName")
    services = entity["TrustedEntityServices"]
    return TrustedEntity(
        names=parse_names(information["TEName"]),
        country=_parse_role(profile, (*electronic, *uris)),
        trade_names=parse_names(trade) if trade is not None else (),
        contact=contact,
        services=parse_array(services, MAX_SERVICES, lambda item: _parse_service(profile, item)),
    )


def refuse_critical(extensions: Any) -> None:
    """Refuse extensions that say they must be understood: we understand none (clause 6.3.17)."""
    if extensions is None:
        return
    for extension in parse_array(extensions, MAX_TEXTS, lambda item: item):
        if not isinstance(extension, dict):
            continue
        if any(str(k).lower() == "critical" and v is not False for k, v in extension.items()):
            raise MalformedError("a list holds a critical extension that is not understood")


def _parse_service(profile: Profile, value: Any) -> TrustedService:
    service = require_object(
        value, frozenset({"ServiceInformation"}), frozenset({"ServiceHistory"})
    )
    statuses = _STATUS if profile.has_status else frozenset()
    information = require_object(
        service["ServiceInformation"], _SERVICE_REQUIRED | statuses, _SERVICE_OPTIONAL
    )
    refuse_critical(information.get("ServiceInformationExtensions"))
    identity = _parse_identity(information["ServiceDigitalIdentity"])
    parsed = TrustedService(
        kind=_parse_kind(profile, information["ServiceTypeIdentifier"]),
        name=parse_names(information["ServiceName"])[0],
        certificates=parse_certificates(identity.get("X509Certificates")),
        status=_parse_status(profile, information["ServiceStatus"]) if statuses else None,
        starts=parse_timestamp(information["StatusStartingTime"]) if statuses else None,
        history=_parse_history(profile, service.get("ServiceHistory")),
    )
    starts = [interval.starts for interval in parsed.intervals()]
    if starts != sorted(starts, reverse=True):
        raise MalformedError("the history of a service is not in order")
    return parsed


def _parse_history(profile: Profile, value: Any) -> tuple[StatusInterval, ...]:
    if value is None:
        return ()
    if not profile.has_status:
        raise MalformedError("this kind of list must not hold a history")
    return parse_array(value, MAX_HISTORY, lambda item: _parse_interval(profile, item))


def _parse_interval(profile: Profile, value: Any) -> StatusInterval:
    interval = require_object(
        value,
        _STATUS | {"ServiceName", "ServiceDigitalIdentity"},
        frozenset({"ServiceTypeIdentifier", "ServiceInformationExtensions"}),
    )
    parse_names(interval["ServiceName"])
    identity = _parse_identity(interval["ServiceDigitalIdentity"])
    if "X509Certificates" in identity:
        raise MalformedError("a history must name keys by identifier, not by certificate")
    return StatusInterval(
        status=_parse_status(profile, interval["ServiceStatus"]),
        starts=parse_timestamp(interval["StatusStartingTime"]),
        key_ids=frozenset(parse_array(identity.get("X509SKIs"), MAX_CERTIFICATES, _parse_base64)),
    )


def _parse_identity(value: Any) -> Mapping[str, Any]:
    return require_object(value, frozenset(), _IDENTITY)


def _parse_kind(profile: Profile, value: Any) -> ServiceKind:
    for kind in ServiceKind:
        if value == profile.create_service_uri(kind):
            return kind
    raise MalformedError("a list holds a service type of another kind of list")


def _parse_status(profile: Profile, value: Any) -> Status:
    for status in Status:
        if value == profile.status_uri + status:
            return status
    raise MalformedError("a list holds an unknown service status")


def _parse_role(profile: Profile, uris: Sequence[str]) -> str | None:
    """Find the country in the role URI (``…/PubEAAProvider/LT``); Annex H demands one."""
    codes = {uri.removeprefix(profile.role_uri) for uri in uris if uri.startswith(profile.role_uri)}
    countries = {parse_country(code) for code in codes}
    if len(countries) > 1 or (profile.has_status and not countries):
        raise MalformedError("a listed body must name one Member State in its role")
    return next(iter(countries), None)


def _parse_address(value: Any, uris: Sequence[str]) -> tuple[Contact, tuple[str, ...]]:
    address = require_object(value, frozenset({"TEPostalAddress", "TEElectronicAddress"}))
    postal = parse_array(address["TEPostalAddress"], MAX_TEXTS, parse_postal_address)[0]
    electronic = parse_uris(address["TEElectronicAddress"])
    street, locality, country = postal
    return Contact(street, locality, country, electronic[0], uris[0]), electronic


def parse_postal_address(value: Any) -> tuple[str, str, str]:
    """Read street, locality (may be empty) and country of one postal address."""
    optional = frozenset({"Locality", "StateOrProvince", "PostalCode"})
    address = require_object(value, frozenset({"lang", "StreetAddress", "Country"}), optional)
    for member in address.values():
        require_text(member)
    return address["StreetAddress"], address.get("Locality", ""), address["Country"]


def require_text(value: Any) -> str:
    """Return ``value`` when it is a string of at most 2000 characters."""
    if not isinstance(value, str) or len(value) > 2000:
        raise MalformedError("a list holds something that should be a short text")
    return value


def _parse_text(value: Any) -> tuple[str, str]:
    text = require_object(value, frozenset({"lang", "value"}))
    return require_text(text["lang"]), require_text(text["value"])


def _parse_uri(value: Any) -> str:
    uri = require_object(value, frozenset({"lang", "uriValue"}))
    require_text(uri["lang"])
    return require_text(uri["uriValue"])


def _parse_base64(value: Any) -> bytes:
    try:
        return base64.b64decode(require_text(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("a list holds something that should be base64") from error


def _parse_certificate(value: Any) -> x509.Certificate:
    wrapped = require_object(value, frozenset({"val"}), frozenset({"encoding", "specRef"}))
    if not isinstance(wrapped["val"], str) or len(wrapped["val"]) > 20_000:
        raise MalformedError("a list holds a certificate that is too large")
    try:
        der = base64.b64decode(wrapped["val"], validate=True)
        certificate = x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("a list holds a certificate that does not parse") from error
    create_key_id(certificate)
    return certificate
