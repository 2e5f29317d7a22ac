"""Settings of one verifier, an inspectorate or a clinic, read once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from esspass.web.environment import read_settings


@dataclass(frozen=True)
class VerifierConfig:
    """Everything a deployment may set; required settings have no default. Times in seconds.

    ``identifier`` and ``registry_uri`` are how the relying party is registered (TS 119 475);
    ``wallet_url`` is a web wallet offered on this device. What was shown is kept for
    ``claims_retention``, the verdict without it for ``verdict_retention``. With
    ``trusted_authorities`` wallets are told which issuers count, so that one that holds several
    documents picks a good one; off, because a document of an unlisted issuer then never reaches
    the inspector, who would learn less from silence than from "issuer not recognised".
    ``national_institution`` is the address of the institution of this State that doubts and
    watches go to; how they stand is asked again after ``standing_max_age``.
    """

    base_url: str
    secret_key: str = field(repr=False)
    database_url: str
    keys_folder: Path
    trust_anchors: Path
    identifier: str = ""
    registry_uri: str = ""
    wallet_url: str | None = None
    allow_loopback: bool = False
    ca_file: str | None = None
    trust_max_age: int = 60
    request_lifetime: int = 300
    claims_retention: int = 900
    verdict_retention: int = 30 * 86400
    trusted_authorities: bool = False
    national_institution: str | None = None
    standing_max_age: int = 300

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> VerifierConfig:
        """Read ``VERIFIER_*``. Raises MalformedError for a missing or unusable setting."""
        return read_settings(cls, "VERIFIER", environ)
