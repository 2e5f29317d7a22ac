"""Settings of one issuing institution, read once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD
from esspass.errors import MalformedError

SIGN_IN_METHODS = ("pid", "oidc", "demo-eid")


@dataclass(frozen=True)
class OidcConfig:
    """An OpenID Provider that knows citizens; the claims say where it puts what we match by."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid profile"
    number_claim: str = "personal_administrative_number"


@dataclass(frozen=True)
class IssuerConfig:
    """Everything a deployment may set; required settings have no default. Times in seconds.

    ``attestation_types`` are vcts, ``sign_in`` the methods at the authorization endpoint (``pid``,
    ``oidc``, ``demo-eid``), ``validity_days`` the technical validity of a credential.
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
    status_lifetime: int = 86400
    status_ttl: int = 60
    require_key_attestation: bool = False
    require_dpop_nonce: bool = False
    require_attestation_challenge: bool = False
    wallet_url: str | None = None

    def __post_init__(self) -> None:
        unknown = set(self.sign_in) - set(SIGN_IN_METHODS)
        if unknown or not self.sign_in:
            raise MalformedError("ISSUER_SIGN_IN takes pid, oidc and demo-eid", code="bad_setting")
        if ("oidc" in self.sign_in) != (self.oidc is not None):
            raise MalformedError("oidc needs ISSUER_OIDC_ISSUER and the like", code="bad_setting")
        if not 2 <= self.batch_size <= 100:
            raise MalformedError("ISSUER_BATCH_SIZE takes 2 to 100", code="bad_setting")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> IssuerConfig:
        """Read ``ISSUER_*``; a missing required setting is a KeyError at start."""
        required: dict[str, Any] = {
            "base_url": environ["ISSUER_BASE_URL"].rstrip("/"),
            "secret_key": environ["ISSUER_SECRET_KEY"],
            "database_url": environ["ISSUER_DATABASE_URL"],
            "institution_id": environ["ISSUER_INSTITUTION_ID"],
            "institution_name": environ["ISSUER_INSTITUTION_NAME"],
            "country": environ["ISSUER_COUNTRY"],
        }
        return cls(
            **required,
            **_numbers(environ),
            keys_folder=Path(environ["ISSUER_KEYS_FOLDER"]),
            trust_anchors=Path(environ["ISSUER_TRUST_ANCHORS"]),
            attestation_types=_list(environ, "ISSUER_ATTESTATION_TYPES", cls.attestation_types),
            sign_in=_list(environ, "ISSUER_SIGN_IN", cls.sign_in),
            oidc=_oidc(environ),
            allow_loopback=_flag(environ, "ISSUER_ALLOW_LOOPBACK"),
            ca_file=environ.get("ISSUER_CA_FILE") or None,
            require_key_attestation=_flag(environ, "ISSUER_REQUIRE_KEY_ATTESTATION"),
            require_dpop_nonce=_flag(environ, "ISSUER_REQUIRE_DPOP_NONCE"),
            require_attestation_challenge=_flag(environ, "ISSUER_REQUIRE_ATTESTATION_CHALLENGE"),
            wallet_url=environ.get("ISSUER_WALLET_URL") or None,
        )


_NUMBERS = (
    "trust_max_age", "offer_lifetime", "tx_code_length", "access_token_lifetime",
    "refresh_token_lifetime", "nonce_lifetime", "validity_days", "batch_size",
    "deferred_interval", "status_list_size", "status_lifetime", "status_ttl",
)  # fmt: skip


def _numbers(environ: Mapping[str, str]) -> dict[str, Any]:
    given = {name: environ.get(f"ISSUER_{name.upper()}") for name in _NUMBERS}
    try:
        return {name: int(text) for name, text in given.items() if text}
    except ValueError as error:
        raise MalformedError("a setting is not a number", code="bad_setting") from error


def _oidc(environ: Mapping[str, str]) -> OidcConfig | None:
    if not environ.get("ISSUER_OIDC_ISSUER"):
        return None
    return OidcConfig(
        environ["ISSUER_OIDC_ISSUER"].rstrip("/"),
        environ["ISSUER_OIDC_CLIENT_ID"],
        environ["ISSUER_OIDC_CLIENT_SECRET"],
        environ.get("ISSUER_OIDC_SCOPE", OidcConfig.scope),
        environ.get("ISSUER_OIDC_NUMBER_CLAIM", OidcConfig.number_claim),
    )


def _list(environ: Mapping[str, str], name: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    entries = tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())
    return entries or otherwise


def _flag(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "") == "1"
