"""JSON Web Signature, compact serialization (RFC 7515), under an algorithm allow-list.

Signatures have exactly the length their algorithm demands (RFC 7518, section 3.4). ``crit`` is
refused: we understand no extension. Keys never come from the header; the caller brings them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esspass.errors import MalformedError, SignatureError
from esspass.keys.jwk import PublicKey, decode_base64url, encode_base64url
from esspass.keys.signer import Signer

MAX_HEADER_BYTES = 64 * 1024
MAX_TOKEN_BYTES = 1024 * 1024
_ECDSA: Mapping[str, tuple[type[ec.EllipticCurve], ec.ECDSA, int]] = {
    "ES256": (ec.SECP256R1, ec.ECDSA(hashes.SHA256()), 32),
    "ES384": (ec.SECP384R1, ec.ECDSA(hashes.SHA384()), 48),
    "ES512": (ec.SECP521R1, ec.ECDSA(hashes.SHA512()), 66),
}
ALGORITHMS = frozenset({*_ECDSA, "EdDSA"})


@dataclass(frozen=True, slots=True)
class UnverifiedJws:
    """A JWS that parses; nothing in it may be believed before ``verify_jws``."""

    header: Mapping[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes

    def claims(self) -> dict[str, Any]:
        """Return the payload as a JSON object. Raises MalformedError."""
        return parse_json_object(self.payload)


def create_jws(
    header: Mapping[str, Any], payload: bytes | Mapping[str, Any], signer: Signer
) -> str:
    """Sign ``payload`` (bytes, or claims to be written as JSON); ``alg`` is set from the signer."""
    return sign_jws(encode_header(header, signer.algorithm), payload, signer)


def encode_header(header: Mapping[str, Any], algorithm: str) -> str:
    """Return the protected header, encoded, for signers that use the same one many times."""
    return encode_base64url(create_json({**header, "alg": algorithm}))


def sign_jws(protected: str, payload: bytes | Mapping[str, Any], signer: Signer) -> str:
    """Sign under a header from ``encode_header``, which must name the signer's algorithm."""
    body = payload if isinstance(payload, bytes) else create_json(payload)
    signing_input = f"{protected}.{encode_base64url(body)}"
    signature = signer.sign(signing_input.encode("ascii"))
    return f"{signing_input}.{encode_base64url(signature)}"


def parse_jws(token: str, max_bytes: int = MAX_TOKEN_BYTES) -> UnverifiedJws:
    """Split and decode a compact JWS. Raises MalformedError."""
    if not isinstance(token, str) or len(token) > max_bytes or not token.isascii():
        raise MalformedError("not a compact JWS, or too large")
    parts = token.split(".")
    if len(parts) != 3 or len(parts[0]) > MAX_HEADER_BYTES:
        raise MalformedError("not a compact JWS")
    header, payload, signature = (decode_base64url(part) for part in parts)
    signing_input = token.rpartition(".")[0].encode("ascii")
    return UnverifiedJws(parse_json_object(header), payload, signing_input, signature)


def verify_jws(
    jws: UnverifiedJws, key: PublicKey, algorithms: Collection[str] = frozenset({"ES256"})
) -> None:
    """Check the signature under ``key`` and the allow-list. Raises SignatureError."""
    algorithm = jws.header.get("alg")
    if "crit" in jws.header or "b64" in jws.header:
        raise SignatureError("critical header parameters are not understood")
    if not isinstance(algorithm, str) or algorithm not in algorithms or algorithm not in ALGORITHMS:
        raise SignatureError("algorithm not allowed")
    try:
        _verify(algorithm, key, jws.signature, jws.signing_input)
    except InvalidSignature as error:
        raise SignatureError from error


def _verify(algorithm: str, key: PublicKey, signature: bytes, message: bytes) -> None:
    if algorithm == "EdDSA":
        if not isinstance(key, ed25519.Ed25519PublicKey):
            raise SignatureError("key does not fit the algorithm")
        key.verify(signature, message)
        return
    curve, scheme, size = _ECDSA[algorithm]
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, curve):
        raise SignatureError("key does not fit the algorithm")
    if len(signature) != 2 * size:
        raise SignatureError("signature has the wrong length")
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    key.verify(encode_dss_signature(r, s), message, scheme)


def create_json(value: Any) -> bytes:
    """Write compact JSON in UTF-8."""
    return _ENCODER.encode(value).encode()


def parse_json(data: bytes | str) -> Any:
    """Read JSON strictly: UTF-8, no duplicate names, no number out of range, no half characters.

    Raises MalformedError.
    """
    try:
        text = (data if isinstance(data, str) else data.decode()).strip(_WHITE_SPACE)
        value, end = _DECODER.raw_decode(text)
        if "\\u" in text:
            # Only an escape can spell half a surrogate pair, which no UTF-8 can hold.
            create_json(value)
    except (ValueError, RecursionError) as error:
        raise MalformedError("not JSON") from error
    if end != len(text):
        raise MalformedError("not JSON: text after the value")
    return value


def parse_json_object(data: bytes | str) -> dict[str, Any]:
    """Read a JSON object strictly. Raises MalformedError."""
    value = parse_json(data)
    if not isinstance(value, dict):
        raise MalformedError("not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("duplicate member")
    return names


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _refuse_constant(_name: str) -> None:
    raise ValueError("not a JSON number")


_WHITE_SPACE = " \t\r\n"
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse_constant
)
