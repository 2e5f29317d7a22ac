"""Cards: our own SVG, values escaped, cut to fit, blank where nothing was disclosed."""

import xml.etree.ElementTree as ET

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID, attestation_type, render_card
from tests.builders.documents import (
    VCTS,
    a_represented_ehic,
    changed,
    citizen,
    complete_claims,
    hide,
)


def _texts(svg):
    return [
        "".join(element.itertext()).strip()
        for element in ET.fromstring(svg).iter()
        if element.tag.endswith("text")
    ]


@pytest.mark.parametrize("vct", VCTS)
@pytest.mark.parametrize("locale", ["en", "lt", "el", "ro"])
def test_cards_are_svg_without_leftovers(vct, locale):
    svg = render_card(vct, complete_claims(vct), locale)
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert "{{" not in svg
    assert "%label" not in svg


def test_the_a1_says_who_where_and_when():
    texts = _texts(render_card(PDA1_WEBUILD, complete_claims(PDA1_WEBUILD), "en"))
    for text in (
        "Portable Document A1",
        "Žemaitis",
        "Šarūnas",
        "17 May 1984",
        "Lithuania",
        "1 Feb 2026",
        "31 Jan 2027",
        "Posted employed person",
        "LT:90001",
        "A1-LT-2026-000001",
    ):
        assert text in texts


def test_captions_are_in_the_language_of_the_reader():
    texts = _texts(render_card(EHIC, complete_claims(EHIC), "lt"))
    assert "Europos sveikatos draudimo kortelė" in texts
    assert "8Kortelės identifikavimo numeris" in texts


def test_a_card_held_for_a_child_names_the_child():
    assert "Matas Dovydaitis" in _texts(
        render_card(EHIC, complete_claims(EHIC, a_represented_ehic()), "en")
    )
    assert "Matas" not in render_card(EHIC, complete_claims(EHIC), "en")


def test_two_employers_share_a_line():
    claims = complete_claims(PDA1_EUDI, citizen("driver").documents[0])
    assert "UAB Pavyzdinės krovinių linijos and P…" in _texts(render_card(PDA1_EUDI, claims, "en"))


def test_tm_03_values_cannot_break_out_of_their_text():
    attack = '"><script>alert(1)</script>&{{pin}}<a href="x">'
    for path in (
        ["subject", "names", "surnames"],
        ["documentID"],
        ["competentInstitution", "institutionName"],
    ):
        svg = render_card(PDA1_WEBUILD, changed(complete_claims(PDA1_WEBUILD), path, attack), "en")
        assert "<script" not in svg
        assert not [
            element
            for element in ET.fromstring(svg).iter()
            if element.tag.endswith(("script", "}a"))
        ]


def test_values_are_not_read_as_placeholders_or_replacement_patterns():
    claims = changed(complete_claims(PDA1_WEBUILD), ["documentID"], r"\1 {{surnames}}")
    assert r"\1 {{surnames}}" in _texts(render_card(PDA1_WEBUILD, claims, "en"))


def test_long_values_are_cut():
    claims = changed(complete_claims(PID), ["family_name"], "Ž" * 500)
    (name,) = [text for text in _texts(render_card(PID, claims, "en")) if text.startswith("ŽŽ")]
    assert len(name) <= 30
    assert name.endswith("…")


@pytest.mark.parametrize("vct", VCTS)
def test_what_is_hidden_stays_blank(vct):
    svg = render_card(vct, hide(vct, complete_claims(vct), attestation_type(vct).disclosable), "en")
    assert "38405170415" not in svg
    assert "None" not in svg
