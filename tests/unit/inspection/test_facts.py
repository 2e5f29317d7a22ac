"""Facts: every shape and dialect in one vocabulary, gaps as null, and what is derived of them."""

from dataclasses import replace
from datetime import date

import pytest

from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    Address,
    Authority,
    Employment,
    Institution,
    Person,
    PlaceOfWork,
    StateOfActivity,
    read_presented,
    write_claims,
)
from esspass.errors import MalformedError
from esspass.inspection.derived import (
    business_name,
    find_basis,
    match_card_number,
    match_employers,
    match_place,
)
from esspass.inspection.facts import create_facts, describe_document
from esspass.inspection.situation import Situation, parse_answers, parse_situation
from tests.builders.presentations import PERSON, create_a1, create_ehic

GREECE = Situation("work", "GR", "2026-09-21")


def document(model, vct, **changes):
    claims = {**write_claims(model, vct), **changes}
    return describe_document(read_presented(vct, claims), "online", 1_790_000_000)


def facts(shown, situation=GREECE, history=()):
    return create_facts(shown, (), situation, {}, history)


def test_both_shapes_say_the_same():
    flat = document(create_a1(person=None), PDA1_EUDI)
    nested = document(create_a1(), PDA1_WEBUILD)
    same = ("kind", "number", "legislation", "starts", "ends", "code", "states", "no_fixed_place")
    assert {name: flat[name] for name in same} == {name: nested[name] for name in same}
    assert nested["employers"] == flat["employers"] == [
        {"name": "Statyba UAB", "id": "302000001", "country": "LT", "type": "01"}
    ]  # fmt: skip
    assert [(p["country"], p["town"], p["name"]) for p in nested["places"]] == [
        ("GR", "Patra", "Κατασκευές ΑΕ")
    ]
    assert (nested["exception_text"], flat["exception_text"]) == (False, None)
    assert nested["person"]["surnames"] == PERSON.surnames
    assert flat["person"] is None
    assert nested["issued_on"] == "2026-09-21"  # the day of iat
    assert flat["issued_on"] == "2026-02-20"


def test_every_member_is_there_whatever_is_hidden():
    full = document(create_a1(), PDA1_WEBUILD)
    claims = {"memberstateAppliedLegislation": {}}
    bare = describe_document(read_presented(PDA1_WEBUILD, claims), "online", None)
    assert bare.keys() == full.keys()
    assert {k for k, v in bare.items() if v is not None} == {
        "kind", "shape", "medium", "institution", "represented",
    }  # fmt: skip
    assert facts(bare)["derived"] == {
        "employer_match": None,
        "place_match": None,
        "basis": None,
        "postings": None,
        "number_country_matches": None,
    }


def test_dialects_become_iso():
    greek = create_a1(
        person=None,
        legislation_country="EL",
        institution=Institution("EL:1000", "ΕΦΚΑ", "GR", Address("Αθήνα", "GR")),
        issuing_authority=Authority("EL:1000", "ΕΦΚΑ", "EL"),
        employments=(Employment("Α ΑΕ", "1234", "EL", "01"),),
        states_of_activity=(
            StateOfActivity("UK", (PlaceOfWork(Address("Leeds", "UK"), "Works"),)),
        ),
    )
    shown = document(greek, PDA1_EUDI)
    assert shown["legislation"] == "GR"
    assert shown["institution"]["country"] == shown["issuing_country"] == "GR"
    assert shown["employers"][0]["country"] == "GR"
    assert shown["states"] == ["GB"]
    assert (shown["places"][0]["country"], shown["places"][0]["address_country"]) == ("GB", "GB")
    assert facts(shown, replace(GREECE, country="GB"))["derived"]["basis"] == "UK"


def test_no_fixed_place_open_end_and_the_older_shape():
    roaming = create_a1(
        ends=date(2499, 1, 1), states_of_activity=(StateOfActivity("GR"), StateOfActivity("RO"))
    )
    shown = document(roaming, PDA1_WEBUILD)
    assert shown["open_ended"] is True
    assert (shown["places"], shown["no_fixed_place"]) == ([], ["GR", "RO"])
    one = create_a1(person=None, states_of_activity=(StateOfActivity("GR"),))
    assert document(one, PDA1_EUDI)["no_fixed_place"] == ["GR"]
    v1 = {
        "employer": {"name": "Old Ltd", "id": "7", "country": "UK"},
        "work_address": {"locality": "Patra", "country": "EL"},
        "issuing_country": "EL",
    }
    shown = describe_document(read_presented(PDA1_EUDI, v1), "online", None)
    assert shown["employers"] == [{"name": "Old Ltd", "id": "7", "country": "GB", "type": None}]
    assert shown["states"] == ["GR"]
    assert shown["issuing_country"] == "GR"


