"""Settings of one verifier, an inspectorate or a clinic, read once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from esspass.errors import MalformedError


@dataclass(frozen=True)
class VerifierConfig:
    """Everything a deployment may set; required settings have no default. Times in seconds.

    ``identifier`` and ``registry_uri`` are how the relying party is registered (TS 119 475);
    ``wallet_url`` is the address at which a web wallet takes requests. What was shown is kept for
    ``claims_retention``, the verdict without it for ``verdict_retention``.
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

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> VerifierConfig:
        """Read ``VERIFIER_*``; a missing required setting is a KeyError at start."""
        return cls(
            base_url=environ["VERIFIER_BASE_URL"].rstrip("/"),
            secret_key=environ["VERIFIER_SECRET_KEY"],
            database_url=environ["VERIFIER_DATABASE_URL"],
            keys_folder=Path(environ["VERIFIER_KEYS_FOLDER"]),
            trust_anchors=Path(environ["VERIFIER_TRUST_ANCHORS"]),
            identifier=environ.get("VERIFIER_IDENTIFIER", ""),
            registry_uri=environ.get("VERIFIER_REGISTRY_URI", ""),
            wallet_url=environ.get("VERIFIER_WALLET_URL") or None,
            allow_loopback=environ.get("VERIFIER_ALLOW_LOOPBACK", "") == "1",
            ca_file=environ.get("VERIFIER_CA_FILE") or None,
            **_numbers(environ),
        )


_NUMBERS = ("trust_max_age", "request_lifetime", "claims_retention", "verdict_retention")


def _numbers(environ: Mapping[str, str]) -> dict[str, int]:
    given = {name: environ.get(f"VERIFIER_{name.upper()}") for name in _NUMBERS}
    try:
        return {name: int(text) for name, text in given.items() if text}
    except ValueError as error:
        raise MalformedError("a setting is not a number", code="bad_setting") from error
