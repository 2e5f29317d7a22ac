"""The engine: strict about its data, and the worst of the right stage decides."""

import pytest

from esspass.errors import MalformedError
from esspass.inspection.explain import explain, installed_rules
from esspass.inspection.facts import create_empty_document, create_facts
from esspass.inspection.rules import Ending, parse_rule_set
from esspass.inspection.ruling import create_ruling, refuse
from esspass.inspection.situation import Situation
from esspass.verdict import Finding, Outcome
from tests.builders.lists import DAY, NOW
from tests.builders.rule_sets import TEXTS, create_rules


@pytest.fixture
def rules():
    return parse_rule_set(create_rules(), TEXTS)


def facts(document=None, checks=None, answers=None, day="2026-09-21"):
    shown = {
        **create_empty_document("online"),
        "kind": "pda1",
        "code": "01",
        "starts": "2026-03-01",
        "ends": "2027-02-28",
        "number": "A1-17",
        **(document or {}),
    }
    outcomes = {"signature": "PASSED", "status": "PASSED", **(checks or {})}
    findings = [Finding(name, "", Outcome(outcome)) for name, outcome in outcomes.items()]
    answered = {"replaces_colleague": False, **(answers or {})}
    return create_facts(shown, findings, Situation("work", "GR", day), answered)


def outcome(ruling):
    return (ruling.outcome, ruling.rule, ruling.reason)


def test_covered(rules):
    ruling = create_ruling(facts(), rules, NOW)
    assert outcome(ruling) == (Ending.COVERED, None, "")
    assert ruling.version == "2026.9.1"
    assert [each.id for each in ruling.rules] == ["A-01", "A-05", "A-09", "A-17", "A-26"]
    assert {each.outcome for each in ruling.rules} == {Ending.PASSED}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"day": "2027-03-01"}, (Ending.NOT_COVERED, "A-09", "ended")),
        ({"day": "2027-02-28"}, (Ending.COVERED, None, "")),
        ({"day": "2026-02-28"}, (Ending.NOT_COVERED, "A-09", "not_yet")),
        ({"document": {"ends": None}}, (Ending.CANNOT_DECIDE, "A-09", "period_not_shown")),
        ({"document": {"ends": "2028-02-29"}}, (Ending.COVERED, None, "")),
        ({"document": {"ends": "2028-03-01"}}, (Ending.DOUBT, "A-17", "over_24_months")),
        ({"document": {"ends": "2028-03-01", "code": "11"}}, (Ending.COVERED, None, "")),
        ({"answers": {"replaces_colleague": True}}, (Ending.DOUBT, "A-26", "replaces")),
        ({"answers": {"replaces_colleague": None}}, (Ending.COVERED, None, "")),
        ({"checks": {"status": "FAILED"}}, (Ending.NOT_COVERED, "A-05", "withdrawn")),
        (
            {"checks": {"status": "INDETERMINATE"}, "day": "2030-01-01"},
            (Ending.CANNOT_DECIDE, "A-05", "status_unknown"),
        ),
        (
            {"checks": {"signature": "FAILED", "status": "FAILED"}},
            (Ending.NOT_A_CREDENTIAL, "A-01", "bad_signature"),
        ),
        (
            {"document": {"ends": "2028-03-01"}, "answers": {"replaces_colleague": True}},
            (Ending.DOUBT, "A-17", "over_24_months"),
        ),
    ],
)
def test_outcomes(rules, given, expected):
    assert outcome(create_ruling(facts(**given), rules, NOW)) == expected


def test_an_unanswered_question_is_asked_and_costs_nothing(rules):
    ruling = create_ruling(facts(answers={"replaces_colleague": None}), rules, NOW)
    assert ruling.rules[-1].as_json() == {"id": "A-26", "outcome": "ASK", "reason": "not_answered"}


