from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.people import citizens
from esspass.attestations import (
    OPEN_END,
    Authority,
    Ehic,
    Pda1,
    StateOfActivity,
    read_presented,
    verify_presentation,
    write_claims,
)
from esspass.cwt import create_core, read_core
from esspass.errors import MalformedError
from esspass.jose.cbor import create_cbor, parse_cbor
from tests.builders.documents import (
    TODAY,
    a_pda1,
    a_represented_ehic,
    an_ehic,
    changed,
    citizen,
    without,
)

PEOPLE = [(c.person, document) for c in citizens(TODAY) for document in c.documents]
BUILDER = citizen("builder").person
A1 = create_core(a_pda1())
CARD = create_core(an_ehic(), BUILDER)
CHILD = create_core(a_represented_ehic())


def _outcome(core):
    """What is read, or the code of the refusal."""
    try:
        return read_core(core)
    except MalformedError as error:
        return error.code


def _refused(core):
    with pytest.raises(MalformedError) as refused:
        read_core(core)
    return refused.value.code


@pytest.mark.parametrize(("person", "document"), PEOPLE)
def test_paper_says_what_the_credential_says(person, document):
    vct, claims = read_core(parse_cbor(create_cbor(create_core(document, person))))
    on_paper = read_presented(vct, claims)
    online = read_presented(vct, write_claims(document, vct))
    if online.person:
        online = replace(online, person=replace(online.person, surname_at_birth=None))
    assert replace(on_paper, person=None) == replace(online, person=None)
    if isinstance(document, Pda1):
        assert on_paper.person == online.person


@pytest.mark.parametrize(("person", "document"), PEOPLE)
def test_the_claims_have_the_form_of_the_type(person, document):
    vct, claims = read_core(create_core(document, person))
    verify_presentation(vct, {"vct": vct, **claims})


def test_employers_places_and_states_are_those_of_the_document():
    driver = citizen("driver").documents[0]
    _vct, claims = read_core(create_core(driver))
    complete = write_claims(driver, "eu.we-build.pda1.1")
    assert claims["placesOfWork"].keys() == complete["placesOfWork"].keys()
    assert claims["placesOfWork"]["GR"] == []
    place = claims["placesOfWork"]["DE"][0]
    assert place == {
        "companyOrVesselName": "Depot Leipzig",
        "address": {"town": "Leipzig", "countryCode": "DE", "streetAndNumber": "Musterallee 44"},
    }
    assert [employer["name"] for employer in claims["employmentSituations"]] == [
        "UAB Pavyzdinės krovinių linijos",
        "Przykładowy Transport sp. z o.o.",
    ]
    assert claims["employmentSituations"][1]["address"] == {"town": "Suwałki", "countryCode": "PL"}


def test_dates_without_end_and_before_the_epoch_are_kept():
    document = replace(
        a_pda1(), ends=OPEN_END, person=replace(BUILDER, date_of_birth=date(1931, 2, 28))
    )
    _vct, claims = read_core(create_core(document))
    assert claims["memberstateAppliedLegislation"]["endDate"] == "2499-01-01"
    assert claims["subject"]["dateOfBirth"] == "1931-02-28"


def test_a_card_names_its_person_once():
    _vct, own = read_core(CARD)
    assert (own["family_name"], own["given_name"]) == (BUILDER.surnames, BUILDER.forenames)
    assert "subject" not in own
    _vct, child = read_core(CHILD)
    assert child["subject"]["forenames"] == "Matas"
    assert "family_name" not in child
    with pytest.raises(MalformedError) as refused:
        create_core(an_ehic())
    assert refused.value.code == "not_expressible"


def test_another_authority_is_named():
    card = replace(an_ehic(), issuing_authority=Authority("LT:90099", "Other office", "LT"))
    _vct, claims = read_core(create_core(card, BUILDER))
    assert claims["issuing_authority"] == {"id": "LT:90099", "name": "Other office"}
    assert claims["authentic_source"]["id"] == "LT:90001"


def test_an_a1_without_person_takes_the_one_given():
    document = replace(a_pda1(), person=None)
    assert create_core(document, BUILDER) == A1
    with pytest.raises(MalformedError):
        create_core(document)


def test_white_space_is_one_line():
    person = replace(BUILDER, surnames="Two\n\tLines ")
    assert create_core(replace(a_pda1(), person=person))[3] == "Two Lines"


@pytest.mark.parametrize(
    "changes",
    [
        {"document_number": ""},
        {"document_number": "A" * 121},
        {"person": replace(BUILDER, surnames="A\x00B")},
        {"person": replace(BUILDER, date_of_birth=date(1799, 12, 31))},
        {"ends": date(2500, 1, 1)},
        {"legislation_country": "Lithuania"},
        {"status_confirmation": "13"},
        {"status_confirmation": "posted"},
        {"employments": ()},
        {"states_of_activity": ()},
        {"states_of_activity": (StateOfActivity("gr"),)},
    ],
)
def test_what_paper_cannot_say_is_refused_when_written(changes):
    with pytest.raises(MalformedError) as refused:
        create_core(replace(a_pda1(), **changes))
    assert refused.value.code == "not_expressible"


