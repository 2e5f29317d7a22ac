import pytest

from esspass.cwt import (
    create_certificate_digest,
    create_cwt,
    parse_cwt,
    verify_cwt,
    verify_validity,
)
from esspass.cwt.cose import create_sign1
from esspass.errors import ExpiredError, MalformedError, SignatureError
from esspass.jose.cbor import create_cbor
from esspass.jose.claims import StatusReference
from esspass.keys.signer import KeySigner, create_key
from tests.builders.credentials import NOW, create_parties

PARTIES = create_parties()
SEAL = PARTIES.issuer
STATUS = StatusReference("https://status.example.org/lists/1", 412)
CORE = {1: 1, 2: "A1-2026-1"}
DIGEST = create_certificate_digest(SEAL.certificates[0])
HEADER = {34: [-16, DIGEST]}
CLAIMS = {
    4: NOW + 600,
    6: NOW,
    65535: {"status_list": {"idx": 412, "uri": STATUS.uri}},
    -70001: CORE,
}


def _create(core=CORE, **changes):
    values = {"issued_at": NOW, "expires_at": NOW + 600, "status": STATUS, "signer": SEAL}
    return create_cwt(core, **{**values, **changes})


def _sign(claims=CLAIMS, header=HEADER):
    payload = claims if isinstance(claims, bytes) else create_cbor(claims)
    return create_sign1(header, payload, SEAL)


def _code(data):
    with pytest.raises(MalformedError) as refused:
        parse_cwt(data)
    return refused.value.code


def test_what_is_sealed_is_read_and_verified():
    cwt = parse_cwt(_create(issuer="https://fund.example.org"))
    assert cwt.certificate_digest == DIGEST
    verified = verify_cwt(cwt, SEAL.public_key)
    assert verified.core == CORE
    assert verified.issuer == "https://fund.example.org"
    assert (verified.issued_at, verified.expires_at) == (NOW, NOW + 600)
    assert verified.status == STATUS


def test_the_bytes_are_those_the_contract_describes():
    assert parse_cwt(_sign()).unverified_core == CORE
    assert _create()[:-64] == _sign()[:-64]


def test_the_seal_of_another_is_refused():
    with pytest.raises(SignatureError):
        verify_cwt(parse_cwt(_create()), PARTIES.stranger.public_key)


def test_a_digest_may_name_another_certificate_than_the_signers():
    cwt = parse_cwt(_create(certificate_digest=bytes(32), signer=KeySigner(create_key())))
    assert cwt.certificate_digest == bytes(32)


def test_a_seal_without_certificate_makes_nothing():
    with pytest.raises(MalformedError):
        _create(signer=KeySigner(create_key()))


@pytest.mark.parametrize(
    ("now", "code"),
    [(NOW - 61, "not_yet_valid"), (NOW + 660, "expired"), (NOW + 10**9, "expired")],
)
def test_validity_is_the_times_with_a_minute_of_leeway(now, code):
    verified = verify_cwt(parse_cwt(_create()), SEAL.public_key)
    for within in (NOW - 60, NOW, NOW + 659):
        verify_validity(verified, within)
    with pytest.raises(ExpiredError) as refused:
        verify_validity(verified, now)
    assert refused.value.code == code


HEADERS = {
    "no certificate": {},
    "the certificate itself": {33: b"certificate"},
    "certificate and more": {**HEADER, 4: b"kid"},
    "a digest by another hash": {34: [-15, bytes(32)]},
    "a digest by name": {34: ["sha-256", bytes(32)]},
    "a short digest": {34: [-16, bytes(31)]},
    "a long digest": {34: [-16, bytes(33)]},
    "an empty digest": {34: [-16, b""]},
    "a digest as text": {34: [-16, "0" * 32]},
    "no list": {34: bytes(32)},
    "three members": {34: [-16, bytes(32), 1]},
    "a list of digests": {34: [[-16, bytes(32)]]},
}