def test_without_rules_nothing_is_decided(rules):
    assert outcome(create_ruling(facts(), None, NOW)) == (
        Ending.CANNOT_DECIDE, None, "rules_missing",
    )  # fmt: skip
    foreign = create_ruling(facts({"kind": "ehic", "starts": None}), rules, NOW)
    assert foreign.outcome is Ending.COVERED  # the two that concern an EHIC passed
    nothing = create_ruling(facts({"kind": "pid"}), rules, NOW)
    assert outcome(nothing) == (Ending.CANNOT_DECIDE, None, "rules_missing")


@pytest.mark.parametrize("now", [NOW - 400 * DAY, NOW + 500 * DAY])
def test_rules_out_of_date_decide_nothing(rules, now):
    ruling = create_ruling(facts(), rules, now)
    assert outcome(ruling) == (Ending.CANNOT_DECIDE, None, "rules_expired")
    assert ruling.version == "2026.9.1"


def test_what_is_no_credential_is_explained_too(rules):
    explained = explain(refuse("a_url", rules), facts(), rules, "en")
    assert (explained.title, explained.sentence) == ("Not_a_credential", "a_url.")
    without = explain(create_ruling(facts(), None, NOW), facts(), None, "en")
    assert without.title == "Cannot be decided"
    assert "rules" in without.sentence


def test_the_installed_rules_are_good():
    assert len(installed_rules().rules) == 50


def test_explained_in_words(rules):
    found = facts(day="2027-03-01")
    explained = explain(create_ruling(found, rules, NOW), found, rules, "lt")  # no words: English
    assert explained.title == "Not_covered"
    assert explained.next == "Ask for a newer one."
    assert explained.compare == "Compare A1-17."
    assert [each.id for each in explained.rules] == ["A-01", "A-05", "A-09", "A-17", "A-26"]
    assert explained.rules[2].source_verified
    assert not explained.rules[3].source_verified
    assert explained.sentence == "It ended on 28 February 2027 in Greece."


def _without(path):
    document = create_rules()
    target = document
    for part in path[:-1]:
        target = target[part]
    del target[path[-1]]
    return document


def _with(path, value):
    document = create_rules()
    target = document
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    return document


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        [],
        _without(("version",)),
        _without(("rules", 0, "source")),
        _without(("rules", 2, "missing")),
        _with(("extra",), 1),
        _with(("rules",), []),
        _with(("rules",), create_rules()["rules"] * 2),
        _with(("questions",), create_rules()["questions"] * 2),
        _with(("rules", 0, "stage"), "later"),
        _with(("rules", 0, "kinds"), ["mdl"]),
        _with(("rules", 0, "kinds"), []),
        _with(("rules", 0, "cases", 0, "outcome"), "INVALID"),
        _with(("rules", 0, "cases", 0, "outcome"), "PASSED"),
        _with(("rules", 0, "cases", 0, "reason"), ""),
        _with(("rules", 0, "cases", 0, "when"), {"today": []}),
        _with(("rules", 0, "cases", 0, "when"), {"var": "document.shoe_size"}),
        _with(("rules", 2, "needs"), ["document.shoe_size"]),
        _with(("rules", 0, "source", "verified"), "yes"),
        _with(("rules", 0, "show_with"), ["PASSED"]),
        _with(("valid_until",), "2025-01-01"),
        _with(("valid_until",), "soon"),
    ],
)
def test_refused_rule_sets(document):
    with pytest.raises(MalformedError):
        parse_rule_set(document, TEXTS)


@pytest.mark.parametrize(
    "texts",
    [
        None,
        {},
        {"lt": TEXTS["en"]},
        {"en": {**TEXTS["en"], "outcomes": {}}},
        {"en": {**TEXTS["en"], "rules": {}}},
        {"en": {**TEXTS["en"], "questions": {}}},
        {"en": {**TEXTS["en"], "submission": {}}},
        {**TEXTS, "lt": {**TEXTS["en"], "questions": {}}},
    ],
)
def test_rules_without_all_their_words_are_refused(texts):
    with pytest.raises(MalformedError) as refused:
        parse_rule_set(create_rules(), texts)
    assert refused.value.code == "rule_text_missing"
