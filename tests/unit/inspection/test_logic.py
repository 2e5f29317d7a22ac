"""Conditions behave as json-logic-js does, dates as calendars do, and nothing runs away."""

from datetime import date

import pytest
from hypothesis import given, strategies

from esspass.errors import MalformedError
from esspass.inspection.logic import parse_logic, plus_months

DATA = {
    "a": 1, "none": None, "no": False, "word": "LT", "day": "2026-01-31", "empty": [],
    "list": ["LT", "GR"], "people": [{"age": 10, "name": "x"}, {"age": 20, "name": None}],
    "deep": {"er": {"est": 7}},
}  # fmt: skip
NAMES = frozenset(
    {"a", "none", "no", "word", "day", "empty", "list", "people", "people[].age", "people[].name"}
    | {"deep.er.est"}
)


def value(expression):
    return parse_logic(expression, NAMES).evaluate(DATA)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"var": "a"}, 1),
        ({"var": "deep.er"}, {"est": 7}),
        ({"var": ["none", 5]}, 5),
        ({"missing": ["a", "none", "word"]}, ["none"]),
        ({"==": [{"var": "none"}, False]}, False),  # the libraries for Python say true
        ({"==": [{"var": "none"}, None]}, True),
        ({"==": [{"var": "no"}, False]}, True),
        ({"==": [1, "1"]}, True),
        ({"==": [{"var": "list"}, ["LT", "GR"]]}, False),
        ({"!=": [{"var": "word"}, "GR"]}, True),
        ({"!": [{"var": "empty"}]}, True),
        ({"!": {"var": "empty"}}, True),
        ({"!!": [{"var": "deep"}]}, True),
        ({"!!": "0"}, True),
        ({"and": [1, {"var": "empty"}, 2]}, []),
        ({"or": [{"var": "empty"}, 0, "x"]}, "x"),
        ({"if": [False, 1, True, 2, 3]}, 2),
        ({"if": [False, 1, 3]}, 3),
        ({"if": [False, 1]}, None),
        ({"in": ["GR", {"var": "list"}]}, True),
        ({"in": [{"var": "none"}, {"var": "list"}]}, False),
        ({"in": ["L", {"var": "word"}]}, True),
        ({"in": ["L", {"var": "none"}]}, False),
        ({"<": [1, 2, 3]}, True),
        ({"<": [1, 3, 3]}, False),
        ({"<=": [1, 3, 3]}, True),
        ({">": ["b", "a"]}, True),
        ({">=": [{"var": "none"}, 1]}, False),
        ({"<": ["x", 1]}, False),
        ({"+": [1, 2, "3"]}, 6),
        ({"-": [5, 7]}, -2),
        ({"-": [5]}, -5),
        ({"cat": ["a", None, 1, True]}, "a1true"),
        ({"filter": [{"var": "people"}, {">": [{"var": "age"}, 15]}]}, [{"age": 20, "name": None}]),
        ({"map": [{"var": "people"}, {"var": "age"}]}, [10, 20]),
        ({"map": [{"var": "list"}, {"cat": [{"var": ""}, "!"]}]}, ["LT!", "GR!"]),
        ({"map": [{"var": "none"}, {"var": ""}]}, []),
        ({"some": [{"var": "people"}, {"==": [{"var": "age"}, 20]}]}, True),
        ({"some": [{"var": "empty"}, True]}, False),
        ({"none": [{"var": "empty"}, True]}, True),
        ({"all": [{"var": "people"}, {">": [{"var": "age"}, 5]}]}, True),
        ({"all": [{"var": "empty"}, True]}, False),
        ({"before": ["2026-01-30", {"var": "day"}]}, True),
        ({"before": ["2026-01-30", "2026-01-31", "2026-02-01"]}, True),
        ({"before": ["2026-01-30", "2026-02-01", "2026-01-31"]}, False),
        ({"after": ["2026-02-01", {"var": "day"}]}, True),
        ({"after": [{"var": "day"}, {"var": "day"}]}, False),
        ({"not-before": [{"var": "day"}, {"var": "day"}]}, True),
        ({"not-after": [{"var": "day"}, {"var": "day"}]}, True),
        ({"not-after": [{"var": "none"}, {"var": "day"}]}, False),
        ({"not-before": ["2026-02-30", "2026-01-01"]}, False),
        ({"plus-days": [{"var": "day"}, 1]}, "2026-02-01"),
        ({"plus-days": [{"var": "day"}, -31]}, "2025-12-31"),
        ({"plus-months": [{"var": "day"}, 1]}, "2026-02-28"),
        ({"plus-months": ["2024-01-31", 1]}, "2024-02-29"),
        ({"plus-months": [{"var": "day"}, -11]}, "2025-02-28"),
        ({"plus-months": ["2024-02-29", 24]}, "2026-02-28"),
        ({"plus-months": ["9999-12-01", 1]}, None),
        ({"plus-days": ["9999-12-31", 1]}, None),
        ({"plus-days": [{"var": "none"}, 1]}, None),
        ({"plus-days": [{"var": "day"}, True]}, None),
    ],
    ids=str,
)
def test_values(expression, expected):
    found = value(expression)
    assert found == expected
    assert type(found) is type(expected) or isinstance(found, int | float)


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ({"log": "x"}, "rule_operator"),
        ({"today": []}, "rule_operator"),
        ({"*": [2, 3]}, "rule_operator"),
        ({"==": [1, 2], "!=": [1, 2]}, "rule_operator"),
        ({}, "rule_operator"),
        ({"==": [1]}, "rule_operator"),
        ({"var": "unknown"}, "rule_variable"),
        ({"var": ""}, "rule_variable"),
        ({"var": {"cat": ["a"]}}, "rule_variable"),
        ({"var": "deep.er.est.x"}, "rule_variable"),
        ({"missing": ["b"]}, "rule_variable"),
        ({"some": [{"var": "people"}, {"var": "a"}]}, "rule_variable"),
        ({"and": [1] * 501}, "rule_size"),
    ],
    ids=str,
)
def test_refused_expressions(expression, code):
    with pytest.raises(MalformedError) as refused:
        parse_logic(expression, NAMES)
    assert refused.value.code == code


def test_nesting_is_bounded():
    expression = True
    for _ in range(30):
        expression = {"!": [expression]}
    with pytest.raises(MalformedError, match="nested"):
        parse_logic(expression, NAMES)


@given(strategies.dates(), strategies.integers(-30000, 30000))
def test_months_never_skip_one(day, months):
    shifted = plus_months(day, months)
    if shifted is None:
        assert not date.min.year <= day.year + (day.month - 1 + months) // 12 <= date.max.year
    else:
        passed = (shifted.year - day.year) * 12 + shifted.month - day.month
        assert passed == months
        assert shifted.day <= day.day
