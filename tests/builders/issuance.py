"""Good evidence for issuance: wallets, providers and proofs, and one way to spoil each claim."""

import base64
import json

from esspass.jose.jws import create_jws, parse_jws
from esspass.keys.certificates import create_authority, create_signer, create_x5c
from esspass.keys.jwk import create_jwk, create_thumbprint
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci import client_attestation, dpop, key_attestation, proofs

NOW = 1_790_000_000
ISSUER = "https://issuer.example"


def create_provider(name="Example Wallet Provider", now=NOW):
    """A wallet provider: a signer with a certificate of its own authority."""
    return create_signer(create_authority(name, "LT", f"{name} CA", now), name, "LT", name, now)


def accept(_chain):
    """The decision of a test that is not about trust."""


def spoil(token, signer, header=None, **claims):
    """Sign ``token`` again with other header members or claims; None removes one."""
    jws = parse_jws(token)
    changed = {**jws.header, **(header or {})}
    payload = {**jws.claims(), **claims}
    drop = lambda members: {name: v for name, v in members.items() if v is not None}
    return create_jws(drop(changed), drop(payload), signer)


def flip_signature(token):
    """Change one bit of the signature."""
    head, _, signature = token.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[5] ^= 1
    return f"{head}.{base64.urlsafe_b64encode(bytes(raw)).rstrip(b'=').decode()}"


def unsecure(token):
    """The same claims under alg none."""
    header, payload, _ = token.split(".")
    members = json.loads(base64.urlsafe_b64decode(header + "=="))
    text = json.dumps({**members, "alg": "none"}).encode()
    return f"{base64.urlsafe_b64encode(text).rstrip(b'=').decode()}.{payload}."


class WalletKit:
    """What a wallet holds: an instance key with attestation, a DPoP key, holder keys."""

    def __init__(self, provider=None, client_id="wallet.example", holders=1, now=NOW):
        self.provider = provider or create_provider(now=now)
        self.client_id = client_id
        self.instance = KeySigner(create_key())
        self.dpop_key = KeySigner(create_key())
        self.holders = [KeySigner(create_key()) for _ in range(holders)]

    @property
    def jkt(self):
        return create_thumbprint(create_jwk(self.dpop_key.public_key))

    def attestation(self, now=NOW, lifetime=3600):
        return client_attestation.create_client_attestation(
            self.provider, issuer="https://provider.example", client_id=self.client_id,
            instance_key=self.instance.public_key, now=now, lifetime=lifetime,
        )  # fmt: skip

    def pop(self, audience=ISSUER, now=NOW, challenge=None):
        return client_attestation.create_client_attestation_pop(
            self.instance, client_id=self.client_id, audience=audience, now=now,
            challenge=challenge,
        )  # fmt: skip

    def client_headers(self, audience=ISSUER, now=NOW, challenge=None):
        return {
            client_attestation.ATTESTATION_HEADER: self.attestation(now),
            client_attestation.POP_HEADER: self.pop(audience, now, challenge),
        }

    def dpop(self, method, url, now=NOW, access_token=None, nonce=None):
        return dpop.create_dpop_proof(
            self.dpop_key, method, url, now=now, access_token=access_token, nonce=nonce
        )

    def resource_headers(self, url, access_token, now=NOW, nonce=None):
        return {
            "Authorization": f"DPoP {access_token}",
            "DPoP": self.dpop("POST", url, now, access_token, nonce),
        }

    def jwt_proof(self, nonce, audience=ISSUER, now=NOW, holder=0, attest=False, client_id=None):
        attested = self.key_attestation(now=now, nonce=None) if attest else None
        return proofs.create_jwt_proof(
            self.holders[holder], credential_issuer=audience, nonce=nonce, now=now,
            client_id=client_id, key_attestation=attested,
        )  # fmt: skip

    def key_attestation(self, nonce, now=NOW, lifetime=3600):
        return key_attestation.create_key_attestation(
            self.provider, [holder.public_key for holder in self.holders], now=now,
            lifetime=lifetime, nonce=nonce, key_storage=["iso_18045_basic"],
        )  # fmt: skip

    def x5c(self):
        return create_x5c(self.provider.certificates)
