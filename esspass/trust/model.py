"""What a list of trusted entities says, in one neutral shape (ETSI TS 119 602, clause 6).

Times are epoch seconds UTC. Countries are ISO 3166 (GR, GB), also where a list writes EL or UK.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from esspass.errors import MalformedError

PENDING = 253402300799
"""9999-12-31T23:59:59Z: "from the next issue of the list", before that issue is known."""

GRACE_SECONDS = 7 * 24 * 3600
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What ``cryptography`` raises for a certificate that parses only on the outside."""

_ISO_COUNTRIES = {"EL": "GR", "UK": "GB"}


class ListType(StrEnum):
    """The four lists we read and publish; the value is the file name without suffix."""

    PID_PROVIDERS = "pid-providers"
    WALLET_PROVIDERS = "wallet-providers"
    WRPAC_PROVIDERS = "wrpac-providers"
    PUB_EAA_PROVIDERS = "pub-eaa-providers"


class ServiceKind(StrEnum):
    """What a listed key may sign: attestations, or the statuses of attestations."""

    ISSUANCE = "Issuance"
    REVOCATION = "Revocation"


class Status(StrEnum):
    """The two statuses of Annex H (Table H.3)."""

    NOTIFIED = "notified"
    WITHDRAWN = "withdrawn"


class Freshness(StrEnum):
    """Whether a list still speaks for today."""

    FRESH = "FRESH"
    GRACE = "GRACE"
    EXPIRED = "EXPIRED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class StatusInterval:
    """A status, the moment it began, and the subject key identifiers it was said of."""

    status: Status
    starts: int
    key_ids: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class TrustedService:
    """One service of an entity. ``status`` and ``starts`` are None where a profile has none.

    ``certificates`` share one key and one subject. ``history`` is newest first and never holds
    certificates, only subject key identifiers.
    """

    kind: ServiceKind
    name: str
    certificates: tuple[x509.Certificate, ...]
    status: Status | None = None
    starts: int | None = None
    history: tuple[StatusInterval, ...] = ()

    @property
    def key_ids(self) -> frozenset[bytes]:
        """The subject key identifiers of the current certificates."""
        return frozenset(create_key_id(certificate) for certificate in self.certificates)

    def intervals(self) -> tuple[StatusInterval, ...]:
        """Return the current status and all former ones, newest first."""
        if self.status is None or self.starts is None:
            return ()
        return (StatusInterval(self.status, self.starts, self.key_ids), *self.history)

    def intervals_at(self, moment: int) -> tuple[StatusInterval, ...]:
        """Return what was in force at ``moment``; several when a list gives one start twice."""
        begun = [interval for interval in self.intervals() if interval.starts <= moment]
        return tuple(interval for interval in begun if interval.starts == begun[0].starts)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach an entity or operator; ``electronic`` and ``information`` are URIs."""

    street: str
    locality: str
    country: str
    electronic: str
    information: str


@dataclass(frozen=True, slots=True)
class TrustedEntity:
    """A body on a list. ``names`` are TEName in any language, the English one first."""

    names: tuple[str, ...]
    country: str | None
    trade_names: tuple[str, ...]
    contact: Contact
    services: tuple[TrustedService, ...]

    @property
    def name(self) -> str:
        return self.names[0]


@dataclass(frozen=True, slots=True)
class ListSnapshot:
    """One issue of a list, as it was signed.

    ``digest`` is the hex SHA-256 of the signed bytes, ``signer`` the hex SHA-256 of the signer's
    certificate. ``next_update`` is None for a closed list, ``operator_contact`` a URI.
    ``announced_signers`` are the certificates the operator says it signs or will sign with: shown
    to people, never trusted.
    """

    list_type: ListType
    sequence_number: int
    issued_at: int
    next_update: int | None
    operator_names: tuple[str, ...]
    operator_contact: str
    name: str
    territory: str
    entities: tuple[TrustedEntity, ...]
    digest: str
    signer: str
    announced_signers: tuple[x509.Certificate, ...] = ()
    warnings: tuple[str, ...] = ()


def freshness(next_update: int | None, now: int) -> Freshness:
    """Say how current something is that promised a successor by ``next_update``."""
    if next_update is None:
        return Freshness.CLOSED
    if now < next_update:
        return Freshness.FRESH
    return Freshness.GRACE if now < next_update + GRACE_SECONDS else Freshness.EXPIRED


def create_key_id(certificate: x509.Certificate) -> bytes:
    """Return the subject key identifier, computed where absent (RFC 5280, section 4.2.1.2).

    A listed certificate with unreadable extensions (the Commission's own mock list has one) is
    named by its key. Raises MalformedError when that cannot be read either.
    """
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return _compute_key_id(certificate)
    return extension.value.digest


def _compute_key_id(certificate: x509.Certificate) -> bytes:
    try:
        return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
    except UNREADABLE as error:
        raise MalformedError("a certificate's key cannot be read") from error


def parse_country(code: str) -> str:
    """Return the ISO country of a territory code; EL and UK are the lists' own spelling."""
    upper = code.upper()
    return _ISO_COUNTRIES.get(upper, upper)
