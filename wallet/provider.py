"""The wallet provider: vouches for this wallet towards issuers (OpenID4VCI 1.0, appendices D, E).

Every issuer sees a fresh instance key and the same ``sub`` as from every other citizen, so two
issuers cannot tell that they speak with the same wallet (HAIP 1.0, section 4.4.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from esspass.keys.jwk import PublicKey
from esspass.keys.signer import Signer
from esspass.openid4vci.client_attestation import create_client_attestation
from esspass.openid4vci.key_attestation import create_key_attestation

ATTESTATION_LIFETIME = 12 * 3600
KEY_ATTESTATION_LIFETIME = 3600


@dataclass(frozen=True, slots=True)
class WalletProvider:
    """Signs with the ``provider`` key; ``client_id`` is shared by all instances."""

    signer: Signer
    client_id: str
    wallet_name: str = "ESSPASS Wallet"

    def attest_instance(self, instance_key: PublicKey, now: int) -> str:
        """Vouch for one instance key: a wallet attestation, valid for hours."""
        return create_client_attestation(
            self.signer,
            issuer=self.client_id,
            client_id=self.client_id,
            instance_key=instance_key,
            now=now,
            lifetime=ATTESTATION_LIFETIME,
            claims={"wallet_name": self.wallet_name, "wallet_link": self.client_id},
        )

    def attest_keys(self, keys: Sequence[PublicKey], nonce: str, now: int) -> str:
        """Vouch for holder keys that are wrapped at rest; software keys, so the basic level."""
        return create_key_attestation(
            self.signer,
            keys,
            now=now,
            lifetime=KEY_ATTESTATION_LIFETIME,
            nonce=nonce,
            key_storage=("iso_18045_basic",),
            user_authentication=("iso_18045_basic",),
        )
