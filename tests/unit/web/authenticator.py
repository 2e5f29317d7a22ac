"""A simulated authenticator: it makes real WebAuthn answers, and wrong ones on request."""

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.keys.signer import create_key

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SimulatedAuthenticator:
    """Holds one passkey. Every field may be spoiled before an answer is made."""

    origin: str = "http://localhost"
    rp_id: str = "localhost"
    flags: int = USER_PRESENT | USER_VERIFIED
    sign_count: int = 1
    cross_origin: bool = False
    attestation: str = "none"
    key: ec.EllipticCurvePrivateKey = field(default_factory=create_key)
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user_handle: str = ""

    def create(self, options):
        """Answer navigator.credentials.create()."""
        self.user_handle = options["user"]["id"]
        attested = bytes(16) + struct.pack(">H", 32) + self.credential_id + self._cose_key()
        data = self._authenticator_data(self.flags | ATTESTED) + attested
        self.sign_count += bool(self.sign_count)
        statement = {"fmt": self.attestation, "attStmt": {}, "authData": data}
        return self._credential(
            clientDataJSON=self._client_data("webauthn.create", options["challenge"]),
            attestationObject=cbor2.dumps(statement),
        )

    def get(self, options, type_="webauthn.get"):
        """Answer navigator.credentials.get()."""
        client_data = self._client_data(type_, options["challenge"])
        data = self._authenticator_data(self.flags)
        signed = data + hashlib.sha256(client_data).digest()
        self.sign_count += bool(self.sign_count)
        return self._credential(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=decode_base64url(self.user_handle),
        )

    def _credential(self, **response):
        name = encode_base64url(self.credential_id)
        members = {key: encode_base64url(value) for key, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": members}

    def _client_data(self, type_, challenge):
        members = {"type": type_, "challenge": challenge, "origin": self.origin}
        return json.dumps({**members, "crossOrigin": self.cross_origin}).encode()

    def _authenticator_data(self, flags):
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + struct.pack(">BI", flags, self.sign_count)

    def _cose_key(self):
        numbers = self.key.public_key().public_numbers()
        x, y = (value.to_bytes(32, "big") for value in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