def test_card():
    child = Person("Šimkutė", "Ieva", date(2020, 5, 5))
    shown = document(create_ehic(represented=child), EHIC)
    assert shown["represented"] is True
    assert shown["person"] == {
        "surnames": "Šimkutė", "forenames": "Ieva", "date_of_birth": "2020-05-05",
    }  # fmt: skip
    assert (shown["pin_length"], shown["expires_on"]) == (11, "2028-02-20")
    assert shown["employers"] is shown["states"] is shown["places"] is None


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("UAB „Statyba“", "Statyba"),
        ("Statyba, UAB", "Statyba"),
        ("Bau G.m.b.H. & Co. KG", "Bau"),
        ("Κατασκευές Α.Ε.", "Κατασκευές"),
        ("S.C. Construct S.R.L.", "Construct"),
        ("SA", "SA"),
    ],
)
def test_business_names(name, bare):
    assert business_name(name) == bare


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("Statyba UAB", "302000001", "same"),
        ("Something else", "302000001", "same"),  # equal numbers decide
        (None, "302 000 001", "same"),
        (None, "1", "different"),
        ("UAB „Statyba“", None, "same"),
        ("STATYBA", None, "same"),
        ("Στάτιμπα", None, "same"),
        ("Statyba UAB", "999", "similar"),  # the number may be of another register
        ("Statyba Vilnius UAB", None, "similar"),
        ("Apdaila UAB", None, "different"),
    ],
)
def test_employers(name, number, expected):
    listed = [
        {"name": "Kita AB", "id": None, "country": "LT", "type": "01"},
        {"name": "Statyba UAB", "id": "302000001", "country": "LT", "type": "01"},
    ]
    assert match_employers({"name": name, "id": number}, listed) == expected


def test_employers_unknown():
    assert match_employers(None, [{"name": "A", "id": None}]) is None
    assert match_employers({"name": "A", "id": None}, None) is None
    assert match_employers({"name": None, "id": "7"}, [{"name": "A", "id": None}]) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Patra", "same"),
        ("Οδός Κορίνθου 5, Patra", "same"),
        ("Κατασκευές", "same"),
        ("Athens", "different"),
        (None, None),
    ],
)
def test_places(written, expected):
    shown = document(create_a1(), PDA1_WEBUILD)
    assert match_place(replace(GREECE, place=written).as_json(), shown["places"]) == expected
    elsewhere = replace(GREECE, country="RO", place=written).as_json()
    assert match_place(elsewhere, shown["places"]) is None


@pytest.mark.parametrize(
    ("countries", "basis"),
    [
        (("LT", "GR"), "EU"),
        (("NO", "GR"), "EEA"),
        (("NO", "CH"), "CH"),
        (("GB", "CH"), "UK"),
        (("US", "GR"), None),
        ((None, "GR"), None),
    ],
)
def test_basis(countries, basis):
    assert find_basis(*countries) == find_basis(*reversed(countries)) == basis


def entry(starts, ends, number="A1-1", state="GR", employer="Statyba UAB"):
    employers = [{"name": employer, "id": None, "country": "LT", "type": "01"}]
    dates = {"starts": starts, "ends": ends}
    return {"number": number, **dates, "states": [state], "employers": employers}


@pytest.mark.parametrize(
    ("history", "gap", "over"),
    [
        ([entry("2025-06-01", "2026-01-31")], True, False),  # 28 days without
        ([entry("2025-06-01", "2026-02-28")], False, False),  # goes on without a day between
        ([entry("2025-06-01", "2025-12-31")], False, False),  # two whole months
        ([entry("2025-06-01", "2026-01-01")], True, False),
        ([entry("2025-03-01", "2026-02-28")], False, False),  # exactly 24 months
        ([entry("2025-02-28", "2026-02-28")], False, True),
        ([entry("2024-06-01", "2025-07-31"), entry("2025-08-01", "2026-02-28", "A1-2")], False, True),
    ],
)  # fmt: skip
def test_postings(history, gap, over):
    shown = document(create_a1(), PDA1_WEBUILD)
    found = facts(shown, history=history)["derived"]["postings"]
    assert found == {"gap_under_two_months": gap, "over_24_months": over}


@pytest.mark.parametrize(
    "history",
    [
        [],
        [entry("2025-06-01", "2026-02-01", state="RO")],
        [entry("2025-06-01", "2026-02-01", employer="Apdaila UAB")],
        [entry("2025-06-01", "2026-02-01", number="LT-A1-2026-000017")],
        [entry("2025-06-01", None)],
    ],
)
def test_postings_of_others_do_not_count(history):
    shown = document(create_a1(), PDA1_WEBUILD)
    assert facts(shown, history=history)["derived"]["postings"] is None


@pytest.mark.parametrize(
    ("number", "country", "matches"),
    [
        ("80440000000000000017", "LT", True),
        ("80276000000000000017", "LT", False),
        ("8044000000000000001", "LT", False),
        ("A0440000000000000017", "LT", False),
        ("80440000000000000017", None, None),
        (None, "LT", None),
    ],
)
def test_card_numbers(number, country, matches):
    shown = {"kind": "ehic", "number": number, "issuing_country": country}
    assert match_card_number(shown) is matches
    assert match_card_number({**shown, "kind": "pda1"}) is None


def test_situations_are_read_strictly():
    said = {"kind": "work", "country": "EL", "date": "2026-09-21"}
    assert parse_situation(said) == GREECE
    full = replace(GREECE, until="2026-09-22", employer_name="A", place="B", provider="private")
    assert parse_situation(full.as_json()) == full
    for change in (
        {"kind": "play"}, {"country": "Greece"}, {"country": None}, {"date": "today"},
        {"date": "2026-02-30"}, {"until": "2026-09-20"}, {"employer": "A"}, {"place": 7},
        {"place": "x" * 501}, {"provider": "other"}, {"shoe": 1}, {"employer": {"name": []}},
    ):  # fmt: skip
        with pytest.raises(MalformedError):
            parse_situation({**said, **change})
    for value in (None, [], {"a": 1}, {"a": "yes"}, {"x" * 65: True}):
        with pytest.raises(MalformedError):
            parse_answers(value)
    assert parse_answers({"a": True, "b": None}) == {"a": True, "b": None}
