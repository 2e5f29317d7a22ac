import zlib

import pytest
from base45 import b45encode
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import MalformedError
from esspass.qr.armor import (
    MAX_CHARACTERS,
    MAX_INFLATED_BYTES,
    create_armor,
    parse_armor,
    parse_base45,
)

ALPHABET = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def _refusal(text):
    with pytest.raises(MalformedError) as refused:
        parse_armor(text)
    return refused.value.code


def _outcome(text):
    """What is read, or the code of the refusal."""
    try:
        return parse_armor(text)
    except MalformedError as error:
        return error.code


def _text(data):
    return b45encode(data).decode()


@given(st.binary(max_size=500))
def test_bytes_are_a_round_trip_in_the_alphanumeric_alphabet(data):
    text = create_armor(data)
    assert set(text) <= ALPHABET
    assert parse_armor(text) == data


@pytest.mark.parametrize(
    ("text", "data"), [("BB8", b"AB"), ("%69 VD92EX0", b"Hello!!"), ("QED8WEX0", b"ietf!")]
)
def test_the_examples_of_the_rfc(text, data):
    # RFC 9285, sections 4.3 and 4.4
    assert parse_base45(text) == data
    assert _text(data) == text


@pytest.mark.parametrize("text", ["A", "BB8A", "bb8", "BB8\n", "BB_", "GGW", "::", "ΑΑΑ", ":::"])
def test_base45_is_strict(text):
    # of these "GGW" is RFC 9285's own: 65,536 is no two bytes
    with pytest.raises(MalformedError) as refused:
        parse_base45(text)
    assert refused.value.code == "torn"


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_flipped_byte_is_never_read_as_another_text(data, draw):
    packed = bytearray(zlib.compress(data, 9))
    position = draw.draw(st.integers(0, len(packed) - 1))
    packed[position] ^= draw.draw(st.integers(1, 255))
    # The same text: a byte that only says how hard the packer tried.
    assert _outcome(_text(bytes(packed))) in {"torn", "too_large", data}


def test_a_bomb_is_not_inflated():
    bomb = zlib.compress(bytes(50_000_000), 9)
    assert len(bomb) < MAX_CHARACTERS / 2
    assert _refusal(_text(bomb)) == "too_large"


def test_the_largest_content_is_read_and_one_byte_more_is_not():
    assert len(parse_armor(_text(zlib.compress(bytes(MAX_INFLATED_BYTES))))) == MAX_INFLATED_BYTES
    assert _refusal(_text(zlib.compress(bytes(MAX_INFLATED_BYTES + 1)))) == "too_large"
    with pytest.raises(MalformedError):
        create_armor(bytes(MAX_INFLATED_BYTES + 1))


def test_what_is_missing_or_follows_is_torn():
    whole = zlib.compress(b"whole" * 20)
    for torn in (b"", whole[:-1], whole[:10], whole + b"\x00", whole + whole, whole[1:]):
        assert _refusal(_text(torn)) == "torn"


def test_a_stream_that_asks_for_a_dictionary_is_torn():
    packer = zlib.compressobj(zdict=b"dictionary")
    assert _refusal(_text(packer.compress(b"dictionary") + packer.flush())) == "torn"


def test_a_text_longer_than_any_is_refused_before_it_is_decoded():
    assert _refusal("A" * (MAX_CHARACTERS + 1)) == "too_large"
