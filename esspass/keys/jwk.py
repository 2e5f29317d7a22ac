"""JSON Web Key (RFC 7517) for the public keys we accept: P-256, P-384, P-521 and Ed25519."""

from __future__ import annotations

import binascii
import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esspass.errors import MalformedError

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

CURVES: Mapping[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}
_CURVE_OF_ALGORITHM = {
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "Ed25519",
    "Ed25519": "Ed25519",
}
# RFC 7517, section 4.3; a public key for key agreement lists no operation, or one of the pair.
_KEY_OPERATIONS = {"sig": ("verify",), "enc": ("deriveKey", "deriveBits")}
_CURVE_NAMES = {curve.name: name for name, curve in CURVES.items()}
_TO_URL_ALPHABET = bytes.maketrans(b"+/", b"-_")
_PADDING = (b"", b"===", b"==", b"=")
# What the last character may be when it carries four bits too many, or two.
_LAST_CHARACTERS = ("", "", "AQgw", "AEIMQUYcgkosw048")
# Padding and the two letters of the other alphabet become a byte no alphabet has.
_TO_STANDARD_ALPHABET = bytes.maketrans(b"-_+/=", b"+/!!!")
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}


def encode_base64url(data: bytes) -> str:
    """Encode without padding (RFC 7515, section 2)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL_ALPHABET, b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Decode strictly: no padding, no other alphabet, no unused bits. Raises MalformedError."""
    tail = len(text) % 4
    try:
        standard = text.encode("ascii").translate(_TO_STANDARD_ALPHABET)
        data = binascii.a2b_base64(standard + _PADDING[tail], strict_mode=True)
    except (binascii.Error, UnicodeError) as error:
        raise MalformedError("not base64url") from error
    if tail and text[-1] not in _LAST_CHARACTERS[tail]:
        raise MalformedError("not canonical base64url")
    return data


def create_jwk(key: PublicKey) -> dict[str, str]:
    """Return the minimal public JWK of ``key``: kty, crv, x (and y)."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(raw)}
    if key.curve.name not in _CURVE_NAMES:
        raise MalformedError("unsupported curve")
    size = (key.curve.key_size + 7) // 8
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": _CURVE_NAMES[key.curve.name],
        "x": encode_base64url(numbers.x.to_bytes(size, "big")),
        "y": encode_base64url(numbers.y.to_bytes(size, "big")),
    }


def parse_jwk(jwk: Mapping[str, Any], use: Literal["sig", "enc"] | None = None) -> PublicKey:
    """Load a public JWK; with ``use``, only one that is not meant for something else.

    Raises MalformedError, also when it holds private members or an algorithm of another curve.
    """
    if not isinstance(jwk, Mapping) or _PRIVATE_MEMBERS & jwk.keys():
        raise MalformedError("not a public JWK")
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if use is not None:
        _verify_use(jwk, use)
    if not isinstance(curve, str) or _CURVE_OF_ALGORITHM.get(str(jwk.get("alg")), curve) != curve:
        raise MalformedError("the key does not fit its algorithm")
    if kind == "OKP" and curve == "Ed25519":
        return _ed25519(jwk)
    if kind != "EC" or curve not in CURVES:
        raise MalformedError("unsupported key type")
    return _elliptic_curve(jwk, CURVES[curve])


def _verify_use(jwk: Mapping[str, Any], use: Literal["sig", "enc"]) -> None:
    operations = jwk.get("key_ops", _KEY_OPERATIONS[use])
    if jwk.get("use", use) != use or not isinstance(operations, Collection):
        raise MalformedError("the key is for another use")
    if not any(operation in operations for operation in _KEY_OPERATIONS[use]):
        raise MalformedError("the key is for another use")
    if "alg" in jwk and (str(jwk["alg"]) in _CURVE_OF_ALGORITHM) is not (use == "sig"):
        raise MalformedError("the key is for another algorithm")


def _ed25519(jwk: Mapping[str, Any]) -> ed25519.Ed25519PublicKey:
    try:
        return ed25519.Ed25519PublicKey.from_public_bytes(_coordinate(jwk, "x", 32))
    except ValueError as error:
        raise MalformedError("not an Ed25519 key") from error


def _elliptic_curve(jwk: Mapping[str, Any], curve: ec.EllipticCurve) -> ec.EllipticCurvePublicKey:
    size = (curve.key_size + 7) // 8
    point = b"\x04" + _coordinate(jwk, "x", size) + _coordinate(jwk, "y", size)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except ValueError as error:
        raise MalformedError("not a point on the curve") from error


def _coordinate(jwk: Mapping[str, Any], name: str, size: int) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or len(data := decode_base64url(value)) != size:
        raise MalformedError(f"bad {name} in JWK")
    return data


def create_thumbprint(jwk: Mapping[str, Any]) -> str:
    """Return the SHA-256 JWK thumbprint, base64url (RFC 7638)."""
    return encode_base64url(create_thumbprint_bytes(jwk))


def create_thumbprint_bytes(jwk: Mapping[str, Any]) -> bytes:
    """Return the raw SHA-256 JWK thumbprint (RFC 7638)."""
    members = _THUMBPRINT_MEMBERS.get(str(jwk.get("kty")))
    if members is None or any(member not in jwk for member in members):
        raise MalformedError("no thumbprint for this key")
    canonical = json.dumps({m: jwk[m] for m in members}, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).digest()
