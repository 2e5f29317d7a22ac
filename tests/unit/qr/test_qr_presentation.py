import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import EsspassError, MalformedError
from esspass.jose.cbor import create_cbor, parse_cbor
from esspass.keys.jwk import encode_base64url
from esspass.qr.armor import create_armor, parse_armor
from esspass.qr.presentation import MAX_CERTIFICATES, pack_presentation, unpack_presentation
from esspass.sdjwt import parse_sd_jwt, parse_sd_jwt_vc, verify_key_binding, verify_sd_jwt_vc
from tests.builders.credentials import create_parties
from tests.unit.qr.shown import AUDIENCE, DOCUMENTS, NONCE, NOW, show

ENCODED = st.binary(max_size=40).map(encode_base64url)
PART = ENCODED | st.text("ABCxyz019-_", max_size=9) | st.text("ABC+/=", max_size=9)
HEADER = st.one_of(
    ENCODED,
    st.lists(st.binary(min_size=140, max_size=200), max_size=6).flatmap(
        lambda certificates: st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " :")]).map(
            lambda separators: _header(certificates, separators)
        )
    ),
)


def _header(certificates, separators=(",", ":")):
    x5c = [base64.b64encode(certificate).decode() for certificate in certificates]
    return _encode(json.dumps({"alg": "ES256", "x5c": x5c}, separators=separators))


def _encode(text):
    return encode_base64url(text.encode())


def _jwt(header):
    return st.tuples(header, PART, PART).map(".".join)


PRESENTATIONS = st.tuples(_jwt(HEADER), st.lists(PART, max_size=5), st.none() | _jwt(PART)).map(
    lambda parts: "~".join((parts[0], *parts[1], parts[2] or ""))
)


def _outcome(text):
    """What is read, or the code of the refusal."""
    try:
        return unpack_presentation(parse_armor(text))
    except MalformedError as error:
        return error.code


def _refused(packed):
    with pytest.raises(MalformedError) as refused:
        unpack_presentation(packed if isinstance(packed, bytes) else create_cbor(packed))
    return refused.value.code


@pytest.mark.parametrize(("vct", "document"), list(DOCUMENTS.values()), ids=DOCUMENTS)
def test_a_credential_comes_back_exactly(vct, document):
    text = show(vct, document)
    packed = pack_presentation(text)
    assert unpack_presentation(packed) == text
    assert len(packed) < 0.78 * len(text)


@given(PRESENTATIONS)
def test_whatever_has_the_form_comes_back_exactly(text):
    assert unpack_presentation(pack_presentation(text)) == text


@pytest.mark.parametrize(
    "header",
    [
        '{"x5c":["' + "A" * 201 + '"]}',  # no length base64 has
        '{"x5c":["' + "A" * 202 + "B=" + '"]}',  # bits that stand for nothing
        '{"x5c":["' + "A" * 200 + '\\u0041AAA"]}',  # an escape
        '{"x5c":["' + "\\/" * 200 + '"]}',
        '{"note":"' + "word" * 60 + '"}',  # not a certificate, and still the same
        "Ñ" * 300,
        "",
    ],
)
def test_headers_that_look_like_certificates_come_back_exactly(header):
    text = f"{_encode(header)}.e30.AA~"
    assert unpack_presentation(pack_presentation(text)) == text


def test_certificates_travel_as_bytes():
    certificates = [bytes([n]) * 300 for n in range(2)]
    packed = pack_presentation(f"{_header(certificates)}.e30.AA~")
    header = parse_cbor(packed)[1][0]
    assert header[1::2] == certificates
    assert header[0] == '{"alg":"ES256","x5c":["'


def test_more_certificates_than_a_chain_has_stay_text():
    text = f"{_header([bytes(300)] * (MAX_CERTIFICATES + 2))}.e30.AA~"
    assert unpack_presentation(pack_presentation(text)) == text


def test_any_changed_character_is_noticed():
    """Nearly always by the checksum, which a change of three bytes may slip past, else by a signature."""
    vct, document = next(iter(DOCUMENTS.values()))
    text = show(vct, document)
    whole = create_armor(pack_presentation(text))
    slipped = []
    for position in range(len(whole)):
        other = "0" if whole[position] != "0" else "1"
        changed = whole[:position] + other + whole[position + 1 :]
        outcome = _outcome(changed)
        if outcome not in {"torn", "too_large", text}:
            slipped.append(outcome)
    assert len(slipped) <= 2
    for other in slipped:
        _assert_not_verified(other)


@pytest.mark.parametrize("part", ["header", "payload", "disclosure", "key binding"])
def test_what_slips_past_the_checksum_is_not_verified(part):
    vct, document = next(iter(DOCUMENTS.values()))
    text = show(vct, document)
    position = {
        "header": 5,
        "payload": text.index(".") + 60,
        "disclosure": text.index("~") + 40,
        "key binding": text.rindex("~") + 120,
    }[part]
    other = "B" if text[position] == "A" else "A"
    _verify(text)
    _assert_not_verified(text[:position] + other + text[position + 1 :])


def _assert_not_verified(text):
    with pytest.raises(EsspassError):
        _verify(text)


def _verify(text):
    verify_sd_jwt_vc(parse_sd_jwt_vc(text))
    holder = create_parties().holder.public_key
    verify_key_binding(parse_sd_jwt(text), holder, nonce=NONCE, audience=AUDIENCE, now=NOW)


@pytest.mark.parametrize(
    "text", ["", "a", "a.b.c", "a.b~", "a.b.c.d~", "a.b.c~x.y", "a.b.c~é~", "a.b.ç~", "a b.c.d~"]
)
def test_what_is_no_presentation_is_not_packed(text):
    with pytest.raises(MalformedError) as refused:
        pack_presentation(text)
    assert refused.value.code == "not_ours"


def test_too_many_disclosures_and_too_long_texts_are_not_packed():
    with pytest.raises(MalformedError):
        pack_presentation("a.b.c~" + "AA~" * 600)
    with pytest.raises(MalformedError) as refused:
        pack_presentation(f"a.{'A' * 300_000}.c~")
    assert refused.value.code == "too_large"


JWT = [b"{}", b"{}", b"\x00"]


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\xff",
        b"\xd2\x84",
        None,
        {},
        [],
        [1, JWT, []],
        [1, JWT, [], None, None],
        [2, JWT, [], None],
        ["1", JWT, [], None],
        [1, b"abc", [], None],
        [1, JWT[:2], [], None],
        [1, JWT, None, None],
        [1, JWT, [None], None],
        [1, JWT, [[b"x"]], None],
        [1, JWT, ["a~b"], None],
        [1, JWT, ["a.b"], None],
        [1, JWT, [7], None],
        [1, JWT, [], b"abc"],
        [1, JWT, [], JWT[:2]],
        [1, [["a"] * 2, b"", b""], [], None],
        [1, [[b"a", "b", b"c"], b"", b""], [], None],
        [1, [["a", b"b"], b"", b""], [], None],
        [1, [["a", b"b"] * 5 + ["a"], b"", b""], [], None],
        [1, JWT, [b"x"] * 513, None],
    ],
)
def test_hostile_packs_are_torn(packed):
    assert _refused(packed) == "torn"


def test_a_pack_that_would_grow_too_large_is_refused():
    assert _refused([1, [b"", bytes(200_000), b""], [], None]) == "too_large"