@pytest.mark.parametrize("name", HEADERS)
def test_other_headers_are_refused(name):
    assert _code(_sign(header=HEADERS[name])) == "bad_cwt"


def test_nothing_may_stand_outside_the_signature():
    data = _sign()
    assert data.count(b"\xa0") >= 1
    opened = data.replace(b"\xa0", b"\xa1\x04\x41\x00", 1)
    assert _code(opened) in {"bad_cwt", "bad_cose", "bad_cbor"}


def _without(label):
    return {name: value for name, value in CLAIMS.items() if name != label}


OTHER_CLAIMS = {
    "no claims": (b"", "bad_cbor"),
    "a list": (create_cbor([1]), "bad_cwt"),
    "JSON": (b"{}", "bad_cbor"),
    "no exp": (_without(4), "bad_cwt"),
    "no iat": (_without(6), "bad_cwt"),
    "no status": (_without(65535), "bad_cwt"),
    "no core": (_without(-70001), "bad_cwt"),
    "claims we do not know": ({**CLAIMS, 5: NOW}, "bad_cwt"),
    "a claim by name": ({**CLAIMS, "iss": "x"}, "bad_cwt"),
    "iss as bytes": ({**CLAIMS, 1: b"x"}, "bad_cwt"),
    "iss null": ({**CLAIMS, 1: None}, "bad_cwt"),
    "iss too long": ({**CLAIMS, 1: "x" * 256}, "bad_cwt"),
    "exp as text": ({**CLAIMS, 4: "soon"}, "bad_date"),
    "exp true": ({**CLAIMS, 4: True}, "bad_date"),
    "exp null": ({**CLAIMS, 4: None}, "bad_date"),
    "exp before iat": ({**CLAIMS, 4: NOW}, "bad_date"),
    "exp huge": ({**CLAIMS, 4: 2**64 - 1}, "bad_date"),
    "iat negative": ({**CLAIMS, 6: -1}, "bad_date"),
    "a tagged date": (b"\xa4" + b"\x04\xc1\x1a\x6b\x00\x00\x00", "bad_cbor"),
    "a date with fraction": (b"\xa1\x04\xfb" + bytes(8), "bad_cbor"),
    "status of another kind": ({**CLAIMS, 65535: {"other": 1}}, "bad_status_reference"),
    "status null": ({**CLAIMS, 65535: None}, "bad_status_reference"),
    "status without address": (
        {**CLAIMS, 65535: {"status_list": {"idx": 1}}},
        "bad_status_reference",
    ),
    "status elsewhere": (
        {**CLAIMS, 65535: {"status_list": {"idx": 1, "uri": "file:///etc/passwd"}}},
        "bad_status_reference",
    ),
    "a negative index": (
        {**CLAIMS, 65535: {"status_list": {"idx": -1, "uri": STATUS.uri}}},
        "bad_status_reference",
    ),
    "core as bytes": ({**CLAIMS, -70001: b"\xa0"}, "bad_cwt"),
    "core as list": ({**CLAIMS, -70001: [1]}, "bad_cwt"),
    "core by names": ({**CLAIMS, -70001: {"kind": 1}}, "bad_cwt"),
    "a deep core": ({**CLAIMS, -70001: {1: [[[[[[[[1]]]]]]]]}}, "bad_cbor"),
}


@pytest.mark.parametrize("name", OTHER_CLAIMS)
def test_other_claims_are_refused(name):
    claims, code = OTHER_CLAIMS[name]
    assert _code(_sign(claims)) == code


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NOW},
        {"issued_at": -1},
        {"issuer": "x" * 300},
        {"certificate_digest": b""},
        {"certificate_digest": bytes(31)},
        {"status": StatusReference("ftp://x", 1)},
        {"core": {"kind": 1}},
        {"core": {1: 1.5}},
    ],
)
def test_what_would_not_be_read_is_not_sealed(changes):
    changes = dict(changes)
    with pytest.raises(MalformedError):
        _create(changes.pop("core", CORE), **changes)
