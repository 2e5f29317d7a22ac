"""Documents in plain words, in four languages, in the order of the form, nothing left out."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    attestation_type,
    describe_claims,
    describe_path,
    describe_type,
    envelope_claims,
    render_card,
)
from tests.builders.documents import (
    VCTS,
    a_represented_ehic,
    changed,
    citizen,
    complete_claims,
    hide,
)

LOCALES = ["en", "lt", "el", "ro"]


def _rows(vct, claims, locale="en"):
    return [
        (row.group, row.box, row.label, row.value) for row in describe_claims(vct, claims, locale)
    ]


def _driver(vct):
    return complete_claims(vct, citizen("driver").documents[0])


def test_a_posting_reads_like_the_form():
    assert _rows(PDA1_WEBUILD, complete_claims(PDA1_WEBUILD)) == [
        ("Personal details of the holder", "1.1", "Personal identification number", "38405170415"),
        ("Personal details of the holder", "1.1", "Sex", "male"),
        ("Personal details of the holder", "1.2", "Surname", "Žemaitis"),
        ("Personal details of the holder", "1.3", "Forenames", "Šarūnas"),
        ("Personal details of the holder", "1.5", "Date of birth", "17 May 1984"),
        ("Personal details of the holder", "1.6", "Nationality", "Lithuania"),
        ("Personal details of the holder", "1.7", "Place of birth", "Kaunas, Lithuania"),
        (
            "Personal details of the holder",
            "1.8",
            "Address in the State of residence",
            "Ąžuolyno g. 15-4, LT-44100 Kaunas, Lithuania",
        ),
        (
            "Personal details of the holder",
            "1.9",
            "Address in the State of stay",
            "Οδός Λιμένος 21, 185 38 Πειραιάς, Greece",
        ),
        ("Member State legislation which applies", "2.1", "Member State", "Lithuania"),
        ("Member State legislation which applies", "2.2", "Starting date", "1 February 2026"),
        ("Member State legislation which applies", "2.3", "Ending date", "31 January 2027"),
        (
            "Member State legislation which applies",
            "2.4",
            "The certificate applies for the duration of the activity",
            "Yes",
        ),
        ("Member State legislation which applies", "2.5", "The determination is provisional", "No"),
        ("Status confirmation", "3", "Situation of the holder", "Posted employed person"),
        ("Employer", "4", "Type of activity", "Employed activity"),
        ("Employer", "4", "Name or business name", "UAB Pavyzdinė statyba"),
        ("Employer", "4", "Employer or self-employment number", "900004516"),
        ("Employer", "4", "Kind of number", "Tax number"),
        ("Employer", "4", "Registered address", "Statybininkų g. 40, LT-50100 Kaunas, Lithuania"),
        ("Place of work in Greece", "5.1", "Company or vessel", "Εργοτάξιο Λιμένα Πειραιά"),
        ("Place of work in Greece", "5.1", "Company number", "990000456"),
        ("Place of work in Greece", "5.1", "Kind of number", "Tax number"),
        (
            "Place of work in Greece",
            "5.2",
            "Address of the place of work",
            "Ακτή Υποδείγματος 3, 185 36 Πειραιάς, Greece",
        ),
        (
            "Institution completing the form",
            "6",
            "Name of the institution",
            "Pavyzdinė socialinio draudimo tarnyba",
        ),
        ("Institution completing the form", "6", "Institution ID", "LT:90001"),
        ("Institution completing the form", "6", "Country of the institution", "Lithuania"),
        (
            "Institution completing the form",
            "6",
            "Address of the institution",
            "Pavyzdžio g. 1, LT-01100 Vilnius, Lithuania",
        ),
        ("Institution completing the form", "6", "Office phone number", "+37052000001"),
        ("Institution completing the form", "6", "E-mail of the institution", "a1@psdt.example"),
        ("Document", "", "Document number", "A1-LT-2026-000001"),
    ]


def test_several_employers_and_states_become_groups():
    groups = list(dict.fromkeys(row[0] for row in _rows(PDA1_WEBUILD, _driver(PDA1_WEBUILD))))
    assert groups[3:9] == [
        "Employer 1",
        "Employer 2",
        "Place of work in Lithuania",
        "Place of work in Poland",
        "Place of work in Germany",
        "Place of work in Greece",
    ]


@pytest.mark.parametrize(
    ("locale", "row"),
    [
        (
            "en",
            (
                "Place of work in Greece",
                "5.3",
                "Place of work",
                "No fixed address in the State of activity",
            ),
        ),
        (
            "lt",
            (
                "Darbo vieta: Graikija",
                "5.3",
                "Darbo vieta",
                "Nėra nuolatinio adreso veiklos valstybėje",
            ),
        ),
        (
            "el",
            (
                "Τόπος εργασίας: Ελλάδα",
                "5.3",
                "Τόπος εργασίας",
                "Χωρίς σταθερή διεύθυνση στο κράτος δραστηριότητας",
            ),
        ),
        (
            "ro",
            (
                "Locul de muncă: Grecia",
                "5.3",
                "Locul de muncă",
                "Fără adresă fixă în statul de activitate",
            ),
        ),
    ],
)
def test_a_state_without_places_has_no_fixed_address(locale, row):
    assert row in _rows(PDA1_WEBUILD, _driver(PDA1_WEBUILD), locale)


def test_both_a1_shapes_tell_the_places_alike():
    nested, flat = (
        [row for row in _rows(vct, _driver(vct)) if row[0].startswith("Place of work")]
        for vct in (PDA1_WEBUILD, PDA1_EUDI)
    )
    assert nested == flat


def test_places_in_one_state_are_counted():
    claims = complete_claims(PDA1_WEBUILD)
    claims = changed(claims, ["placesOfWork", "GR"], claims["placesOfWork"]["GR"] * 2)
    groups = {row[0] for row in _rows(PDA1_WEBUILD, claims)}
    assert {"Place of work in Greece – 1", "Place of work in Greece – 2"} <= groups


def test_english_knows_the_countries_with_an_article():
    claims = changed(complete_claims(PDA1_WEBUILD), ["placesOfWork"], {"NL": [], "GB": []})
    groups = {row[0] for row in _rows(PDA1_WEBUILD, claims)}
    assert {"Place of work in the Netherlands", "Place of work in the United Kingdom"} <= groups


def test_the_self_employed_are_called_so():
    claims = complete_claims(PDA1_WEBUILD, citizen("musician").documents[0])
    assert "Self-employment" in {row[0] for row in _rows(PDA1_WEBUILD, claims)}
    assert "Savarankiška veikla" in {row[0] for row in _rows(PDA1_WEBUILD, claims, "lt")}


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Until further notice"),
        ("lt", "Iki atskiro pranešimo"),
        ("el", "Μέχρι νεωτέρας"),
        ("ro", "Până la o nouă notificare"),
    ],
)
def test_an_open_end_is_no_date(locale, words):
    claims = changed(complete_claims(PDA1_EUDI), ["ending_date"], "2499-01-01")
    assert words in [row[3] for row in _rows(PDA1_EUDI, claims, locale)]
    assert not [row for row in _rows(PDA1_EUDI, claims, locale) if "2499" in row[3]]


@pytest.mark.parametrize(
    ("locale", "name", "day", "country"),
    [
        ("en", "European Health Insurance Card", "31 December 2027", "Lithuania"),
        ("lt", "Europos sveikatos draudimo kortelė", "2027 m. gruodžio 31 d.", "Lietuva"),
        ("el", "Ευρωπαϊκή κάρτα ασφάλισης ασθένειας", "31 Δεκεμβρίου 2027", "Λιθουανία"),
        ("ro", "Card european de asigurări sociale de sănătate", "31 decembrie 2027", "Lituania"),
    ],
)
def test_a_card_reads_in_every_language(locale, name, day, country):
    assert describe_type(EHIC, locale) == name
    rows = _rows(EHIC, complete_claims(EHIC), locale)
    assert [row[1] for row in rows][:6] == ["2", "6", "7", "7", "8", "9"]
    assert rows[0][3] == country
    assert rows[5][3] == day


def test_the_child_on_a_card_comes_first():
    rows = _rows(EHIC, complete_claims(EHIC, a_represented_ehic()))
    assert rows[:3] == [
        ("Person covered", "3", "Surname", "Dovydaitis"),
        ("Person covered", "4", "Given names", "Matas"),
        ("Person covered", "5", "Date of birth", "12 June 2018"),
    ]


def test_a_pid_reads_like_an_identity_card():
    rows = {row[2]: row[3] for row in _rows(PID, complete_claims(PID))}
    assert rows["Family name"] == "Žemaitis"
    assert rows["Sex"] == "male"
    assert rows["Address"] == "Ąžuolyno g. 15-4, LT-44100 Kaunas, Lithuania"
    assert rows["Issuing State"] == "Lithuania"


@pytest.mark.parametrize("vct", VCTS)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_leaf_is_described_and_the_envelope_is_not(vct, locale):
    claims = complete_claims(
        vct, citizen("driver").documents[0] if attestation_type(vct).kind == "pda1" else None
    )
    rows = describe_claims(vct, claims, locale)
    covered = [row.path for row in rows]
    for path in _leaves(
        {name: value for name, value in claims.items() if name not in envelope_claims()}
    ):
        assert any(path[: len(known)] == known for known in covered), path
    assert not {row.path[0] for row in rows} & envelope_claims()
    assert len(covered) == len(set(covered))
    assert all(row.label and row.value and row.group for row in rows)


def _leaves(node, path=()):
    if isinstance(node, dict) and node:
        return [leaf for name, value in node.items() for leaf in _leaves(value, (*path, name))]
    if isinstance(node, list) and node:
        return [leaf for index, value in enumerate(node) for leaf in _leaves(value, (*path, index))]
    return [path]


@pytest.mark.parametrize("vct", VCTS)
@pytest.mark.parametrize("locale", LOCALES)
def test_nobody_is_shown_a_code_or_an_iso_date(vct, locale):
    claims = complete_claims(
        vct, citizen("driver").documents[0] if attestation_type(vct).kind == "pda1" else None
    )
    for row in describe_claims(vct, claims, locale):
        assert not re.fullmatch(r"[A-Z]{2}|0[1-9]|1[0-2]|true|false|True|False", row.value), row
        assert not re.fullmatch(r"\d{4}-\d{2}-\d{2}", row.value), row


@pytest.mark.parametrize("vct", VCTS)
def test_languages_differ(vct):
    texts = [
        tuple(row.label for row in describe_claims(vct, complete_claims(vct), locale))
        for locale in LOCALES
    ]
    assert len(set(texts)) == 4


@pytest.mark.parametrize("vct", VCTS)
def test_a_partial_presentation_is_described_too(vct):
    described = describe_claims(
        vct, hide(vct, complete_claims(vct), attestation_type(vct).disclosable), "en"
    )
    assert all(row.value for row in described)
    assert not [row for row in described if "38405170415" in row.value]


def test_claims_the_form_does_not_foresee_come_last_under_their_own_name():
    rows = _rows(PID, {**complete_claims(PID), "age_equal_or_over": {"18": True}})
    assert rows[-1] == ("Other details", "", "18", "True")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def _paths(node, path=()):
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    return [found for key, value in items for found in ([*path, key], *_paths(value, (*path, key)))]


@pytest.mark.parametrize("vct", VCTS)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_no_claim_of_a_stranger_breaks_the_page(vct, data):
    """A wallet shows what it holds even if its form is wrong; the verdict says that it is."""
    claims = complete_claims(vct)
    spoilt = changed(claims, data.draw(st.sampled_from(_paths(claims))), data.draw(json_values))
    spoilt |= data.draw(
        st.dictionaries(
            st.sampled_from(["work_address", "employer", "picture", "x"]), json_values, max_size=2
        )
    )
    assert all(isinstance(row.value, str) for row in describe_claims(vct, spoilt, "en"))
    ET.fromstring(render_card(vct, spoilt, "en"))


def test_unknown_codes_stay_as_they_are():
    claims = changed(
        complete_claims(PDA1_WEBUILD), ["statusConfirmation", "statusConfirmationCode"], "99"
    )
    assert ("Status confirmation", "3", "Situation of the holder", "99") in _rows(
        PDA1_WEBUILD, claims
    )


def test_greece_is_greece_under_either_code():
    claims = changed(complete_claims(PDA1_EUDI), ["legislation_country"], "EL")
    assert "Greece" in [row[3] for row in _rows(PDA1_EUDI, claims)]


def test_tm_03_text_of_others_cannot_turn_the_page_around():
    claims = changed(
        complete_claims(PDA1_WEBUILD),
        ["subject", "names", "surnames"],
        "Rossi\u202egnp.exe\u2066\x00\nX\u200b",
    )
    assert ("Personal details of the holder", "1.2", "Surname", "Rossignp.exe X") in _rows(
        PDA1_WEBUILD, claims
    )


def test_long_values_are_cut():
    claims = changed(complete_claims(PDA1_WEBUILD), ["documentID"], "9" * 100_000)
    assert max(len(row[3]) for row in _rows(PDA1_WEBUILD, claims)) == 2001


def test_other_languages_are_served_in_english():
    assert (
        describe_type(EHIC, "is")
        == describe_type(EHIC, "en-IE")
        == "European Health Insurance Card"
    )
    assert describe_type(EHIC, "lt_LT") == "Europos sveikatos draudimo kortelė"


@pytest.mark.parametrize(
    ("vct", "path", "label"),
    [
        (PDA1_WEBUILD, ("subject", "names"), "Surname and forenames"),
        (PDA1_WEBUILD, ("employmentSituations", None, "address"), "Registered address"),
        (PDA1_WEBUILD, ("employmentSituations", None), "Employer or self-employment"),
        (PDA1_WEBUILD, ("placesOfWork", "GR"), "Place(s) of work: Greece"),
        (
            PDA1_WEBUILD,
            ("placesOfWork", "GR", None, "address"),
            "Address of the place of work (Greece)",
        ),
        (PDA1_WEBUILD, ("placesOfWork",), "Place(s) of work"),
        (PDA1_WEBUILD, ("subject", "nationalities", None), "Nationality"),
        (PID, ("address", "locality"), "Address: town"),
        (PID, ("nationalities", 0), "Nationality"),
        (PID, ("age_equal_or_over", "18"), "18"),
    ],
)
def test_paths_of_requests_are_described(vct, path, label):
    assert describe_path(vct, path, "en") == label


@pytest.mark.parametrize("vct", VCTS)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_disclosure_has_a_name(vct, locale):
    for path in attestation_type(vct).disclosable:
        label = describe_path(vct, path, locale)
        assert label
        assert "{" not in label
