"""The rules themselves: complete, worded in every language, and each case can be reached."""

import copy
import json
import re

import pytest
from jsonschema import Draft202012Validator

from esspass.inspection.facts import create_empty_document, fact_variables
from esspass.inspection.rules import parse_rule_set
from esspass.inspection.ruling import create_ruling
from tests.builders.rule_triggers import (
    ELSEWHERE,
    FOLDER,
    PAPER,
    QUESTIONS,
    SIGNATURE,
    TRIGGERS,
    VALIDITY,
    create_changed_facts,
)

LOCALES = ("en", "lt", "el", "ro")
NOW = 1795212000  # 2026-11-21
ALL_IDS = [f"A-{n:02}" for n in range(1, 31)] + [f"E-{n:02}" for n in range(1, 21)]
PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")
# Words for "invalid", which a doubt must never suggest.
INVALID = {
    "en": r"invalid|not valid|void",
    "lt": r"negalioj",
    "el": r"άκυρ|ανίσχυρ|δεν ισχύ",
    "ro": r"nevalabil|invalid|nul\b|nu (mai )?este valabil",
}


def _read(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


RULES = _read("rules.json")
TEXTS = {locale: _read(f"texts/{locale}.json") for locale in LOCALES}
BY_ID = {rule["id"]: rule for rule in RULES["rules"]}


def _reasons(rule):
    cases = [*rule["cases"], *([rule["missing"]] if "missing" in rule else [])]
    return {case["reason"]: case["outcome"] for case in cases}


CASES = [(rule, reason) for rule, reasons in TRIGGERS.items() for reason in reasons]
NOTES = {
    "A-28": {"checks.type": "NOT_RUN"},
    "E-19": None,  # shown or not by the ruling, which no rule can see
    "E-20": {"checks.type": "NOT_RUN"},
}


@pytest.fixture(scope="module")
def rule_set():
    return parse_rule_set(RULES, TEXTS)


def _result(rule_set, rule, changes):
    results = create_ruling(create_changed_facts(rule[0], changes), rule_set, NOW).as_json()[
        "rules"
    ]
    return next(each for each in results if each["id"] == rule)


@pytest.mark.parametrize(
    ("schema", "name"),
    [("rules", "rules.json"), *(("texts", f"texts/{locale}.json") for locale in LOCALES)],
)
def test_schemas(schema, name):
    schema = _read(f"{schema}.schema.json")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(_read(name))


def test_a_schema_refuses_other_operators():
    schema = _read("rules.schema.json")
    changed = copy.deepcopy(RULES)
    changed["rules"][0]["applies"] = {"log": "x"}
    assert not Draft202012Validator(schema).is_valid(changed)


def test_every_rule_of_the_catalogue_is_there_once():
    assert [rule["id"] for rule in RULES["rules"]] == ALL_IDS


def test_each_rule_is_about_its_kind_of_document():
    kinds = {"A": ["pda1"], "E": ["ehic"]}
    assert all(rule["kinds"] == kinds[rule["id"][0]] for rule in RULES["rules"])


def test_only_what_concerns_authenticity_decides_first():
    first = {rule["id"] for rule in RULES["rules"] if rule["stage"] == "authenticity"}
    assert first == {*ALL_IDS[:8], "A-10", "A-16", "A-21", "E-02", "E-03", "E-04", "E-08"}


def test_conditions_use_the_engines_operators_and_knowncreate_changed_facts(rule_set):
    assert len(rule_set.rules) == len(ALL_IDS)


def _expressions(value):
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _expressions(member)
    elif isinstance(value, list):
        for item in value:
            yield from _expressions(item)


def test_nothing_is_compared_with_true_false_or_null():
    """There implementations of JSON Logic differ: in some, null equals false."""
    for expression in _expressions(RULES["rules"]):
        for operator in ("==", "!="):
            operands = expression.get(operator, ())
            assert not any(operand is None or isinstance(operand, bool) for operand in operands)


def test_questions_belong_to_a_rule_that_reads_the_answer():
    for question in RULES["questions"]:
        asked = json.dumps(BY_ID[question["rule"]])
        assert f"answers.{question['id']}" in asked
        assert question["kind"] in BY_ID[question["rule"]]["kinds"]


def test_what_is_in_doubt_is_never_decided_against():
    """A-13 to A-27 say no only where the catalogue does, and contradictions stay open."""
    worse = {
        (rule, outcome)
        for rule in ALL_IDS[12:27]
        for outcome in _reasons(BY_ID[rule]).values()
        if outcome not in {"DOUBT", "ASK", "INFO"}
    }
    assert worse == {
        ("A-14", "NOT_COVERED"), ("A-14", "CANNOT_DECIDE"), ("A-16", "CANNOT_DECIDE"),
        ("A-21", "CANNOT_DECIDE"),
    }  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_are_complete_and_none_is_left_over(locale):
    texts = TEXTS[locale]
    assert set(texts["questions"]) == set(QUESTIONS)
    assert list(texts["rules"]) == ALL_IDS
    for rule in RULES["rules"]:
        assert set(texts["rules"][rule["id"]]["reasons"]) == set(_reasons(rule)), rule["id"]
    assert set(texts["submission"]) == set(TEXTS["en"]["submission"])


def _sentences(texts, path=()):
    for name, value in texts.items():
        if isinstance(value, dict):
            yield from _sentences(value, (*path, name))
        else:
            yield (*path, name), value


@pytest.mark.parametrize("locale", LOCALES)
def test_languages_say_the_same(locale):
    ours, english = dict(_sentences(TEXTS[locale])), dict(_sentences(TEXTS["en"]))
    assert ours.keys() == english.keys()
    known = fact_variables(QUESTIONS)
    for path, sentence in ours.items():
        names = sorted(PLACEHOLDER.findall(sentence))
        assert names == sorted(PLACEHOLDER.findall(english[path])), path
        assert set(names) <= known
        assert "{" not in PLACEHOLDER.sub("", sentence), path


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_no_sentence_is_left_in_english(locale):
    english = dict(_sentences(TEXTS["en"]))
    same = [path for path, text in _sentences(TEXTS[locale]) if text == english[path]]
    assert same == []


@pytest.mark.parametrize("locale", LOCALES)
def test_paper_is_called_by_its_own_numbers(locale):
    """The form has 6 sections; the seventh of some schemas is nowhere on paper."""
    numbers = [
        number
        for _, text in _sentences(TEXTS[locale]["rules"])
        for number in re.findall(r"(?<![\d.])[1-9]\.\d{1,2}(?!\.?\d)", text)
    ]
    assert {"2.2", "3.11", "5.1"} <= set(numbers)
    assert all(int(number[0]) <= 6 for number in numbers)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_doubt_never_reads_as_invalid(locale):
    texts = TEXTS[locale]
    spoken = [" ".join(texts["outcomes"]["DOUBT"].values())]
    for rule in RULES["rules"]:
        for reason, outcome in _reasons(rule).items():
            if outcome == "DOUBT":
                words = texts["rules"][rule["id"]]["reasons"][reason]
                assert "987/2009" in words["next"], (rule["id"], reason)
                spoken.append(" ".join(words.values()))
    assert len(spoken) == 20
    assert not [text for text in spoken if re.search(INVALID[locale], text, re.IGNORECASE)]


def test_every_case_has_a_trigger():
    assert set(CASES) == {(rule["id"], name) for rule in RULES["rules"] for name in _reasons(rule)}


@pytest.mark.parametrize(("rule", "reason"), CASES)
def test_trigger(rule_set, rule, reason):
    changes = TRIGGERS[rule][reason]
    expected = {"id": rule, "outcome": _reasons(BY_ID[rule])[reason], "reason": reason}
    assert _result(rule_set, rule, changes) == expected
    facts = create_changed_facts(rule[0], changes)
    for texts in TEXTS.values():
        for sentence in texts["rules"][rule]["reasons"][reason].values():
            for path in PLACEHOLDER.findall(sentence):
                value = facts
                for part in path.split("."):
                    value = value[part]
                assert value is not None, (sentence, path)


def _first_case(rule, facts):
    if not rule.applies.holds(facts) or any(need.evaluate(facts) is None for need in rule.needs):
        return None
    found = (n for n, case in enumerate(rule.cases) if case.when.holds(facts))
    return next(found, None)


def test_each_case_is_reached_even_where_two_give_one_reason(rule_set):
    documents = [(rule[0], TRIGGERS[rule][reason]) for rule, reason in CASES]
    documents += [("E", changes) for part in (SIGNATURE, VALIDITY) for changes in part.values()]
    given = [(kind, create_changed_facts(kind, changes)) for kind, changes in documents]
    for rule in rule_set.rules:
        reached = {_first_case(rule, facts) for kind, facts in given if kind == rule.id[0]}
        assert reached >= set(range(len(rule.cases))), rule.id


@pytest.mark.parametrize("rule", [rule for rule in ALL_IDS if NOTES.get(rule, {}) is not None])
def test_each_rule_can_be_satisfied(rule_set, rule):
    result = _result(rule_set, rule, NOTES.get(rule, {}))
    assert result["outcome"] in {"PASSED", "NOT_APPLICABLE"}
    assert result["reason"] == ""


@pytest.mark.parametrize("kind", ["A", "E"])
def test_a_good_document_covers(rule_set, kind):
    ruling = create_ruling(create_changed_facts(kind, {}), rule_set, NOW)
    assert (ruling.outcome, ruling.rule) == ("COVERED", None)


@pytest.mark.parametrize("kind", ["A", "E"])
@pytest.mark.parametrize(
    "check", ["signature", "trust", "validity", "status", "holder_binding", "type", "integrity"]
)
@pytest.mark.parametrize("outcome", ["FAILED", "INDETERMINATE", "NOT_RUN"])
def test_a_check_that_did_not_pass_never_covers(rule_set, kind, check, outcome):
    """Whatever the reason, known to the rules or not."""
    ruling = create_ruling(
        create_changed_facts(kind, {f"checks.{check}": f"{outcome} unheard_of"}), rule_set, NOW
    )
    assert ruling.outcome in {"NOT_A_CREDENTIAL", "NOT_COVERED", "CANNOT_DECIDE"}


@pytest.mark.parametrize("kind", ["A", "E"])
def test_nothing_shown_never_covers(rule_set, kind):
    checks = {f"checks.{name}": "NOT_RUN" for name in create_changed_facts(kind, {})["checks"]}
    facts = create_changed_facts(kind, checks)
    facts["document"] = create_empty_document("online")
    ruling = create_ruling(facts, rule_set, NOW)
    assert (ruling.outcome, ruling.reason) == ("CANNOT_DECIDE", "not_presented")
    assert ruling.rule == {"A": "A-29", "E": "E-18"}[kind]


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("A", {"document.medium": "paper", "checks.holder_binding": "NOT_RUN"}, "COVERED"),
        ("E", PAPER, "COVERED"),
        ("A", {"checks.person": "NOT_RUN", "answers.same_person": None}, "COVERED"),
        ("A", {"checks.status": "FAILED revoked", "document.ends": "2026-04-01"}, "NOT_COVERED"),
        ("A", {"checks.trust": "INDETERMINATE issuer_left_list"}, "DOUBT"),
        (
            "A",
            {"checks.trust": "INDETERMINATE issuer_left_list", "checks.status": "NOT_RUN"},
            "CANNOT_DECIDE",
        ),
        ("A", {"document.ends": "2028-02-29"}, "COVERED"),
        ("A", {"document.ends": "2028-03-01", "document.code": "11"}, "CANNOT_DECIDE"),
        ("A", {"document.states": [], "document.no_fixed_place": ["GR"]}, "COVERED"),
        ("A", {"situation.country": "LT"}, "DOUBT"),
        ("A", {**ELSEWHERE, "document.code": "02"}, "COVERED"),
        ("A", {**ELSEWHERE, "document.code": "03"}, "NOT_COVERED"),
        ("E", {"situation.date": "2026-12-31"}, "COVERED"),
        ("E", {"document.starts": None, "document.ends": None}, "COVERED"),
        ("E", {"checks.status": "FAILED revoked", "checks.holder_binding": "FAILED replayed"},
         "NOT_A_CREDENTIAL"),
        ("E", {"answers.resides_here": True}, "COVERED"),
    ],
)  # fmt: skip
def test_rulings(rule_set, kind, changes, expected):
    assert create_ruling(create_changed_facts(kind, changes), rule_set, NOW).outcome == expected


@pytest.mark.parametrize("kind", ["A", "E"])
def test_the_failure_decides_not_what_it_kept_from_being_asked(rule_set, kind):
    """Status is asked last, so a contradiction leaves it open; the contradiction is the news."""
    changes = {"checks.integrity": "FAILED birth_after_start", "checks.status": "NOT_RUN"}
    ruling = create_ruling(create_changed_facts(kind, changes), rule_set, NOW)
    assert (ruling.outcome, ruling.reason) == ("CANNOT_DECIDE", "birth_after_start")


def test_catalogue_marks_are_kept():
    """Only what the sources were read for is called verified."""
    read = {rule["id"] for rule in RULES["rules"] if rule["source"]["verified"]}
    remembered = set(ALL_IDS) - read
    assert {"A-14", "A-15", "A-17", "A-23", "A-25", "A-27", "A-30", "E-13", "E-14"} <= remembered
    assert {"A-05", "A-11", "A-26", "E-05", "E-18", "E-19"} <= read
