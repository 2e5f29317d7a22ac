"""Conditions as data: the part of JSON Logic (jsonlogic.com) that rules may use, and dates.

Values behave as in json-logic-js, which runs the same rules in browsers: an empty array is false,
null equals only null, ``all`` of nothing is false. The Python libraries differ there (null equals
false, no ``some`` or ``filter``), so this is our own. Of ours are ``before``, ``after``,
``not-before``, ``not-after`` (false unless every date is one), ``plus-days`` and ``plus-months``
(null unless it gives a date; the end of the month clamps). Nothing reads the clock.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from esspass.attestations import parse_day
from esspass.errors import MalformedError

MAX_NODES = 500
MAX_DEPTH = 20
_SCOPED = frozenset({"some", "all", "none", "map", "filter"})
_Operator = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Logic:
    """An expression whose operators, variables and size were checked."""

    expression: Any

    def evaluate(self, data: Any) -> Any:
        """Return its value over ``data``; never raises for data that is JSON."""
        return _evaluate(self.expression, data)

    def holds(self, data: Any) -> bool:
        """Say whether its value counts as true."""
        return is_true(self.evaluate(data))


def parse_logic(value: Any, variables: Collection[str]) -> Logic:
    """Check an expression over these ``variables`` (dotted paths, or a beginning of one).

    Raises MalformedError: ``rule_operator``, ``rule_variable``, ``rule_size``.
    """
    nodes = _count(value, 0)
    if nodes > MAX_NODES:
        raise MalformedError("a condition is too long", code="rule_size")
    _verify(value, variables)
    return Logic(value)


def is_true(value: Any) -> bool:
    """Say whether a value counts as true: as in JavaScript, but an empty array does not."""
    return not (isinstance(value, float) and math.isnan(value)) and (
        isinstance(value, dict) or bool(value)
    )


def plus_days(day: date, days: int) -> date | None:
    """Return the day so much later; None where the calendar ends."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def plus_months(day: date, months: int) -> date | None:
    """Return the same day of another month, or its last one; None where the calendar ends."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _count(value: Any, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise MalformedError("a condition is nested too deeply", code="rule_size")
    members = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return 1
    return 1 + sum(_count(member, depth + 1) for member in members)


def _verify(value: Any, variables: Collection[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _verify(item, variables)
    elif isinstance(value, dict):
        operator, arguments = _split(value)
        if operator in ("var", "missing"):
            names = arguments[:1] if operator == "var" else arguments
            _verify_names(names, variables)
        elif operator in _SCOPED:
            _verify(arguments[0], variables)
            # inside, names are those of an item, which has no others than these
            _verify(arguments[1:], _item_names(variables))
        else:
            _verify(arguments, variables)


def _split(value: Mapping[str, Any]) -> tuple[str, list[Any]]:
    operator = next(iter(value), "")
    if len(value) != 1 or operator not in _OPERATORS:
        raise MalformedError("a condition uses an unknown operator", code="rule_operator")
    arguments = value[operator]
    arguments = arguments if isinstance(arguments, list) else [arguments]
    lowest, highest = _ARITY.get(operator, (0, MAX_NODES))
    if not lowest <= len(arguments) <= highest:
        raise MalformedError(f"{operator} has too few or too many arguments", code="rule_operator")
    return operator, arguments


def _verify_names(names: list[Any], variables: Collection[str]) -> None:
    for name in names:
        known = isinstance(name, str) and any(
            each == name or each.startswith(f"{name}.") for each in variables
        )
        if not known:
            raise MalformedError(f"a condition asks for {str(name)[:60]}", code="rule_variable")


def _item_names(variables: Collection[str]) -> frozenset[str]:
    members = {name.partition("[].")[2] for name in variables if "[]." in name}
    return frozenset({*members, ""})


def _evaluate(expression: Any, data: Any) -> Any:
    if isinstance(expression, list):
        return [_evaluate(item, data) for item in expression]
    if not isinstance(expression, dict):
        return expression
    operator, arguments = _split(expression)
    if operator in _LAZY:
        return _LAZY[operator](arguments, data)
    return _STRICT[operator](*(_evaluate(argument, data) for argument in arguments))


def _read(data: Any, path: str) -> Any:
    for part in path.split(".") if path else ():
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _var(arguments: list[Any], data: Any) -> Any:
    found = _read(data, arguments[0])
    return _evaluate(arguments[1], data) if found is None and len(arguments) > 1 else found


def _missing(arguments: list[Any], data: Any) -> list[Any]:
    return [name for name in arguments if _read(data, name) in (None, "")]


def _and(arguments: list[Any], data: Any) -> Any:
    value: Any = None
    for argument in arguments:
        value = _evaluate(argument, data)
        if not is_true(value):
            break
    return value


def _or(arguments: list[Any], data: Any) -> Any:
    value: Any = None
    for argument in arguments:
        value = _evaluate(argument, data)
        if is_true(value):
            break
    return value


def _if(arguments: list[Any], data: Any) -> Any:
    for position in range(0, len(arguments) - 1, 2):
        if is_true(_evaluate(arguments[position], data)):
            return _evaluate(arguments[position + 1], data)
    return _evaluate(arguments[-1], data) if len(arguments) % 2 else None


def _filter(arguments: list[Any], data: Any) -> list[Any]:
    items = _items(arguments, data)
    return [item for item in items if is_true(_evaluate(arguments[1], item))]


def _all(arguments: list[Any], data: Any) -> bool:
    items = _items(arguments, data)
    return bool(items) and len(_filter(arguments, data)) == len(items)


def _map(arguments: list[Any], data: Any) -> list[Any]:
    return [_evaluate(arguments[1], item) for item in _items(arguments, data)]


def _items(arguments: list[Any], data: Any) -> list[Any]:
    items = _evaluate(arguments[0], data)
    return items if isinstance(items, list) else []


def _equal(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(one, list | dict) or isinstance(other, list | dict):
        return False
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    return _number(one) == _number(other)


def _less(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one < other
    return _number(one) < _number(other)


def _less_or_equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one <= other
    return _number(one) <= _number(other)


def _number(value: Any) -> float:
    """Convert as JavaScript does: null is 0, a word is no number and compares as false."""
    if isinstance(value, list | dict):
        return math.nan
    try:
        return float(value or 0)
    except ValueError:
        return math.nan


def _in(needle: Any, haystack: Any) -> bool:
    if isinstance(haystack, str):
        return isinstance(needle, str) and needle in haystack
    if not isinstance(haystack, list) or isinstance(needle, list | dict):
        return False
    return any(type(item) is type(needle) and item == needle for item in haystack)


def _cat(*values: Any) -> str:
    return "".join("" if value is None else _word(value) for value in values)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plus(*values: Any) -> float:
    return _whole(sum(_number(value) for value in values))


def _minus(one: Any, other: Any = None) -> float:
    return _whole(-_number(one) if other is None else _number(one) - _number(other))


def _whole(value: float) -> float:
    """Whole numbers stay whole, as they are written in JSON."""
    return int(value) if value.is_integer() else value


def _compare(holds: Callable[[Any, Any], bool]) -> _Operator:
    return lambda *values: all(holds(one, other) for one, other in pairwise(values))


def _compare_days(holds: Callable[[date, date], bool]) -> _Operator:
    def compare(*values: Any) -> bool:
        days = [day for value in values if (day := parse_day(value)) is not None]
        return len(days) == len(values) and all(holds(a, b) for a, b in pairwise(days))

    return compare


def _shift(plus: Callable[[date, int], date | None]) -> _Operator:
    def shift(value: Any, number: Any) -> str | None:
        day = parse_day(value)
        if day is None or isinstance(number, bool) or not isinstance(number, int):
            return None
        shifted = plus(day, number)
        return shifted.isoformat() if shifted else None

    return shift


_LAZY: Mapping[str, Callable[[list[Any], Any], Any]] = {
    "var": _var,
    "missing": _missing,
    "and": _and,
    "or": _or,
    "if": _if,
    "filter": _filter,
    "map": _map,
    "all": _all,
    "some": lambda arguments, data: bool(_filter(arguments, data)),
    "none": lambda arguments, data: not _filter(arguments, data),
}
_STRICT: Mapping[str, _Operator] = {
    "==": _equal,
    "!=": lambda one, other: not _equal(one, other),
    "!": lambda value: not is_true(value),
    "!!": is_true,
    "in": _in,
    "<": _compare(_less),
    "<=": _compare(_less_or_equal),
    ">": lambda one, other: _less(other, one),
    ">=": lambda one, other: _less_or_equal(other, one),
    "+": _plus,
    "-": _minus,
    "cat": _cat,
    "before": _compare_days(lambda one, other: one < other),
    "after": _compare_days(lambda one, other: one > other),
    "not-before": _compare_days(lambda one, other: one >= other),
    "not-after": _compare_days(lambda one, other: one <= other),
    "plus-days": _shift(plus_days),
    "plus-months": _shift(plus_months),
}
_OPERATORS = _LAZY.keys() | _STRICT.keys()
_PAIR, _DAYS = (2, 2), (2, 3)
_ARITY: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("==", "!=", "in", ">", ">=", "plus-days", "plus-months", *_SCOPED), _PAIR),
    **dict.fromkeys(("<", "<=", "before", "after", "not-before", "not-after"), _DAYS),
    **dict.fromkeys(("!", "!!"), (1, 1)),
    **dict.fromkeys(("var", "-"), (1, 2)),
    **dict.fromkeys(("missing", "and", "or", "if"), (1, MAX_NODES)),
}
