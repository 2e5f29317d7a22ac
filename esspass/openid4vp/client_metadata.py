"""``client_metadata`` of a request: which formats it takes, and how the answer is encrypted.

OpenID4VP 1.0, sections 5.1, 8.3 and 11.1; HAIP 1.0, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esspass.errors import MalformedError, ProtocolError
from esspass.jose.jwe import CONTENT_ENCRYPTION, KEY_AGREEMENT
from esspass.keys.jwk import parse_jwk
from esspass.openid4vp.dcql import SD_JWT_VC

ALGORITHMS = ("ES256",)


def create_client_metadata(encryption_jwk: Mapping[str, str]) -> dict[str, Any]:
    """Write the three members HAIP lets a request carry."""
    formats = {"sd-jwt_alg_values": list(ALGORITHMS), "kb-jwt_alg_values": list(ALGORITHMS)}
    return {
        "jwks": {"keys": [dict(encryption_jwk)]},
        "encrypted_response_enc_values_supported": list(CONTENT_ENCRYPTION),
        "vp_formats_supported": {SD_JWT_VC: formats},
    }


def verify_formats(formats: Any) -> None:
    """Check that ``vp_formats_supported`` takes an SD-JWT VC under ES256. Raises ProtocolError."""
    ours = formats.get(SD_JWT_VC) if isinstance(formats, Mapping) else None
    names = ("sd-jwt_alg_values", "kb-jwt_alg_values")
    if not isinstance(ours, Mapping) or not all(_allows_es256(ours.get(name)) for name in names):
        message = "the verifier takes no format this wallet has"
        raise ProtocolError(message, code="vp_formats_not_supported")


def _allows_es256(algorithms: Any) -> bool:
    return algorithms is None or (isinstance(algorithms, list) and "ES256" in algorithms)


def choose_encryption(metadata: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Choose key and ``enc`` to answer under, A256GCM where offered (section 8.3; HAIP 1.0).

    Keys we cannot use are ignored. Raises ProtocolError when nothing is left.
    """
    return _choose_key(metadata), _choose_enc(metadata)


def _choose_key(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    jwks = metadata.get("jwks")
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    for key in keys[:16] if isinstance(keys, list) else []:
        if isinstance(key, Mapping) and _is_usable(key):
            return key
    raise ProtocolError("no key to encrypt the answer to")


def _is_usable(key: Mapping[str, Any]) -> bool:
    if key.get("alg") != KEY_AGREEMENT or key.get("crv") != "P-256":
        return False
    if key.get("use", "enc") != "enc" or not isinstance(key.get("kid"), str):
        return False
    try:
        parse_jwk(key)
    except MalformedError:
        return False
    return True


def _choose_enc(metadata: Mapping[str, Any]) -> str:
    offered = metadata.get("encrypted_response_enc_values_supported", ["A128GCM"])
    for enc in reversed(CONTENT_ENCRYPTION):
        if isinstance(offered, list) and enc in offered:
            return enc
    raise ProtocolError("no content encryption in common")
