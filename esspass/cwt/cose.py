"""COSE_Sign1 on ``cryptography``, under an algorithm allow-list (RFC 9052, section 4.2).

Always tagged (18), so that the bytes say what they are. The algorithm counts only where it is
signed, in the protected header; signatures have exactly the length their algorithm demands (RFC
9053, section 2.1); ``crit`` is refused, we understand no extension. Keys never come from a header.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esspass.errors import MalformedError, SignatureError
from esspass.jose.cbor import create_cbor, parse_cbor
from esspass.keys.jwk import PublicKey
from esspass.keys.signer import Signer

ALG, CRIT = 1, 2
MAX_BYTES = 64 * 1024
_TAG = b"\xd2"  # 18
_CONTEXT = "Signature1"
_IDENTIFIERS: Mapping[str, int] = {"ES256": -7, "ES384": -35}
_ECDSA: Mapping[int, tuple[type[ec.EllipticCurve], ec.ECDSA, int]] = {
    -7: (ec.SECP256R1, ec.ECDSA(hashes.SHA256()), 32),
    -35: (ec.SECP384R1, ec.ECDSA(hashes.SHA384()), 48),
}


@dataclass(frozen=True, slots=True)
class UnverifiedSign1:
    """A COSE_Sign1 that parses; nothing in it may be believed before ``verify_sign1``."""

    protected: Mapping[int | str, Any]
    unprotected: Mapping[int | str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes


def create_sign1(protected: Mapping[int, Any], payload: bytes, signer: Signer) -> bytes:
    """Sign ``payload``; the algorithm is set from the signer. Raises MalformedError."""
    algorithm = _IDENTIFIERS.get(signer.algorithm)
    if algorithm is None:
        raise MalformedError("an algorithm COSE is not used with here", code="bad_algorithm")
    header = create_cbor({**protected, ALG: algorithm})
    signature = signer.sign(_create_input(header, payload))
    return _TAG + create_cbor([header, {}, payload, signature])


def parse_sign1(data: bytes) -> UnverifiedSign1:
    """Read at most 64 KiB, tagged 18. Raises MalformedError, ``bad_cose`` or ``bad_cbor``."""
    if len(data) > MAX_BYTES or data[:1] != _TAG:
        raise MalformedError("not a COSE_Sign1, or too large", code="bad_cose")
    match parse_cbor(data[1:]):
        case [bytes() as header, dict() as unprotected, bytes() as payload, bytes() as signature]:
            protected = _parse_header(header)
        case _:
            raise MalformedError("not a COSE_Sign1", code="bad_cose")
    if protected.keys() & unprotected.keys():
        raise MalformedError("a header parameter stands twice", code="bad_cose")
    signing_input = _create_input(header, payload)
    return UnverifiedSign1(protected, unprotected, payload, signature, signing_input)


def _create_input(header: bytes, payload: bytes) -> bytes:
    return create_cbor([_CONTEXT, header, b"", payload])


def _parse_header(header: bytes) -> dict[int | str, Any]:
    parsed = parse_cbor(header) if header else {}
    if not isinstance(parsed, dict):
        raise MalformedError("the protected header is no map", code="bad_cose")
    return parsed


def verify_sign1(message: UnverifiedSign1, key: PublicKey) -> None:
    """Check the signature under ``key`` and the allow-list. Raises SignatureError."""
    algorithm = message.protected.get(ALG)
    if CRIT in message.protected or CRIT in message.unprotected:
        raise SignatureError("critical header parameters are not understood")
    if isinstance(algorithm, bool) or not isinstance(algorithm, int) or algorithm not in _ECDSA:
        raise SignatureError("algorithm not allowed")
    curve, scheme, size = _ECDSA[algorithm]
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, curve):
        raise SignatureError("key does not fit the algorithm")
    if len(message.signature) != 2 * size:
        raise SignatureError("signature has the wrong length")
    r, s = (int.from_bytes(half, "big") for half in _halve(message.signature))
    try:
        key.verify(encode_dss_signature(r, s), message.signing_input, scheme)
    except InvalidSignature as error:
        raise SignatureError from error


def _halve(signature: bytes) -> tuple[bytes, bytes]:
    middle = len(signature) // 2
    return signature[:middle], signature[middle:]
