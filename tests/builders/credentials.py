"""Good credentials and presentations, taken apart so that a test can spoil one part of one.

``Presentation`` holds every part before it is encoded; ``serialize`` makes a true presentation of
them. Whoever changes a part, or the text, gets exactly that fault and no other.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esspass.jose.jws import create_jws
from esspass.keys.certificates import Authority, create_authority, create_signer, create_x5c
from esspass.keys.jwk import create_jwk, decode_base64url, encode_base64url
from esspass.keys.signer import KeySigner, create_key
from esspass.sdjwt import (
    create_digest,
    create_sd_jwt_vc,
    parse_sd_jwt_vc,
    verify_key_binding,
    verify_sd_jwt_vc,
    verify_validity,
)

NOW = 1_795_000_000
NONCE = "n-0S6_WzA2Mj-fresh-and-long"
AUDIENCE = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"
STATUS_URI = "https://status.example.org/lists/1"


@dataclass(frozen=True)
class Parties:
    """An authority, the issuer and the signer of status lists under it, a holder, a stranger."""

    authority: Authority
    issuer: KeySigner
    status_signer: KeySigner
    holder: KeySigner
    stranger: KeySigner


@lru_cache(maxsize=1)
def create_parties() -> Parties:
    authority = create_authority("Example Fund", "LT", "Example Fund CA", NOW)
    return Parties(
        authority,
        create_signer(authority, "Example Fund", "LT", "Attestations", NOW),
        create_signer(authority, "Example Fund", "LT", "Status lists", NOW),
        KeySigner(create_key()),
        create_signer(authority, "Other Fund", "LT", "Attestations", NOW),
    )


def create_claims(holder: KeySigner) -> dict[str, Any]:
    """A small credential with an object, a list of objects and every envelope claim."""
    return {
        "vct": "urn:example:a1:1",
        "vct#integrity": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "iss": "https://fund.example.org",
        "iat": NOW - 86_400,
        "nbf": NOW - 86_400,
        "exp": NOW + 86_400 * 300,
        "cnf": {"jwk": create_jwk(holder.public_key)},
        "status": {"status_list": {"uri": STATUS_URI, "idx": 412}},
        "document_number": "A1-2026-000017",
        "subject": {"surname": "Šimkutė", "forename": "Ona", "pin": "49001019999"},
        "employments": [
            {"name": "Statyba UAB", "address": {"town": "Kaunas", "country": "LT"}},
            {"name": "Κατασκευές ΑΕ", "address": {"town": "Πάτρα", "country": "GR"}},
        ],
        "countries": ["GR", "RO"],
    }


DISCLOSABLE = (
    ("document_number",),
    ("subject", "surname"),
    ("subject", "forename"),
    ("subject", "pin"),
    ("employments", None),
    ("employments", None, "address"),
    ("countries", None),
)


def create_credential(parties: Parties) -> str:
    claims = create_claims(parties.holder)
    return create_sd_jwt_vc(claims, DISCLOSABLE, parties.issuer)


def encode_disclosure(*content: Any) -> str:
    return encode_base64url(json.dumps(content, ensure_ascii=False).encode())


def sign_raw(header: bytes, payload: bytes, sign: Callable[[bytes], bytes]) -> str:
    """A compact JWS over whatever bytes it is given."""
    text = f"{encode_base64url(header)}.{encode_base64url(payload)}"
    return f"{text}.{encode_base64url(sign(text.encode()))}"


def sign_with_public_key_as_secret(key: ec.EllipticCurvePublicKey) -> Callable[[bytes], bytes]:
    """HMAC keyed by the PEM that everybody knows: the classic confusion of algorithms."""
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return lambda message: hmac.new(pem, message, hashlib.sha256).digest()


@dataclass
class Token:
    """A JWS before it is encoded; ``raw_header`` and ``raw_payload`` replace the JSON."""

    header: dict[str, Any]
    claims: dict[str, Any]
    sign: Callable[[bytes], bytes]
    raw_header: bytes | None = None
    raw_payload: bytes | None = None

    def serialize(self) -> str:
        header = self.raw_header or json.dumps(self.header).encode()
        payload = self.raw_payload or json.dumps(self.claims, ensure_ascii=False).encode()
        return sign_raw(header, payload, self.sign)


def _unchanged(text: str) -> str:
    return text


@dataclass
class Presentation:
    """An SD-JWT+KB in parts. ``edit_*`` change the encoded text at the moment their name says."""

    parties: Parties
    credential: Token
    disclosures: list[str]
    binding: Token | None
    sd_hash: str | None = None
    edit_credential: Callable[[str], str] = _unchanged
    edit_binding: Callable[[str], str] = _unchanged
    edit_disclosures_after_binding: Callable[[list[str]], list[str]] = field(default=lambda d: d)
    edit: Callable[[str], str] = _unchanged

    def conceal(self, name: str, value: Any, salt: str = "c2FsdHNhbHRzYWx0c2FsdA") -> str:
        """Add a well-formed top-level disclosure with its digest; return it."""
        return self.add(encode_disclosure(salt, name, value))

    def add(self, disclosure: str) -> str:
        """Add any disclosure together with the digest that refers to it."""
        self.disclosures.append(disclosure)
        self.credential.claims["_sd"].append(create_digest(disclosure))
        return disclosure

    def move_to_disclosure(self, name: str) -> None:
        self.conceal(name, self.credential.claims.pop(name))

    def serialize(self) -> str:
        issuer_jwt = self.edit_credential(self.credential.serialize())
        bound = "~".join((issuer_jwt, *self.disclosures, ""))
        shown = self.edit_disclosures_after_binding(list(self.disclosures))
        return self.edit("~".join((issuer_jwt, *shown, self._bind(bound))))

    def _bind(self, bound: str) -> str:
        if self.binding is None:
            return ""
        if "sd_hash" not in self.binding.claims:
            digest = encode_base64url(hashlib.sha256(bound.encode()).digest())
            self.binding.claims["sd_hash"] = digest
        return self.edit_binding(self.binding.serialize())


def create_presentation_parts() -> Presentation:
    """A presentation of everything, in parts."""
    parties = create_parties()
    issuer_jwt, *disclosures, _ = create_credential(parties).split("~")
    payload = json.loads(decode_base64url(issuer_jwt.split(".")[1]))
    header = {"alg": "ES256", "typ": "dc+sd-jwt", "x5c": create_x5c(parties.issuer.certificates)}
    binding = Token(
        {"alg": "ES256", "typ": "kb+jwt"},
        {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE},
        parties.holder.sign,
    )
    credential = Token(header, payload, parties.issuer.sign)
    return Presentation(parties, credential, disclosures, binding)


def create_status_list_raw(signer: KeySigner, claims: dict[str, Any], **header: Any) -> str:
    """A status list token with whatever claims and header a test wants."""
    full = {"typ": "statuslist+jwt", "x5c": create_x5c(signer.certificates), **header}
    return create_jws(full, claims, signer)


def verify_all(text: str, now: int = NOW) -> dict[str, Any]:
    """What a verifier does with formats alone: everything but trust and status."""
    vc = parse_sd_jwt_vc(text)
    verified = verify_sd_jwt_vc(vc)
    verify_validity(verified, now)
    verify_key_binding(
        vc.sd_jwt, verified.parse_holder_key(), nonce=NONCE, audience=AUDIENCE, now=now
    )
    return dict(verified.claims)
