"""Whether identity and document are one person's, and why."""

from dataclasses import replace
from datetime import date

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from esspass.inspection import NameMatch, inspect_issued, match_names, match_person
from esspass.verdict import Outcome
from tests.builders.presentations import PERSON, create_a1, create_ehic, create_pid

E, D, T, P, X = (
    NameMatch.EXACT,
    NameMatch.DIACRITICS,
    NameMatch.TRANSLITERATED,
    NameMatch.PARTIAL,
    NameMatch.DIFFERENT,
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Šimkutė", "ŠIMKUTĖ", E),
        ("Šimkutė", "Šimkute\u0307", E),  # composed or not
        ("Garcia-Lopez", "García López", D),
        ("GARCIA LOPEZ", "Garcia-Lopez", E),
        ("O’Brien", "O'Brien", E),
        ("de la Cruz", "De  La Cruz", E),
        ("Șerban", "Şerban", D),  # comma below, cedilla
        ("Șerban", "Serban", D),
        ("Łukasz", "Lukasz", D),
        ("Đặng", "Dang", D),
        ("Weiß", "WEISS", E),
        ("Jørgensen", "Jorgensen", D),
        ("Müller", "Mueller", T),
        ("Müller", "Muller", D),
        ("Jørgensen", "Joergensen", T),
        ("Παπαδόπουλος", "Papadopoulos", T),
        ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδόπουλος", D),
        ("Μαυρόπουλος", "MAVROPOULOS", T),
        ("Ευάγγελος", "Evangelos", T),
        ("Χρήστος", "Christos", T),
        ("Χρήστος", "Hristos", T),
        ("Γκίκας", "Gikas", T),
        ("Μπάμπης", "Bampis", T),
        ("Αντωνίου", "Antoniou", T),
        ("Γεώργιος", "Georgios", T),
        ("Ψαράκης", "Psarakis", T),
        ("Ξένια", "Xenia", T),
        ("Иванов", "Ivanov", T),
        ("Георгиев", "Georgiev", T),
        ("Щърбанов", "Shchurbanov", X),
        ("García López", "García", P),
        ("López García", "García López", X),  # order is not ours to judge as the same
        ("Ona Marija", "Ona", P),
        ("Ona", "Ona", E),
        ("Ona", "On\u0430", T),  # a Cyrillic letter among Latin ones
        ("Mara", "Maria", X),
        ("Leila", "Lila", X),
        ("Jan", "Ian", X),
        ("Ona", "Jonas", X),
        ("", "Ona", X),
        ("-", "-", X),
        ("李", "Li", X),
    ],
)  # fmt: skip
def test_names(one, other, expected):
    assert match_names(one, other) is expected
    assert match_names(other, one) is expected


@pytest.fixture
def credential(world, statuses):
    def make(document, vct):
        text = world.issue(document, vct)
        return inspect_issued(text, trust=world.view(), statuses=statuses, now=world.now).evidence

    return make


def compare(credential, document, vct, person=PERSON, **pid):
    return match_person(credential(document, vct), credential(create_pid(person, **pid), PID))


def test_same_person(credential):
    finding = compare(credential, create_a1(), PDA1_WEBUILD)
    assert (finding.check, finding.outcome) == ("person", Outcome.PASSED)
    assert finding.parameters == {
        "surnames": "exact", "forenames": "exact", "date_of_birth": "exact",
    }  # fmt: skip


def test_transliterated(credential):
    greek = replace(PERSON, surnames="Παπαδοπούλου", forenames="Ελένη")
    latin = replace(PERSON, surnames="PAPADOPOULOU", forenames="ELENI")
    finding = compare(credential, create_a1(person=greek), PDA1_WEBUILD, latin)
    assert finding.outcome is Outcome.PASSED
    assert finding.parameters["surnames"] == "transliterated"


def test_name_at_birth(credential):
    married = replace(PERSON, surnames="Petraitienė", surname_at_birth="Šimkutė-Petraitienė")
    assert compare(credential, create_a1(), PDA1_WEBUILD, married).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "changes",
    [{"surnames": "Kazlauskaitė"}, {"forenames": "Rasa"}, {"date_of_birth": date(1990, 1, 2)}],
)
def test_another_person(credential, changes):
    finding = compare(credential, create_a1(), PDA1_WEBUILD, replace(PERSON, **changes))
    assert (finding.outcome, finding.reason) == (Outcome.FAILED, "person_mismatch")
    assert "different" in finding.parameters.values()


def test_one_of_two_surnames(credential):
    half = replace(PERSON, surnames="Šimkutė")
    finding = compare(credential, create_a1(), PDA1_WEBUILD, half)
    assert (finding.outcome, finding.reason) == (Outcome.INDETERMINATE, "person_name_partial")


@pytest.mark.parametrize(
    ("create", "vct"),
    [(create_ehic, EHIC), (lambda **c: create_a1(person=None, **c), PDA1_EUDI)],
    ids=["ehic", "pda1-flat"],
)
def test_documents_without_name_are_joined_by_number(credential, create, vct):
    assert compare(credential, create(), vct).outcome is Outcome.PASSED
    other = compare(credential, create(pin="38001010000"), vct)
    assert (other.outcome, other.reason) == (Outcome.FAILED, "person_mismatch")
    abroad = compare(credential, create(pin="38001010000"), vct, issuing_country="RO")
    assert (abroad.outcome, abroad.reason) == (Outcome.INDETERMINATE, "person_number_foreign")
    nothing = compare(credential, create(), vct, replace(PERSON, pin=None))
    assert (nothing.outcome, nothing.reason) == (Outcome.INDETERMINATE, "person_partial")


def test_a_child_covered_by_a_parents_card(credential):
    child = replace(PERSON, forenames="Marija", date_of_birth=date(2019, 5, 5))
    finding = compare(credential, create_ehic(represented=child), EHIC)
    assert (finding.outcome, finding.reason) == (Outcome.INDETERMINATE, "person_represented")


def test_no_identity_shown(credential):
    finding = match_person(credential(create_ehic(), EHIC), None)
    assert (finding.outcome, finding.reason) == (Outcome.INDETERMINATE, "person_missing")


def test_no_personal_data_in_the_finding(credential):
    other = replace(PERSON, surnames="Kazlauskaitė")
    text = repr(compare(credential, create_a1(), PDA1_WEBUILD, other))
    assert "Kazlauskaitė" not in text
    assert "Šimkutė" not in text
