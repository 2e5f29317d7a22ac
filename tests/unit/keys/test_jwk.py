import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import MalformedError
from esspass.keys.jwk import (
    create_jwk,
    create_thumbprint,
    decode_base64url,
    encode_base64url,
    parse_jwk,
)

KEYS = {
    "ES256": ec.generate_private_key(ec.SECP256R1()).public_key(),
    "ES384": ec.generate_private_key(ec.SECP384R1()).public_key(),
    "ES512": ec.generate_private_key(ec.SECP521R1()).public_key(),
    "EdDSA": ed25519.Ed25519PrivateKey.generate().public_key(),
}
JWK = create_jwk(KEYS["ES256"])


@given(st.binary(max_size=100))
def test_base64url_is_a_round_trip(data):
    assert decode_base64url(encode_base64url(data)) == data


@given(st.text("ABab09-_+/= \n.é", max_size=12))
def test_base64url_has_one_spelling(text):
    try:
        data = decode_base64url(text)
    except MalformedError:
        return
    assert encode_base64url(data) == text


@pytest.mark.parametrize(
    "text",
    ["A", "AAAAA", "AB", "AAB", "AA==", "AA=", "A=AA", "+/AA", "AA AA", "AAAA\n", "é", "AAAA="],
)
def test_other_spellings_are_refused(text):
    with pytest.raises(MalformedError):
        decode_base64url(text)


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_jwk_is_a_round_trip(algorithm):
    jwk = create_jwk(KEYS[algorithm])
    assert parse_jwk(jwk) == KEYS[algorithm]
    assert (
        parse_jwk(
            {**jwk, "alg": algorithm, "use": "sig", "key_ops": ["verify"], "kid": "1"}, use="sig"
        )
        == KEYS[algorithm]
    )


@pytest.mark.parametrize("algorithm", KEYS)
def test_an_algorithm_of_another_curve_is_refused(algorithm):
    jwk = create_jwk(KEYS[algorithm])
    for other in KEYS.keys() - {algorithm}:
        with pytest.raises(MalformedError):
            parse_jwk({**jwk, "alg": other})


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"}, {"use": 1}, {"key_ops": ["sign"]}, {"key_ops": []}, {"key_ops": 7},
        {"key_ops": None}, {"alg": "ECDH-ES"}, {"alg": "ES521"}, {"alg": None}, {"alg": ["ES256"]},
    ],
    ids=repr,
)  # fmt: skip
def test_a_key_for_another_use_is_refused_for_signatures(change):
    with pytest.raises(MalformedError):
        parse_jwk(JWK | change, use="sig")


def test_an_encryption_key_is_accepted_for_encryption_only():
    jwk = {**JWK, "alg": "ECDH-ES", "use": "enc", "key_ops": ["deriveKey", "deriveBits"]}
    assert parse_jwk(jwk, use="enc") == KEYS["ES256"]
    with pytest.raises(MalformedError):
        parse_jwk(jwk, use="sig")


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "k", "oth"])
def test_private_members_are_refused(member):
    with pytest.raises(MalformedError):
        parse_jwk({**JWK, member: "AAAA"})


@pytest.mark.parametrize(
    "jwk",
    [
        None, [], "x", {}, {"kty": "EC"}, {"kty": "oct"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        JWK | {"crv": "secp256k1"}, JWK | {"crv": ["P-256"]}, JWK | {"crv": None}, JWK | {"kty": "OKP"},
        JWK | {"crv": "P-384"}, JWK | {"x": 1}, JWK | {"x": JWK["x"] + "A"}, JWK | {"x": JWK["x"][:-4]},
        JWK | {"y": JWK["x"]}, JWK | {"x": "A" * 43, "y": "A" * 43},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
    ],
)  # fmt: skip
def test_what_is_no_public_key(jwk):
    with pytest.raises(MalformedError):
        parse_jwk(jwk)


def test_the_thumbprint_of_rfc_8037():
    """RFC 8037, appendix A.3."""
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert create_thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_thumbprint_ignores_other_members():
    assert create_thumbprint({**JWK, "kid": "x", "use": "sig"}) == create_thumbprint(JWK)


@pytest.mark.parametrize(
    "jwk", [{}, {"kty": "oct", "k": "AAAA"}, {"kty": "EC", "crv": "P-256", "x": "AA"}], ids=repr
)
def test_no_thumbprint(jwk):
    with pytest.raises(MalformedError):
        create_thumbprint(jwk)
