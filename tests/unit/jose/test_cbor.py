import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esspass.errors import MalformedError
from esspass.jose.cbor import MAX_BYTES, MAX_DEPTH, create_cbor, parse_cbor

NUMBERS = st.integers(-(2**64), 2**64 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.binary(max_size=40) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NUMBERS | TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example({24: 0, -1: 0, 1: 0, "a": 0, 256: 0, -70001: 0})
def test_a_value_is_a_round_trip(value):
    assert parse_cbor(create_cbor(value), max_depth=20) == value


@given(VALUES)
def test_another_library_reads_the_same(value):
    assert cbor2.loads(create_cbor(value)) == value


def test_keys_are_ordered_by_their_bytes():
    # RFC 8949, section 4.2.1, the list of that section
    keys = [10, 100, -1, "z", "aa"]
    encoded = create_cbor(dict.fromkeys(reversed(keys), None))
    assert encoded.hex() == "a50af61864f620f6617af6626161f6"
    assert list(parse_cbor(encoded)) == keys


@given(st.binary(max_size=60))
@example(b"\x9a\x7f\xff\xff\xff\x01")
def test_whatever_is_read_has_no_other_encoding(data):
    try:
        value = parse_cbor(data)
    except MalformedError:
        return
    assert create_cbor(value) == data


HOSTILE = {
    "nothing": "",
    "two values": "0102",
    "one in two bytes": "1801",
    "one in nine bytes": "1b0000000000000001",
    "a length in too many bytes": "780161",
    "bytes of indefinite length": "5f4101ff",
    "an array of indefinite length": "9f01ff",
    "a lone break": "ff",
    "a byte string cut off": "5b7fffffffffffffff01",
    "an array of more elements than bytes": "9b7fffffffffffffff01",
    "a map of more members than bytes": "bb00000000ffffffff01",
    "a reserved length": "1c",
    "a key twice": "a201010102",
    "the same key, a text": "a2616101616102",
    "keys in the wrong order": "a202010101",
    "a key that is bytes": "a1410101",
    "a key that is true": "a1f501",
    "a key that is an array": "a1800101",
    "a tag: date": "c11a514b67b0",
    "a tag: big number": "c249010000000000000000",
    "a tag: bigfloat that takes all memory": "c5821b7fffffffffffffff01",
    "a tag: shared reference": "d81c01",
    "a tag: regular expression": "d8236228612b292b24",
    "a half float": "f93c00",
    "not a number": "f97e00",
    "infinity": "fb7ff0000000000000",
    "undefined": "f7",
    "a simple value": "f0",
    "text that is not UTF-8": "62c328",
    "half a surrogate pair": "63eda080",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused(name):
    with pytest.raises(MalformedError) as refused:
        parse_cbor(bytes.fromhex(HOSTILE[name]))
    assert refused.value.code == "bad_cbor"


def test_depth_is_bounded():
    assert parse_cbor(b"\x81" * MAX_DEPTH + b"\x01")
    for opening in (b"\x81", b"\xa1\x01"):
        with pytest.raises(MalformedError):
            parse_cbor(opening * 100_000)


def test_size_is_bounded():
    with pytest.raises(MalformedError) as refused:
        parse_cbor(b"\x00" * (MAX_BYTES + 1))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    "value", [1.5, {1, 2}, 2**64, -(2**64) - 1, {b"x": 1}, {True: 1}, {None: 1}, "\ud800", object()]
)
def test_what_has_no_place_is_not_written(value):
    with pytest.raises(MalformedError):
        create_cbor(value)
