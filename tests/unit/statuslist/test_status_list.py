import base64
import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import EsspassError, MalformedError, VerificationError
from esspass.statuslist import INVALID, SUSPENDED, VALID, StatusList, parse_status_reference


def to_lst(data, level=9):
    return base64.urlsafe_b64encode(zlib.compress(data, level)).rstrip(b"=").decode()


@given(st.sampled_from([1, 2, 4, 8]), st.data())
def test_what_was_set_is_read_after_a_round_trip(bits, data):
    size = data.draw(st.integers(1, 300))
    entries = data.draw(st.dictionaries(st.integers(0, size - 1), st.integers(0, 2**bits - 1)))
    statuses = StatusList.empty(size, bits)
    for index, value in entries.items():
        statuses.set(index, value)
    again = StatusList.decompress(bits, statuses.compress())
    assert bytes(again) == bytes(statuses)
    assert [again.get(i) for i in range(size)] == [entries.get(i, 0) for i in range(size)]


def test_the_first_entry_is_in_the_low_bit():
    """The example of section 4.1: bytes 0xB9 0xA3 for 1,0,0,1,1,1,0,1, 1,1,0,0,0,1,0,1."""
    statuses = StatusList.empty(16, 1)
    for index, value in enumerate([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]):
        statuses.set(index, value)
    assert bytes(statuses).hex() == "b9a3"


def test_two_bits_are_packed_from_the_low_end():
    """The example of section 4.1: 1,2,0,3,0,1,0,1,1,2,3,3 is 0xC9 0x44 0xF9."""
    statuses = StatusList.empty(12, 2)
    for index, value in enumerate([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]):
        statuses.set(index, value)
    assert bytes(statuses).hex() == "c944f9"


def test_a_status_can_change_and_leaves_its_neighbours():
    statuses = StatusList.empty(8, 2)
    statuses.set(2, SUSPENDED)
    statuses.set(3, INVALID)
    statuses.set(2, VALID)
    assert [statuses.get(i) for i in range(8)] == [0, 0, 0, 1, 0, 0, 0, 0]


def test_size_is_rounded_up_to_a_byte():
    assert StatusList.empty(9, 1).size == 16
    assert StatusList.empty(1, 2).size == 4


@pytest.mark.parametrize("bits", [0, 3, 5, 16, -1, True, "1", None], ids=repr)
def test_sl_05_bits_other_than_1_2_4_8(bits):
    with pytest.raises(MalformedError) as refusal:
        StatusList.decompress(bits, to_lst(b"\0"))
    assert refusal.value.code == "status_list_bits"


@pytest.mark.parametrize("index", [-1, 16, 2**70])
def test_sl_04_index_beyond_the_end(index):
    statuses = StatusList.empty(16, 1)
    with pytest.raises(VerificationError) as refusal:
        statuses.get(index)
    assert refusal.value.code == "status_index_unknown"
    with pytest.raises(VerificationError):
        statuses.set(index, 1)


@pytest.mark.parametrize("index", [-1, 1.0, True, False, "1", None, [1], {}], ids=repr)
def test_sl_04_index_that_is_no_index(index):
    claims = {"status": {"status_list": {"uri": "https://s.example.org/1", "idx": index}}}
    with pytest.raises(MalformedError) as refusal:
        parse_status_reference(claims)
    assert refusal.value.code == "bad_status_reference"


@pytest.mark.parametrize(
    "status",
    [None, [], "x", {}, {"status_list": None}, {"status_list": []}, {"identifier_list": {}}],
    ids=repr,
)
def test_a_status_nobody_can_read_is_not_the_absence_of_one(status):
    with pytest.raises(MalformedError):
        parse_status_reference({"status": status})
    assert parse_status_reference({}) is None


def test_a_reference_is_read():
    claims = {"status": {"status_list": {"uri": "https://s.example.org/1", "idx": 0}, "other": 1}}
    reference = parse_status_reference(claims)
    assert (reference.uri, reference.index) == ("https://s.example.org/1", 0)


def test_sl_01_a_bomb_stops_at_the_cap():
    """200 MB of zeros in 194 kB; the cap is met long before memory is."""
    bomb = to_lst(bytes(200_000_000))
    assert len(bomb) < 300_000
    with pytest.raises(MalformedError) as refusal:
        StatusList.decompress(1, bomb)
    assert refusal.value.code == "status_list_too_large"


def test_sl_01_the_cap_is_exact():
    lst = to_lst(bytes(1000))
    assert StatusList.decompress(8, lst, max_bytes=1000).size == 1000
    with pytest.raises(MalformedError):
        StatusList.decompress(8, lst, max_bytes=999)


@pytest.mark.parametrize(
    "lst",
    [
        pytest.param("", id="empty"),
        pytest.param("AAAA", id="not zlib"),
        pytest.param(to_lst(bytes(100))[:-4], id="cut off"),
        pytest.param(to_lst(bytes(100)) + "====", id="padded"),
        pytest.param(
            base64.urlsafe_b64encode(zlib.compress(b"\0") + b"more").rstrip(b"=").decode(),
            id="with bytes after it",
        ),
        pytest.param(
            base64.urlsafe_b64encode(zlib.compress(b"\0")[2:-4]).rstrip(b"=").decode(),
            id="raw deflate",
        ),
        pytest.param(
            base64.urlsafe_b64encode(zlib.compress(b"\0")[:-1] + b"x").rstrip(b"=").decode(),
            id="wrong checksum",
        ),
    ],
)
def test_a_list_that_does_not_inflate(lst):
    with pytest.raises(MalformedError):
        StatusList.decompress(1, lst)


@pytest.mark.parametrize("value", [2, -1, 256])
def test_a_value_must_fit(value):
    with pytest.raises(MalformedError):
        StatusList.empty(8, 1).set(0, value)


def test_a_big_list_stays_small():
    """A million entries with some withdrawals: about 10 kB, so everybody can take the whole (SL-10)."""
    statuses = StatusList.empty(1_000_000, 1)
    for number in range(5000):
        statuses.set(int.from_bytes(os.urandom(4), "big") % 1_000_000, number % 2)
    assert len(statuses.compress()) < 20_000


@given(st.text(max_size=40))
def test_decompress_raises_only_our_errors(text):
    try:
        StatusList.decompress(1, text)
    except EsspassError:
        return
