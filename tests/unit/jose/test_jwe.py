import json
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwe, jwk

from esspass.errors import EsspassError, MalformedError, VerificationError
from esspass.jose.jwe import create_encryption_key, decrypt_jwe, encrypt_jwe, parse_jwe_header
from esspass.keys.jwk import create_jwk, decode_base64url, encode_base64url

KEY = create_encryption_key()


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["A128GCM", "A256GCM"]))
def test_what_is_encrypted_is_decrypted(payload, enc):
    token = encrypt_jwe(payload, KEY.public_jwk(), enc)
    assert decrypt_jwe(token, KEY) == payload
    assert parse_jwe_header(token)["enc"] == enc
    assert parse_jwe_header(token)["kid"] == KEY.kid


def test_an_empty_payload_is_refused():
    """Jwcrypto cannot open one; no message we know is empty."""
    with pytest.raises(VerificationError):
        decrypt_jwe(encrypt_jwe(b"", KEY.public_jwk()), KEY)


def test_any_flipped_bit_is_refused():
    token = encrypt_jwe(b"payload", KEY.public_jwk())
    for position in range(len(token)):
        changed = token[:position] + chr(ord(token[position]) ^ 1) + token[position + 1 :]
        with pytest.raises(EsspassError):
            decrypt_jwe(changed, KEY)


def test_another_key_does_not_open_it():
    token = encrypt_jwe(b"payload", KEY.public_jwk())
    with pytest.raises(VerificationError) as refusal:
        decrypt_jwe(token, create_encryption_key())
    assert refusal.value.code == "wrong_encryption_key"


def test_two_encryptions_differ():
    assert encrypt_jwe(b"x", KEY.public_jwk()) != encrypt_jwe(b"x", KEY.public_jwk())


@pytest.mark.parametrize(
    "change",
    [
        {"use": "sig"},
        {"alg": "ES256"},
        {"crv": "P-384"},
        {"kty": "oct"},
        {"x": "AAAA"},
        {"d": "AAAA"},
        {"key_ops": ["verify"]},
    ],
    ids=repr,
)
def test_does_not_encrypt_to_a_key_of_another_kind(change):
    with pytest.raises(MalformedError):
        encrypt_jwe(b"x", KEY.public_jwk() | change)


@pytest.mark.parametrize("enc", ["A192GCM", "A128CBC-HS256", "", "none"])
def test_does_not_encrypt_otherwise(enc):
    with pytest.raises(MalformedError):
        encrypt_jwe(b"x", KEY.public_jwk(), enc)


def with_header(token, **changes):
    header, rest = token.split(".", 1)
    members = json.loads(decode_base64url(header)) | changes
    return encode_base64url(json.dumps(members).encode()) + "." + rest


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "dir"},
        {"alg": "RSA1_5"},
        {"alg": "PBES2-HS256+A128KW", "p2c": 2**31, "p2s": "AAAA"},
        {"alg": "ECDH-ES+A256KW"},
        {"enc": "A256CBC-HS512"},
        {"zip": "DEF"},
        {"crit": ["exp"]},
        {"jwk": {}},
        {"p2c": 1},
        {"alg": None},
        {"alg": ["ECDH-ES"]},
    ],
    ids=repr,
)
def test_headers_that_are_refused_before_they_cost_anything(changes):
    token = with_header(encrypt_jwe(b"payload", KEY.public_jwk()), **changes)
    with pytest.raises(MalformedError):
        decrypt_jwe(token, KEY)


def test_a_bomb_of_compressed_plaintext_is_refused():
    """Made by somebody who holds our public key, so everything but the zip member is right."""
    token = jwe.JWE(
        zlib.compress(bytes(10)), json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"})
    )
    token.add_recipient(jwk.JWK(**create_jwk(KEY.private_key.public_key())))
    with pytest.raises(MalformedError):
        decrypt_jwe(token.serialize(compact=True), KEY)


@pytest.mark.parametrize(
    "epk", [None, {}, "x", {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}], ids=repr
)
def test_a_bad_ephemeral_key_is_refused(epk):
    token = with_header(encrypt_jwe(b"payload", KEY.public_jwk()), epk=epk)
    with pytest.raises(MalformedError):
        decrypt_jwe(token, KEY)


def test_an_ephemeral_key_on_another_curve_is_refused():
    other = create_jwk(ec.generate_private_key(ec.SECP384R1()).public_key())
    token = with_header(encrypt_jwe(b"payload", KEY.public_jwk()), epk=other)
    with pytest.raises(EsspassError):
        decrypt_jwe(token, KEY)


def test_an_ephemeral_key_off_the_curve_is_refused():
    """The invalid curve attack on ECDH-ES (CVE-2017-16007)."""
    off = {
        "kty": "EC",
        "crv": "P-256",
        "x": encode_base64url(bytes(31) + b"\1"),
        "y": encode_base64url(bytes(31) + b"\1"),
    }
    with pytest.raises(MalformedError):
        decrypt_jwe(with_header(encrypt_jwe(b"payload", KEY.public_jwk()), epk=off), KEY)


@pytest.mark.parametrize(
    "token",
    [None, "", "a.b.c.d", "a.b.c.d.e", "e30....", "." * 4, '{"recipients":[]}', "A" * 2_000_000],
    ids=lambda t: repr(t)[:20],
)
def test_what_is_no_compact_jwe(token):
    with pytest.raises(MalformedError):
        decrypt_jwe(token, KEY)
