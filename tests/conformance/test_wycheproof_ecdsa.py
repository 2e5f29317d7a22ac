"""JOSE-W: Wycheproof's ECDSA (r and s side by side, as JOSE has them) and Ed25519 vectors.

Deviations: none.
"""

import pytest

from esspass.errors import EsspassError
from esspass.jose.jws import UnverifiedJws, verify_jws
from esspass.keys.jwk import encode_base64url, parse_jwk
from tests.conformance.wycheproof import read_vectors

FILES = {
    "ecdsa_secp256r1_sha256_p1363_test": ("ES256", 262),
    "ecdsa_secp384r1_sha384_p1363_test": ("ES384", 280),
    "ecdsa_secp521r1_sha512_p1363_test": ("ES512", 318),
    "ed25519_test": ("EdDSA", 151),
}
CURVES = {"secp256r1": ("P-256", 32), "secp384r1": ("P-384", 48), "secp521r1": ("P-521", 66)}


def key_of(group):
    """Some groups lack a JWK, so all are made from the numbers."""
    point = group["publicKey"]
    if "wx" not in point:
        return group["publicKeyJwk"]
    name, size = CURVES[point["curve"]]
    x, y = (encode_base64url(int(point[n], 16).to_bytes(size, "big")) for n in ("wx", "wy"))
    return {"kty": "EC", "crv": name, "x": x, "y": y}


def accepts(vector, algorithm):
    signature, message = (bytes.fromhex(vector.test[name]) for name in ("sig", "msg"))
    jws = UnverifiedJws({"alg": algorithm}, b"", message, signature)
    try:
        verify_jws(jws, parse_jwk(key_of(vector.group)), {algorithm})
    except EsspassError:
        return False
    return True


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"JOSE-W-{f}")
def test_agrees_with_every_vector(shared_data, file):
    algorithm, count = FILES[file]
    vectors = read_vectors(file)
    assert len(vectors) == count
    assert any(v.valid for v in vectors)
    disagreements = [(v.number, v.comment) for v in vectors if accepts(v, algorithm) is not v.valid]
    assert disagreements == []


def test_jose_w_a_der_signature_is_never_accepted(shared_data):
    """RFC 7518 knows one form only; the DER vectors must fail, the valid ones included."""
    vectors = read_vectors("ecdsa_secp256r1_sha256_test")
    assert sum(v.valid for v in vectors) > 100
    assert [v.number for v in vectors if accepts(v, "ES256")] == []
