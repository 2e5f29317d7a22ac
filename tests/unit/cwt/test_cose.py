"""COSE_Sign1: the examples of RFC 8392 and of the COSE working group, then everything hostile."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from esspass.cwt.cose import MAX_BYTES, create_sign1, parse_sign1, verify_sign1
from esspass.errors import EsspassError, MalformedError, SignatureError
from esspass.jose.cbor import create_cbor, parse_cbor
from esspass.keys.signer import KeySigner, create_key

SIGNER = KeySigner(create_key())
KEY = SIGNER.public_key
CONTENT = b"This is the content."


def _key(x, y, curve):
    return ec.EllipticCurvePublicNumbers(int(x, 16), int(y, 16), curve).public_key()


# RFC 8392, A.2.3 and A.3
CWT_KEY = _key(
    "143329cce7868e416927599cf65a34f3ce2ffda55a7eca69ed8919a394d42f0f",
    "60f7f1a780d8a783bfb7a2dd6b2796e8128dbbcef9d3d168db9529971a36e7b9",
    ec.SECP256R1(),
)
CWT = (
    "d28443a10126a104524173796d6d657472696345434453413235365850a701756"
    "36f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818636f"
    "61703a2f2f6c696768742e6578616d706c652e636f6d041a5612aeb0051a5610d"
    "9f0061a5610d9f007420b7158405427c1ff28d23fbad1f29c4c7c6a555e601d6f"
    "a29f9179bc3d7438bacaca5acd08c8d4d4f96131680c429a01f85951ecee743a5"
    "2b9b63632c57209120e1c9e30"
)
# The key "11" of RFC 9052's examples and of the working group's
KEY_11 = _key(
    "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff",
    "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e",
    ec.SECP256R1(),
)
KEY_P384 = _key(
    "9132723f6292b010619dbe248d698c17b58756c639e7150f81bee4eb8ac37236ad0a1a19d67be32a66263e1e524d129c",
    "98cd3078c554d832ac603c4326410ff61662459b41f1f3df5dbcc83598ff7c5ed8411ca735679d1c4cb3009397d9ef2c",
    ec.SECP384R1(),
)


def _message(header, unprotected=None, payload=CONTENT, signature=None, tag=b"\xd2"):
    """A COSE_Sign1 of anything, signed well."""
    header = header if isinstance(header, bytes) else create_cbor(header)
    signed = create_cbor(["Signature1", header, b"", payload])
    signature = SIGNER.sign(signed) if signature is None else signature
    return tag + create_cbor([header, unprotected or {}, payload, signature])


def _verify(data, key=KEY):
    verify_sign1(parse_sign1(data), key)


def test_the_signed_cwt_of_the_rfc():
    message = parse_sign1(bytes.fromhex(CWT))
    verify_sign1(message, CWT_KEY)
    assert message.unprotected == {4: b"AsymmetricECDSA256"}
    assert parse_cbor(message.payload) == {
        1: "coap://as.example.com",
        2: "erikw",
        3: "coap://light.example.com",
        4: 1444064944,
        5: 1443944944,
        6: 1443944944,
        7: b"\x0bq",
    }


GOOD = {
    "RFC 8152 C.2.1": "d28443a10126a10442313154546869732069732074686520636f6e74656e742e58408eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36",
}
BAD = {
    "sign-fail-01, wrong tag": "D903E68443A10126A10442313154546869732069732074686520636F6E74656E742E5840EAE868ECC176883766C5DC5BA5B8DCA25DAB3C2E56A551CE5705B793914348E19F43D6C6BA654472DA301B645B293C9BA939295B97C4BDB847782BFF384C5794",
    "sign-fail-02, other payload": "D28443A10126A10442313154546869732069732074686520636F6E74656E742F5840EAE868ECC176883766C5DC5BA5B8DCA25DAB3C2E56A551CE5705B793914348E19F43D6C6BA654472DA301B645B293C9BA939295B97C4BDB847782BFF384C5794",
    "sign-fail-06, added attribute": "D28445A201260300A10442313154546869732069732074686520636F6E74656E742E5840EAE868ECC176883766C5DC5BA5B8DCA25DAB3C2E56A551CE5705B793914348E19F43D6C6BA654472DA301B645B293C9BA939295B97C4BDB847782BFF384C5794",
    # Good elsewhere, refused here on purpose: what is not signed does not choose the algorithm,
    # and what is not tagged does not say what it is.
    "sign-pass-01, algorithm unprotected": "D28441A0A201260442313154546869732069732074686520636F6E74656E742E5840EAE868ECC176883766C5DC5BA5B8DCA25DAB3C2E56A551CE5705B793914348E11A02E5F0344BF2D4EE5C7FD75A68A9F5E0B3CC1F1FC1409C189566586FF9D610",
    "sign-pass-03, no tag": "8443A10126A10442313154546869732069732074686520636F6E74656E742E5840EAE868ECC176883766C5DC5BA5B8DCA25DAB3C2E56A551CE5705B793914348E19F43D6C6BA654472DA301B645B293C9BA939295B97C4BDB847782BFF384C5794",
}


@pytest.mark.parametrize("name", GOOD)
def test_the_examples_of_the_working_group_verify(name):
    _verify(bytes.fromhex(GOOD[name]), KEY_11)


def test_es384_verifies_and_nothing_of_another_size():
    # ecdsa-sig-02
    data = bytes.fromhex(
        "D28444A1013822A104445033383454546869732069732074686520636F6E74656E742E5860B8F85EFF78C88F5351CED2F1887B79B296490795594B62E41E22529BB90208B7D8CDDD4A46D0E9C986464D83D0A5D1EDF39B3E2C5750364230D0E8D76460D8808E76C83830FBBD1978CC174066EB437F17887979ECF027DCC9D51BAF6C4FD8C0"
    )
    _verify(data, KEY_P384)
    with pytest.raises(SignatureError):
        _verify(data, KEY_11)


@pytest.mark.parametrize("name", BAD)
def test_the_bad_examples_are_refused(name):
    with pytest.raises(EsspassError):
        _verify(bytes.fromhex(BAD[name]), KEY_11)


@given(st.dictionaries(st.integers(3, 500), st.integers(0, 500), max_size=3), st.binary())
def test_what_is_signed_verifies(header, payload):
    message = parse_sign1(create_sign1(header, payload, SIGNER))
    verify_sign1(message, KEY)
    assert message.payload == payload
    assert message.protected == {**header, 1: -7}


def test_a_header_cannot_override_the_algorithm_of_the_key():
    assert parse_sign1(create_sign1({1: -35}, b"", SIGNER)).protected == {1: -7}


def test_any_flipped_bit_is_refused():
    data = create_sign1({34: [-16, bytes(32)]}, CONTENT, SIGNER)
    for position in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            with pytest.raises(EsspassError):
                _verify(bytes(changed))


@pytest.mark.parametrize("end", range(0, 90, 7))
def test_a_message_cut_off_is_refused(end):
    with pytest.raises(MalformedError):
        parse_sign1(create_sign1({}, CONTENT, SIGNER)[:end])


HMAC, NONE = 5, 0
UNSIGNED = {
    "no algorithm": ({}, {}),
    "algorithm none": ({1: NONE}, {}),
    "algorithm null": ({1: None}, {}),
    "algorithm true": ({1: True}, {}),
    "algorithm by name": ({1: "ES256"}, {}),
    "an HMAC": ({1: HMAC}, {}),
    "EdDSA": ({1: -8}, {}),
    "ES512": ({1: -36}, {}),
    "ES256K": ({1: -47}, {}),
    "RSA": ({1: -257}, {}),
    "ES384 under a key of P-256": ({1: -35}, {}),
    "a list of algorithms": ({1: [-7]}, {}),
    "the algorithm not signed": ({}, {1: -7}),
    "critical parameters": ({1: -7, 2: [7], 7: 1}, {}),
    "critical parameters, not signed": ({1: -7}, {2: [1]}),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_other_algorithms_are_refused_though_the_signature_is_right(name):
    header, unprotected = UNSIGNED[name]
    with pytest.raises(SignatureError):
        _verify(_message(header, unprotected))


MALFORMED = {
    "not tagged": _message({1: -7}, tag=b""),
    "COSE_Mac0": _message({1: -7}, tag=b"\xd1"),
    "COSE_Sign": _message({1: -7}, tag=b"\xd8\x62"),
    "the tag in two bytes": _message({1: -7}, tag=b"\xd8\x12"),
    "tagged as CWT too": _message({1: -7}, tag=b"\xd8\x3d\xd2"),
    "the algorithm twice": _message({1: -7}, {1: -7}),
    "the header is no map": _message(create_cbor([1, -7])),
    "the header is not deterministic": _message(bytes.fromhex("a1180126")),
    "the header twice": _message(bytes.fromhex("a10126a0")),
    "a key of the header twice": _message(bytes.fromhex("a201260126")),
    "three members": b"\xd2" + create_cbor([b"", {}, b""]),
    "five members": b"\xd2" + create_cbor([b"", {}, b"", b"", b""]),
    "a map": b"\xd2" + create_cbor({1: 2}),
    "the header not wrapped": b"\xd2" + create_cbor([{1: -7}, {}, b"", b""]),
    "no payload": b"\xd2" + create_cbor([create_cbor({1: -7}), {}, None, bytes(64)]),
    "text for bytes": b"\xd2" + create_cbor([create_cbor({1: -7}), {}, "x", bytes(64)]),
    "the unprotected header is a list": b"\xd2" + create_cbor([b"", [], b"", b""]),
    "too large": b"\xd2" + bytes(MAX_BYTES),
    "deeply nested": b"\xd2" + b"\x81" * 60_000,
    "nothing": b"",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_messages_are_refused(name):
    with pytest.raises(MalformedError):
        parse_sign1(MALFORMED[name])


@pytest.mark.parametrize(
    "change",
    [
        lambda good: good[:0],
        lambda good: good[:-1],
        lambda good: good + b"\x00",
        lambda good: bytes(len(good)),
        lambda good: good[32:] + good[:32],
        lambda good: b"\xff" * len(good),
        lambda good: good[:32] + bytes(32),
    ],
)
def test_signatures_of_another_form_are_refused(change):
    header = create_cbor({1: -7})
    signature = SIGNER.sign(create_cbor(["Signature1", header, b"", CONTENT]))
    _verify(_message(header))
    with pytest.raises(SignatureError):
        _verify(_message(header, signature=change(signature)))


def test_a_signature_in_der_is_refused():
    header = create_cbor({1: -7})
    signed = create_cbor(["Signature1", header, b"", CONTENT])
    der = SIGNER.private_key.sign(signed, ec.ECDSA(hashes.SHA256()))
    assert decode_dss_signature(der)
    with pytest.raises(SignatureError):
        _verify(_message(header, signature=der))


def test_a_signature_for_another_purpose_is_refused():
    header = create_cbor({1: -7})
    for signed in (
        create_cbor(["Signature", header, b"", CONTENT]),
        create_cbor(["Signature1", header, b"more", CONTENT]),
        CONTENT,
    ):
        with pytest.raises(SignatureError):
            _verify(_message(header, signature=SIGNER.sign(signed)))


def test_other_keys_are_refused():
    data = create_sign1({}, CONTENT, SIGNER)
    for key in (
        create_key().public_key(),
        ec.generate_private_key(ec.SECP384R1()).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
    ):
        with pytest.raises(SignatureError):
            _verify(data, key)


class _Named(KeySigner):
    algorithm = "ES512"


def test_a_key_of_another_algorithm_signs_nothing():
    with pytest.raises(MalformedError):
        create_sign1({}, b"", _Named(create_key()))
