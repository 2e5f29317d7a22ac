"""How each kind of value of a form is written for a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esspass.attestations.wording import (
    code_name,
    country_name,
    date_name,
    end_date_name,
    enumerate_words,
    plain_text,
    word,
)

_STREET = ("streetAndNumber", "street_address")
_NUMBER = ("house_number", "building_number")
_POSTCODE = ("postcode", "postal_code")
_TOWN = ("town", "locality")
_COUNTRY = ("countryCode", "country")


def describe_value(kind: str, value: Any, locale: str) -> str:
    """Write ``value`` as its ``kind`` of ``form.json`` asks; empty if it says nothing."""
    if kind.startswith("code:"):
        return code_name(kind.removeprefix("code:"), value, locale)
    return _WRITERS[kind](value, locale)


def shorten_value(kind: str, value: Any, locale: str) -> str:
    """The same for a card: dates in figures and short month names."""
    if kind == "date":
        return date_name(value, locale, "medium")
    if kind == "end_date":
        return end_date_name(value, locale, "medium")
    return describe_value(kind, value, locale)


def _write_text(value: Any, _locale: str) -> str:
    return ", ".join(plain_text(leaf) for leaf in _leaves(value))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    return (
        [leaf for item in value for leaf in _leaves(item)] if isinstance(value, list) else [value]
    )


def _write_yes_no(value: Any, locale: str) -> str:
    if isinstance(value, bool):
        return word("yes" if value else "no", locale)
    return plain_text(value)


def _write_country(value: Any, locale: str) -> str:
    return country_name(str(value), locale)


def _write_countries(value: Any, locale: str) -> str:
    if not isinstance(value, list):
        return plain_text(value)
    return enumerate_words((country_name(str(code), locale) for code in value), locale)


def _write_address(value: Any, locale: str) -> str:
    """Street, postcode and town, region, country; the formatted one if there is no more."""
    if not isinstance(value, Mapping):
        return plain_text(value)
    town = _join(" ", _find(value, _POSTCODE), _find(value, _TOWN))
    if not town and value.get("formatted"):
        return plain_text(value["formatted"])
    region = _find(value, ("region",))
    code = _find(value, _COUNTRY)
    return _join(
        ", ",
        _join(" ", _find(value, _STREET), _find(value, _NUMBER)),
        town,
        region if region != _find(value, _TOWN) else "",
        country_name(code, locale) if code else "",
    )


def _find(value: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((plain_text(value[name]) for name in names if value.get(name)), "")


def _join(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)


def _write_picture(_value: Any, locale: str) -> str:
    return word("picture", locale)


def _write_no_fixed(_value: Any, locale: str) -> str:
    return word("no_fixed", locale)


_WRITERS: Mapping[str, Callable[[Any, str], str]] = {
    "text": _write_text,
    "date": date_name,
    "end_date": end_date_name,
    "yes_no": _write_yes_no,
    "country": _write_country,
    "countries": _write_countries,
    "address": _write_address,
    "picture": _write_picture,
    "no_fixed": _write_no_fixed,
}
