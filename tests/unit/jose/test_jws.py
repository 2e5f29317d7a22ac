import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import EsspassError, MalformedError, SignatureError
from esspass.jose.claims import MAX_DATE, parse_date
from esspass.jose.jws import (
    create_json,
    create_jws,
    parse_json,
    parse_json_object,
    parse_jws,
    verify_jws,
)
from esspass.keys.signer import KeySigner, create_key

SIGNER = KeySigner(create_key())
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


@given(JSON)
def test_json_is_a_round_trip(value):
    assert parse_json(create_json(value)) == value


@given(st.dictionaries(TEXT, JSON, max_size=3), st.dictionaries(TEXT, JSON, max_size=3))
def test_a_jws_gives_back_header_and_claims(header, claims):
    header = {k: v for k, v in header.items() if k not in {"alg", "crit", "b64"}}
    jws = parse_jws(create_jws(header, claims, SIGNER))
    verify_jws(jws, SIGNER.public_key)
    assert jws.claims() == claims
    assert jws.header == {**header, "alg": "ES256"}


def test_the_header_cannot_override_the_algorithm_of_the_key():
    assert parse_jws(create_jws({"alg": "none"}, {}, SIGNER)).header["alg"] == "ES256"


@given(st.binary(max_size=40))
def test_any_flipped_bit_is_refused(payload):
    token = create_jws({"typ": "x"}, payload, SIGNER)
    for position in range(len(token)):
        changed = token[:position] + chr(ord(token[position]) ^ 1) + token[position + 1 :]
        with pytest.raises(EsspassError):
            verify_jws(parse_jws(changed), SIGNER.public_key)


def test_an_empty_allow_list_allows_nothing():
    with pytest.raises(SignatureError):
        verify_jws(parse_jws(create_jws({}, {}, SIGNER)), SIGNER.public_key, ())


def test_an_allow_list_cannot_bring_back_none():
    jws = parse_jws("eyJhbGciOiJub25lIn0.e30.")
    with pytest.raises(SignatureError):
        verify_jws(jws, SIGNER.public_key, {"none"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 2",
        "[1,]",
        "{'a':1}",
        '{"a":1,"a":1}',
        '{"a":{"b":1,"b":2}}',
        "NaN",
        "-Infinity",
        "1e400",
        "-1e400",
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '{"\\ud800":1}',
        "[" * 100_000,
        "9" * 5000,
        "\ufeff{}",
        "01",
        '"\t"',
    ],
)
def test_json_that_is_refused(text):
    with pytest.raises(MalformedError):
        parse_json(text)


@pytest.mark.parametrize("data", [b"\xff", b'"\xed\xa0\x80"', '{"a":1}'.encode("utf-16")])
def test_bytes_that_are_not_utf_8(data):
    with pytest.raises(MalformedError):
        parse_json(data)


def test_a_surrogate_pair_is_one_character():
    assert parse_json('"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize("text", ["[]", "1", "null", '"x"'])
def test_an_object_is_asked_for(text):
    with pytest.raises(MalformedError):
        parse_json_object(text)


@pytest.mark.parametrize(
    "token", [None, 1, b"a.b.c", "", "a.b", "a.b.c.d", "e30..é", "e30=.e30.AA"], ids=repr
)
def test_what_is_no_compact_jws(token):
    with pytest.raises(MalformedError):
        parse_jws(token)


def test_a_token_over_the_limit_is_not_read():
    with pytest.raises(MalformedError):
        parse_jws(create_jws({}, {"x": "y" * 100}, SIGNER), max_bytes=100)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1.9, 1), (MAX_DATE, MAX_DATE)])
def test_dates(value, expected):
    assert parse_date({"exp": value}, "exp") == expected
    assert parse_date({}, "exp") is None


@pytest.mark.parametrize("value", [None, True, "1", -1, -0.5, MAX_DATE + 1, [1], 10**400], ids=repr)
def test_what_is_no_date(value):
    with pytest.raises(MalformedError):
        parse_date({"exp": value}, "exp")
