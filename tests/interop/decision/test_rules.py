"""Rules as data: conditions, rulings and texts come out the same in both engines."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspass.inspection.derived import derive
from esspass.inspection.explain import explain
from esspass.inspection.facts import create_empty_document, fact_variables
from esspass.inspection.rules import parse_rule_set
from esspass.inspection.ruling import create_ruling, refuse
from esspass.trust import read_rules
from tests.builders.rule_triggers import TRIGGERS, create_changed_facts
from tests.interop.decision.engine import NEEDS_NODE, run_batch
from tests.unit.inspection import test_logic
from tests.unit.inspection.test_logic import DATA, NAMES

pytestmark = NEEDS_NODE
NOW = 1_795_212_000  # 2026-11-21
INSTALLED = read_rules()
RULES = parse_rule_set(INSTALLED["rules"], INSTALLED["texts"])


def parameters(test, position=0):
    (mark,) = (m for m in getattr(test_logic, test).pytestmark if m.name == "parametrize")
    return mark.args[1]


def test_conditions_have_the_same_value():
    cases = parameters("test_values")
    calls = [
        {"call": "logic", "expression": e, "data": DATA, "names": sorted(NAMES)} for e, _ in cases
    ]
    for (expression, expected), result in zip(cases, run_batch(calls), strict=True):
        assert result.get("value", result) == expected, expression


def test_conditions_are_refused_alike():
    cases = parameters("test_refused_expressions")
    calls = [
        {"call": "logic", "expression": e, "data": DATA, "names": sorted(NAMES)} for e, _ in cases
    ]
    for (expression, code), result in zip(cases, run_batch(calls), strict=True):
        assert result.get("error") == code, expression


LEAVES = st.sampled_from(
    [None, True, False, 0, 1, 2.5, "", "1", "LT", "2026-01-31", "2026-02-30", [], ["LT"]]
    + [{"var": name} for name in sorted(NAMES) if "[]" not in name]
)
PAIRS = ["==", "!=", "in", "<", "<=", ">", ">=", "before", "after", "not-before", "not-after"]


def _combine(inner):
    pair = st.tuples(st.sampled_from(PAIRS), st.lists(inner, min_size=2, max_size=2))
    many = st.tuples(
        st.sampled_from(["and", "or", "if", "+", "cat"]), st.lists(inner, min_size=1, max_size=3)
    )
    one = st.tuples(st.sampled_from(["!", "!!"]), st.lists(inner, min_size=1, max_size=1))
    return st.one_of(pair, many, one).map(lambda found: {found[0]: found[1]})


@settings(max_examples=1, deadline=None)
@given(st.lists(st.recursive(LEAVES, _combine, max_leaves=8), min_size=300, max_size=300))
def test_any_conditions_hold_alike(expressions):
    calls = [
        {"call": "holds", "expression": e, "data": DATA, "names": sorted(NAMES)}
        for e in expressions
    ]
    for expression, result in zip(expressions, run_batch(calls), strict=True):
        ours = test_logic.parse_logic(expression, NAMES).holds(DATA)
        assert result.get("value", result) is ours, expression


def test_every_case_of_the_rules_ends_alike():
    facts = [
        create_changed_facts(rule[0], changes)
        for rule, reasons in TRIGGERS.items()
        for changes in reasons.values()
    ]
    calls = [{"call": "ruling", "facts": each, "rules": INSTALLED, "now": NOW} for each in facts]
    for each, result in zip(facts, run_batch(calls), strict=True):
        assert result.get("value", result) == create_ruling(each, RULES, NOW).as_json()


def test_both_know_the_same_facts():
    (result,) = run_batch([{"call": "variables", "questions": ["q"]}])
    ours = {name for name in fact_variables(["q"]) if "[]" not in name}
    assert {name for name in result["value"] if "[]" not in name} == ours


SPOILED = {
    "no words": lambda r: r["texts"].pop("en"),
    "a word missing": lambda r: r["texts"]["lt"]["outcomes"].pop("DOUBT"),
    "no submission words": lambda r: r["texts"]["el"].pop("submission"),
    "unknown operator": lambda r: r["rules"]["rules"][0].update(applies={"log": "x"}),
    "unknown fact": lambda r: r["rules"]["rules"][0].update(applies={"var": "document.x"}),
    "unknown outcome": lambda r: r["rules"]["rules"][0]["cases"][0].update(outcome="FINE"),
    "unknown member": lambda r: r["rules"].update(more=1),
    "a rule twice": lambda r: r["rules"]["rules"].append(r["rules"]["rules"][0]),
    "no rules": lambda r: r["rules"].update(rules=[]),
    "backwards": lambda r: r["rules"].update(valid_until="2020-01-01"),
    "no date": lambda r: r["rules"].update(valid_from="soon"),
    "nothing for a missing fact": lambda r: r["rules"]["rules"][0].update(needs=["document.ends"]),
}


def test_a_spoiled_rule_set_is_refused_whole():
    sets = {name: copy.deepcopy(INSTALLED) for name in SPOILED}
    for name, spoil in SPOILED.items():
        spoil(sets[name])
    calls = [{"call": "ruleset", "rules": each} for each in sets.values()]
    for (name, each), result in zip(sets.items(), run_batch(calls), strict=True):
        with pytest.raises(test_logic.MalformedError) as refused:
            parse_rule_set(each["rules"], each["texts"])
        assert result.get("error") == refused.value.code, name


HISTORIES = [
    ("2026-03-01", "2027-02-28", [("2024-01-01", "2025-12-31")]),
    ("2026-03-01", "2027-02-28", [("2024-03-01", "2026-02-28")]),
    ("2026-03-01", "2027-02-28", [("2025-01-01", "2026-01-01"), ("2024-01-01", "2024-12-01")]),
    ("2026-03-01", "2028-02-29", [("2024-01-01", "2024-02-01")]),
    ("2026-03-01", "2028-03-01", [("2027-01-01", "2027-02-01")]),
    ("2026-03-01", "9999-12-31", [("2025-01-01", "2026-02-27")]),
    (None, "2027-02-28", [("2024-01-01", "2025-12-31")]),
]


def test_chains_of_postings_come_out_alike():
    employers = [{"name": "Statyba UAB", "id": None, "country": "LT", "type": "01"}]
    situation = {"country": "GR", "employer": None, "place": None}
    given_facts = [
        (
            {**create_empty_document("qr"), "starts": starts, "ends": ends, "employers": employers},
            situation,
            [
                {"number": None, "starts": a, "ends": b, "states": ["GR"], "employers": employers}
                for a, b in earlier
            ],
        )
        for starts, ends, earlier in HISTORIES
    ]
    calls = [
        {"call": "derive", "document": d, "situation": s, "history": h} for d, s, h in given_facts
    ]
    for each, result in zip(given_facts, run_batch(calls), strict=True):
        assert result.get("value", result) == json.loads(json.dumps(derive(*each)))


def in_words(ruling, facts, rules, locale):
    found = explain(ruling, facts, rules, locale)
    rules_in_words = [
        {
            "id": each.id,
            "outcome": each.outcome.value,
            "reason": each.reason,
            "question": each.question,
            "sentence": each.sentence,
            "next": each.next,
            "compare": each.compare,
            "source": each.source,
            "sourceVerified": each.source_verified,
        }
        for each in found.rules
    ]
    return {
        "outcome": found.outcome.value,
        "title": found.title,
        "sentence": found.sentence,
        "next": found.next,
        "compare": found.compare,
        "rules": rules_in_words,
    }


@pytest.mark.parametrize("locale", ["en", "lt", "el", "ro", "fr"])
def test_rulings_in_words(locale):
    facts = [
        create_changed_facts(rule[0], next(iter(TRIGGERS[rule].values()))) for rule in TRIGGERS
    ]
    cases = [(create_ruling(each, RULES, NOW), each, RULES) for each in facts]
    cases += [(refuse(reason, None), facts[0], None) for reason in ("torn", "a_url")]
    cases += [(create_ruling(facts[0], None, NOW), facts[0], None)]
    calls = [
        {
            "call": "explain",
            "ruling": ruling.as_json(),
            "facts": each,
            "rules": rules and INSTALLED,
            "locale": locale,
        }
        for ruling, each, rules in cases
    ]
    for (ruling, each, rules), result in zip(cases, run_batch(calls), strict=True):
        assert result.get("value", result) == in_words(ruling, each, rules, locale)
