"""Settings of the wallet, read once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from esspass.errors import MalformedError
from esspass.web.environment import read_settings


@dataclass(frozen=True)
class WalletConfig:
    """Everything a deployment may set; required settings have no default. Times in seconds.

    ``keys_folder`` holds the ``provider`` signer and the server's key-encryption key;
    ``unlock_seconds`` is how long after a passkey assertion the wallet signs without asking again;
    ``copies`` is how many copies of a credential are asked for where the issuer batches.
    """

    base_url: str
    secret_key: str = field(repr=False)
    database_url: str
    keys_folder: Path
    trust_anchors: Path
    allow_loopback: bool = False
    ca_file: str | None = None
    trust_max_age: int = 60
    unlock_seconds: int = 300
    session_seconds: int = 3600
    copies: int = 3

    def __post_init__(self) -> None:
        if not 1 <= self.copies <= 20:
            raise MalformedError("WALLET_COPIES takes 1 to 20", code="bad_setting")
        if not 0 < self.unlock_seconds <= self.session_seconds:
            raise MalformedError(
                "WALLET_UNLOCK_SECONDS takes 1 to WALLET_SESSION_SECONDS", code="bad_setting"
            )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> WalletConfig:
        """Read ``WALLET_*``. Raises MalformedError for a missing or unusable setting."""
        return read_settings(cls, "WALLET", environ)
