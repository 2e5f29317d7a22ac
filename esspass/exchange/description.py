"""A message in plain words: sections of lines that a clerk can read, in the order of its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.attestations import attestation_types, describe_type
from esspass.attestations.wording import date_name, enumerate_words, plain_text, word
from esspass.exchange.schema import Kind, Node, items, kind_of, members, root
from esspass.exchange.wording import code_words, country_words, label, sed_words

_Rows = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a message: its title and its lines (label, value)."""

    title: str
    rows: tuple[tuple[str, str], ...]


def describe_content(sed: str, content: Mapping[str, Any], locale: str) -> tuple[Section, ...]:
    """Describe the verified content of a message. Raises MalformedError, ``unknown_sed``.

    Values are text of others, made safe to show but not escaped for any markup.
    """
    sections = (
        section
        for name, node, _ in members(root(sed))
        if name in content
        for section in _sections(name, node, content[name], locale)
    )
    return tuple(section for section in sections if section.rows)


def _sections(name: str, node: Node, value: Any, locale: str) -> Iterator[Section]:
    title = label(name, locale)
    if kind_of(node) is not Kind.LIST:
        yield Section(title, tuple(_rows(name, node, value, locale, "")))
        return
    for number, element in enumerate(value, start=1):
        numbered = f"{title} {number}" if len(value) > 1 else title
        yield Section(numbered, tuple(_rows(name, items(node), element, locale, "")))


def _rows(name: str, node: Node, value: Any, locale: str, parent: str) -> _Rows:
    kind, words = kind_of(node), label(name, locale, parent)
    if "line" in node:
        yield words, _LINES[node["line"]](value, locale)
    elif kind is Kind.CHOICE:
        yield from _chosen(name, node, value, locale)
    elif kind is Kind.BLOCK:
        yield from _members(name, node, value, locale)
    elif kind is Kind.LIST:
        for element in value:
            yield from _rows(name, items(node), element, locale, parent)
    elif kind is Kind.SEVERAL:
        yield words, enumerate_words((_leaf(items(node), each, locale) for each in value), locale)
    else:
        yield words, _leaf(node, value, locale, name)


def _members(name: str, node: Node, value: Mapping[str, Any], locale: str) -> _Rows:
    for member, schema, _ in members(node):
        if member in value:
            yield from _rows(member, schema, value[member], locale, name)


def _chosen(name: str, node: Node, value: Mapping[str, Any], locale: str) -> _Rows:
    for variant, schema, _ in members(node):
        if variant in value:
            yield label(name, locale), label(variant, locale)
            yield from _rows(variant, schema, value[variant], locale, name)


def _leaf(node: Node, value: Any, locale: str, name: str = "") -> str:
    write = _LEAVES.get(kind_of(node))
    if write:
        return write(value, locale)
    if "codes" in node:
        return code_words(node["codes"], value, locale)
    if isinstance(value, bool):
        return word("yes" if value else "no", locale)
    if name == "vct" and value in attestation_types():
        return describe_type(value, locale)
    return plain_text(value)


def _period(value: Mapping[str, Any], locale: str) -> str:
    if "FixedPeriod" in value:
        period = value["FixedPeriod"]
        ends = date_name(period["endDate"], locale)
    else:
        period = value["OpenPeriod"]
        ends = code_words("typeOpenPeriod", period["typeOpenPeriod"], locale).lower()
    return f"{date_name(period['startDate'], locale)} \N{EN DASH} {ends}"


def _address(value: Mapping[str, Any], locale: str) -> str:
    names = ("street", "buildingName")
    town = " ".join(plain_text(value[name]) for name in ("postalCode", "town") if name in value)
    parts = [*(plain_text(value[name]) for name in names if name in value), town]
    parts += [plain_text(value["region"])] if "region" in value else []
    return ", ".join([*parts, country_words(value["country"], locale)])


def _place(value: Mapping[str, Any], locale: str) -> str:
    parts = [plain_text(value[name]) for name in ("town", "region") if name in value]
    parts += [country_words(value["country"], locale)] if "country" in value else []
    return ", ".join(parts)


def _pin(value: Mapping[str, Any], locale: str) -> str:
    number = plain_text(value["personalIdentificationNumber"])
    return f"{number} ({country_words(value['country'], locale)})"


def _institution(value: Mapping[str, Any], _locale: str) -> str:
    code = plain_text(value["institutionID"])
    return (
        f"{plain_text(value['institutionName'])} ({code})" if "institutionName" in value else code
    )


def _number(value: Mapping[str, Any], locale: str) -> str:
    number = plain_text(value["number"])
    if "typeNumber" not in value:
        return number
    return f"{number} ({code_words('typeNumber', value['typeNumber'], locale)})"


def _finding(value: Mapping[str, Any], _locale: str) -> str:
    return ": ".join(plain_text(value[name]) for name in ("rule", "sentence") if name in value)


_LEAVES: Mapping[Kind, Callable[[Any, str], str]] = {
    Kind.DATE: date_name,
    Kind.COUNTRY: country_words,
    Kind.SED: sed_words,
}
_LINES: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "period": _period,
    "address": _address,
    "place": _place,
    "pin": _pin,
    "institution": _institution,
    "number": _number,
    "finding": _finding,
}
