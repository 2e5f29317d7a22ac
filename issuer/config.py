"""Settings of one issuing institution, read once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, Address, Institution
from esspass.errors import MalformedError
from esspass.openid4vci.client_attestation import ATTESTATION_MAX_AGE
from esspass.web.environment import read_settings

SIGN_IN_METHODS = ("pid", "oidc", "demo-eid")
LEAST_LOG_DAYS = 365
"""A breach (GDPR, Articles 33 and 34) is often found months later: its list comes from the log."""
FOUR_EYES_RISK = 4
"""Points from which a second person must agree: fraud, a year back, two years ahead."""


@dataclass(frozen=True)
class OidcConfig:
    """An OpenID Provider that knows citizens; the claims say where it puts what we match by."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid profile"
    number_claim: str = "personal_administrative_number"


@dataclass(frozen=True)
class StaffOidcConfig:
    """The OpenID Provider of the institution's staff.

    The claim ``role_claim`` (a text or a list) holds ``role_prefix`` and clerk, approver,
    supervisor or auditor. ``acr`` is the authentication context class to insist on, if any.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid profile"
    role_claim: str = "roles"
    role_prefix: str = ""
    acr: str = ""


@dataclass(frozen=True)
class IssuerConfig:
    """Everything a deployment may set; required settings have no default. Times in seconds.

    ``attestation_types`` are vcts, ``sign_in`` the methods at the authorization endpoint (``pid``,
    ``oidc``, ``demo-eid``), ``validity_days`` the technical validity of a credential. New status
    lists have ``status_bits`` bits: with 2 the back office can suspend, which the rulebooks for PD
    A1 and EHIC do not foresee (verifiers take it for invalid), so it is 1. ``exchange_retry`` is
    the pause after a message to another institution first failed; it doubles each time. Decisions
    with ``four_eyes_risk`` points or more (``specs/back_office/risk.json``) need a second person;
    0 asks for none. With ``exchange_approval`` nobody sends a message to another institution that
    they wrote alone. ``entitlement_requests_…`` are how many requests for certificates are taken a
    day from one institution and about one person; 0 is no limit. ``records_url`` is where the
    institution's own records are fetched, ``mappings_folder`` holds its column mappings. Who saw
    what is kept for ``access_log_days``.
    """

    base_url: str
    secret_key: str = field(repr=False)
    database_url: str
    keys_folder: Path
    trust_anchors: Path
    institution_id: str
    institution_name: str
    country: str
    attestation_types: tuple[str, ...] = (PDA1_WEBUILD, PDA1_EUDI, EHIC)
    sign_in: tuple[str, ...] = ("pid",)
    oidc: OidcConfig | None = None
    staff_oidc: StaffOidcConfig | None = None
    four_eyes_risk: int = FOUR_EYES_RISK
    allow_loopback: bool = False
    ca_file: str | None = None
    trust_max_age: int = 60
    offer_lifetime: int = 600
    tx_code_length: int = 6
    access_token_lifetime: int = 600
    refresh_token_lifetime: int = 90 * 86400
    nonce_lifetime: int = 300
    validity_days: int = 90
    batch_size: int = 10
    deferred_interval: int = 5
    status_list_size: int = 2**17
    status_bits: int = 1
    status_lifetime: int = 86400
    status_ttl: int = 60
    require_key_attestation: bool = False
    require_dpop_nonce: bool = False
    require_attestation_challenge: bool = False
    require_api_dpop: bool = False
    attestation_max_age: int = ATTESTATION_MAX_AGE
    wallet_url: str | None = None
    mailbox_url: str | None = None
    exchange_retry: int = 5
    exchange_approval: bool = False
    entitlement_requests_per_partner: int = 500
    entitlement_requests_per_person: int = 5
    as4_folder: Path | None = None
    records_url: str | None = None
    records_token: str | None = field(default=None, repr=False)
    records_mapping: str = "canonical"
    mappings_folder: str | None = None
    access_log_days: int = 3 * 365
    institution_street: str | None = None
    institution_postcode: str | None = None
    institution_town: str | None = None
    institution_phone: str | None = None
    institution_email: str | None = None

    def __post_init__(self) -> None:
        unknown = set(self.sign_in) - set(SIGN_IN_METHODS)
        if unknown or not self.sign_in:
            raise MalformedError("ISSUER_SIGN_IN takes pid, oidc and demo-eid", code="bad_setting")
        if ("oidc" in self.sign_in) != (self.oidc is not None):
            raise MalformedError("oidc needs ISSUER_OIDC_ISSUER and the like", code="bad_setting")
        if self.status_bits not in (1, 2):
            raise MalformedError("ISSUER_STATUS_BITS takes 1 or 2", code="bad_setting")
        if self.four_eyes_risk < 0:
            raise MalformedError("ISSUER_FOUR_EYES_RISK takes 0 or more", code="bad_setting")
        if self.access_log_days < LEAST_LOG_DAYS:
            raise MalformedError("ISSUER_ACCESS_LOG_DAYS takes 365 or more", code="bad_setting")
        if min(self.entitlement_requests_per_partner, self.entitlement_requests_per_person) < 0:
            raise MalformedError("a limit of requests takes 0 or more", code="bad_setting")
        if not 2 <= self.batch_size <= 100:
            raise MalformedError("ISSUER_BATCH_SIZE takes 2 to 100", code="bad_setting")

    @property
    def institution(self) -> Institution:
        """The institution as its documents name it; some forms need its address too."""
        town = self.institution_town
        address = town and Address(
            town, self.country, self.institution_street, self.institution_postcode
        )
        return Institution(
            self.institution_id,
            self.institution_name,
            self.country,
            address or None,
            phone=self.institution_phone,
            email=self.institution_email,
        )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> IssuerConfig:
        """Read ``ISSUER_*``. Raises MalformedError for a missing or unusable setting."""
        return read_settings(
            cls, "ISSUER", environ, oidc=_read_oidc(environ), staff_oidc=_read_staff_oidc(environ)
        )


@dataclass(frozen=True)
class RegisterConfig:
    """What commands on the register alone need to know."""

    database_url: str
    four_eyes_risk: int = FOUR_EYES_RISK

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> RegisterConfig:
        """Read ``ISSUER_DATABASE_URL``. Raises MalformedError when it is not set."""
        return read_settings(cls, "ISSUER", environ)


def _read_oidc(environ: Mapping[str, str]) -> OidcConfig | None:
    if not environ.get("ISSUER_OIDC_ISSUER"):
        return None
    return read_settings(OidcConfig, "ISSUER_OIDC", environ)


def _read_staff_oidc(environ: Mapping[str, str]) -> StaffOidcConfig | None:
    if not environ.get("ISSUER_STAFF_OIDC_ISSUER"):
        return None
    return read_settings(StaffOidcConfig, "ISSUER_STAFF_OIDC", environ)