@pytest.mark.parametrize("core", [A1, CARD, CHILD], ids=["a1", "card", "child"])
def test_every_label_counts(core):
    vct, claims = read_core(core)
    for label in core:
        assert _outcome(without(core, (label,))) != (vct, claims)


WRONG = [
    None,
    True,
    0,
    -1,
    2**63,
    -(2**63),
    "",
    "\x00",
    "x" * 5000,
    b"x",
    [],
    [[]],
    {},
    {1: 1},
    [None],
]


@pytest.mark.parametrize("core", [A1, CARD, CHILD], ids=["a1", "card", "child"])
def test_values_of_another_form_are_refused_or_read_as_the_type(core):
    for label in core:
        for value in WRONG:
            outcome = _outcome({**core, label: value})
            if outcome != "bad_core":
                vct, claims = outcome
                verify_presentation(vct, {"vct": vct, **claims})


HOSTILE = {
    "nothing": {},
    "no kind": without(A1, (1,)),
    "another kind": changed(A1, (1,), 3),
    "kind true": changed(A1, (1,), True),
    "kind by name": changed(A1, (1,), "pda1"),
    "kind as list": changed(A1, (1,), [1]),
    "a label we do not know": {**A1, 99: 1},
    "a negative label": {**A1, -1: 1},
    "a label of the other kind": {**CARD, 18: 1, 19: 1},
    "no document number": without(A1, (2,)),
    "no employer": changed(A1, (18,), []),
    "too many employers": changed(A1, (18,), A1[18] * 101),
    "an employer that is a list": changed(A1, (18,), [[1]]),
    "an employer without name": changed(A1, (18,), [without(A1[18][0], (1,))]),
    "an employer with more": changed(A1, (18,), [{**A1[18][0], 9: 1}]),
    "no States": changed(A1, (19,), []),
    "States as map": changed(A1, (19,), {1: []}),
    "a State twice": changed(A1, (19,), [["GR", []], ["GR", []]]),
    "a State alone": changed(A1, (19,), ["GR"]),
    "a State of three parts": changed(A1, (19,), [["GR", [], []]]),
    "a State in small letters": changed(A1, (19,), [["gr", []]]),
    "a State in Greek letters": changed(A1, (19,), [["ΕΛ", []]]),
    "a State that is a list": changed(A1, (19,), [[["GR"], []]]),
    "too many States": changed(A1, (19,), [[f"{chr(65 + n // 26)}{chr(65 + n % 26)}", []] for n in range(41)]),
    "places that are a number": changed(A1, (19,), [["GR", 1]]),
    "places that are false": changed(A1, (19,), [["GR", False]]),
    "more of nothing": {**A1, 20: []},
    "more of what is not known": {**A1, 20: [4]},
    "more, twice": {**A1, 20: [1, 1]},
    "more, out of order": {**A1, 20: [2, 1]},
    "more, true": {**A1, 20: [True]},
    "more, lists": {**A1, 20: [[1]]},
    "more, by name": {**A1, 20: ["employers"]},
    "a day as text": changed(A1, (11,), "2026-01-01"),
    "a day of the year 2500": changed(A1, (12,), 193_579),
    "a day of the year 1799": changed(A1, (5,), -62_092),
    "code 13": changed(A1, (16,), 13),
    "code 0": changed(A1, (16,), 0),
    "a flag that is 1": changed(A1, (14,), 1),
    "a card of nobody": {k: v for k, v in CARD.items() if k not in {3, 4, 5}},
    "a card of somebody without a birthday": without(CARD, (5,)),
    "a card of two": {**CARD, 16: "A", 17: "B", 18: 1},
    "a card of one and a half": {**CARD, 16: "A"},
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_core_data_is_refused(name):
    assert _refused(HOSTILE[name]) == "bad_core"


def test_the_last_day_and_the_first_are_read():
    assert (
        read_core(changed(A1, (12,), 193_578))[1]["memberstateAppliedLegislation"]["endDate"]
        == "2499-12-31"
    )
    assert read_core(changed(A1, (5,), -62_091))[1]["subject"]["dateOfBirth"] == "1800-01-01"


def test_a_state_whose_places_only_the_paper_names_is_not_one_without_fixed_place():
    vct, claims = read_core({**A1, 19: [["GR", None], ["RO", []]], 20: [2]})
    assert claims["placesOfWork"] == {"GR": None, "RO": []}
    assert claims["more_on_paper"] == ["places"]
    assert read_presented(vct, claims).states_of_activity == ("GR", "RO")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-70_000, 70_000)
    | st.text(max_size=3)
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.integers(0, 20), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.integers(-1, 21), VALUES), st.sampled_from([A1, CARD, CHILD]))
def test_no_core_does_worse_than_a_refusal(changes, core):
    outcome = _outcome({**core, **changes})
    assert outcome == "bad_core" or read_presented(*outcome).kind in {"pda1", "ehic"}


def test_documents_are_of_these_kinds():
    assert {type(document) for _person, document in PEOPLE} == {Pda1, Ehic}
