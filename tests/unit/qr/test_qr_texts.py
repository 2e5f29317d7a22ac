import contextlib
import io
import zlib

import pytest
import segno
import zxingcpp
from base45 import b45encode
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from esspass.attestations import attestation_type
from esspass.errors import MalformedError
from esspass.qr import (
    PAPER_CHARACTERS,
    SCREEN_CHARACTERS,
    FrameCollector,
    create_paper_text,
    create_qr_text,
    create_qr_texts,
    read_qr_text,
)
from esspass.qr.texts import PAPER_VERSION, SCREEN_VERSION
from tests.unit.qr.shown import DOCUMENTS, asked, show

A_DOCUMENT = next(iter(DOCUMENTS.values()))


def _refusal(text):
    with pytest.raises(MalformedError) as refused:
        read_qr_text(text)
    return refused.value.code


def _fits(characters, version, error):
    try:
        segno.make_qr("A" * characters, version=version, error=error, boost_error=False)
    except segno.DataOverflowError:
        return False
    return True


def _collect(texts):
    collector = FrameCollector()
    return [collector.add(read_qr_text(text).frame) for text in texts][-1].text


@pytest.mark.parametrize(
    ("characters", "version", "error"),
    [(SCREEN_CHARACTERS, SCREEN_VERSION, "l"), (PAPER_CHARACTERS, PAPER_VERSION, "m")],
)
def test_the_budgets_are_what_the_symbols_hold(characters, version, error):
    assert _fits(characters, version, error)
    assert not _fits(characters + 1, version, error)


@pytest.mark.parametrize(("vct", "document"), list(DOCUMENTS.values()), ids=DOCUMENTS)
def test_a_presentation_is_shown_in_few_frames(vct, document):
    # ADR 0008: what is asked of an A1 takes at most five symbols, a second at five a second
    everything, what_is_asked = show(vct, document), show(vct, document, asked(vct))
    for text in (everything, what_is_asked):
        shown = create_qr_texts(text)
        assert 2 <= len(shown) <= 5
        for frame in shown:
            symbol = segno.make_qr(frame, error="l", boost_error=False)
            assert symbol.version <= SCREEN_VERSION
            assert symbol.mode == "alphanumeric"
        assert read_qr_text(_collect(shown)).presentation == text


def test_not_even_an_empty_presentation_fits_one_symbol_but_a_short_text_does():
    vct, document = A_DOCUMENT
    assert len(create_qr_text(show(vct, document, []))) > SCREEN_CHARACTERS
    assert create_qr_texts("e30.e30.AA~") == (create_qr_text("e30.e30.AA~"),)
    assert attestation_type(vct).disclosable


def test_a_reader_of_others_gives_the_text_back():
    vct, document = A_DOCUMENT
    for frame in create_qr_texts(show(vct, document)):
        image = io.BytesIO()
        segno.make_qr(frame, error="l", boost_error=False).save(image, kind="png", scale=3)
        with Image.open(image) as drawn:
            assert zxingcpp.read_barcodes(drawn)[0].text == frame


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_ours"),
        ("ESP", "not_ours"),
        ("hello", "not_ours"),
        ("BEGIN:VCARD\nEND:VCARD", "not_ours"),
        ("ESP2:ABC", "not_ours"),
        ("esp1:ABC", "not_ours"),
        ("HC1:6BFOXN%TSMAHN-H", "eu_covid_certificate"),
        ("http://example.org", "a_url"),
        ("https://example.org/x?y", "a_url"),
        ("HTTPS://EXAMPLE.ORG", "a_url"),
        ("openid4vp://?client_id=x", "a_request"),
        ("haip-vp://?client_id=x", "a_request"),
        ("openid-credential-offer://?credential_offer_uri=x", "an_offer"),
        ("haip-vci://?x", "an_offer"),
        ("ESP1:", "torn"),
        ("ESP1:ABC", "torn"),
        ("ESP1:abc", "torn"),
        ("ESD1:", "torn"),
        ("ESD1:ÄÖÜ", "torn"),
        ("ESF1:", "torn"),
        ("ESF1:ABCD/70/1:X", "too_large"),
        ("ESP1:" + "A" * 200_000, "too_large"),
        ("x" * 50_000_000, "too_large"),
    ],
)
def test_what_it_is_instead_is_said(text, code):
    assert _refusal(text) == code


def test_a_presentation_cut_short_is_torn():
    text = create_qr_text(show(*A_DOCUMENT))
    assert {_refusal(text[:end]) for end in range(5, len(text), 97)} == {"torn"}


def test_a_bomb_is_too_large_for_every_kind():
    bomb = b45encode(zlib.compress(bytes(20_000_000), 9)).decode()
    assert {_refusal("ESP1:" + bomb), _refusal("ESD1:" + bomb)} == {"too_large"}


def test_what_a_scanner_types_after_the_text_is_ignored():
    text = create_qr_text("e30.e30.AA~")
    for typed in ("\r\n", "\n", "\t"):
        assert read_qr_text(text + typed).presentation == "e30.e30.AA~"
    assert read_qr_text("ESP1:" + text[5:]).kind == "presentation"


def test_paper_keeps_to_its_symbol():
    assert read_qr_text(create_paper_text(b"cwt")).paper == b"cwt"
    noise = b"".join(zlib.crc32(bytes([n % 256, n // 256])).to_bytes(4, "big") for n in range(300))
    with pytest.raises(MalformedError) as refused:
        create_paper_text(noise)
    assert refused.value.code == "too_large"


@given(st.text(max_size=60) | st.text("ESPDF1:/0ABC", max_size=60))
def test_no_text_does_worse_than_a_named_refusal(text):
    for start in ("", "ESP1:", "ESD1:", "ESF1:"):
        with contextlib.suppress(MalformedError):
            read_qr_text(start + text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://esspass.example.evil.example/valid", "a_url"),
        (" https://example.org", "not_ours"),
        ("javascript:alert(1)", "not_ours"),
        ("intent://scan/#Intent;end", "not_ours"),
        ("data:text/html,<b>valid</b>", "not_ours"),
        ("eudi-openid4vp://?request_uri=https://evil.example", "a_request"),
        ("ESP1:https://evil.example", "torn"),
    ],
)
def test_qr_01_an_address_is_named_and_never_followed(text, code):
    assert _refusal(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\x00ESP1:",
        "ESP1:\x00",
        "ESD1:BB8\x00",
        "\ufeffESP1:",
        "漢字",
        "\\000026",
        "]Q3ESP1:",
    ],
)
def test_qr_04_other_modes_and_control_characters_are_refused(text):
    assert _refusal(text) in {"not_ours", "torn"}


def test_qr_04_more_than_a_symbol_holds_is_refused_unless_a_scanner_could_have_joined_it():
    assert _refusal("ESF1:ABCD/2/1:" + "0" * 7000) == "too_large"
    assert _refusal("ESP1:" + "0" * 7000) == "torn"
