"""A message as a form: its parts for a page, and the way back from what was typed to content.

A field is named by its place, ``Person.PersonIdentification.familyName``; elements of a list by
their index, ``Employers.0.name``. Which member of a choice is meant stands under the choice's name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esspass.attestations.countries import eessi_country
from esspass.attestations.specification import pda1_states, read_json
from esspass.exchange.schema import Kind, Node, items, kind_of, members, root
from esspass.exchange.sed import sed_types
from esspass.exchange.wording import code_list, country_words, label, sed_words

Form = Mapping[str, Sequence[str]]
"""Every field's values, as ``MultiDict.to_dict(flat=False)`` gives them."""
_SPECIAL = ("XK", "XS", "XU", "XR")
_MOST_TYPED = 20_000  # characters of one field that are looked at


@dataclass(frozen=True, slots=True)
class FormPart:
    """A field, or a block, choice or list of parts. ``label`` and ``options`` are for a person.

    ``options`` are (value, words); of a choice they name its ``parts``, one block each. ``most`` is
    the number of characters, or of elements of a list; ``filled`` whether anything is in a block;
    ``definition`` the shared definition that a block follows.
    """

    name: str
    label: str
    kind: Kind
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    parts: tuple[FormPart, ...] = ()
    most: int = 0
    filled: bool = False
    definition: str = ""


def form_fields(
    sed: str, locale: str, form: Form, *, omit: Iterable[str] = (), more: str = ""
) -> tuple[FormPart, ...]:
    """The form of a message, as long as what ``form`` holds needs it.

    ``omit`` are top-level members that the case knows already; ``more`` names a list to which one
    element is added. Raises MalformedError, ``unknown_sed``.
    """
    drawing = _Drawing(locale, form, more)
    left_out = frozenset(omit)
    return tuple(
        drawing.draw(name, name, node, required, "")
        for name, node, required in members(root(sed))
        if name not in left_out
    )


def parse_form(sed: str, form: Form) -> dict[str, Any]:
    """Read content from what was typed; nothing is checked yet (``find_faults`` does).

    Raises MalformedError, ``unknown_sed``.
    """
    found = _parse_block("", root(sed), form)
    return found if isinstance(found, dict) else {}


def fill_form(content: Mapping[str, Any]) -> dict[str, list[str]]:
    """Write content as the fields of its form: what ``parse_form`` reads back."""
    return dict(_fill("", content))


@dataclass(frozen=True, slots=True)
class _Drawing:
    locale: str
    form: Form
    more: str

    def draw(self, place: str, name: str, node: Node, required: bool, parent: str) -> FormPart:
        kind = kind_of(node)
        words = label(name, self.locale, parent)
        if kind is Kind.LIST:
            parts = self._elements(place, name, node, required)
            filled = self._is_filled(place)
            return FormPart(place, words, kind, required, (), parts, node["maxItems"], filled)
        if kind in (Kind.BLOCK, Kind.CHOICE):
            parts = tuple(
                self.draw(f"{place}.{member}", member, schema, needed, name)
                for member, schema, needed in members(node)
            )
            options = tuple((part.name.rpartition(".")[2], part.label) for part in parts)
            return FormPart(
                place, words, kind, required, options if kind is Kind.CHOICE else (), parts,
                filled=self._is_filled(place), definition=node.get("definition", ""),
            )  # fmt: skip
        inner = items(node) if kind is Kind.SEVERAL else node
        return FormPart(
            place, words, kind, required, self._options(inner), most=inner.get("maxLength", 0)
        )

    def _is_filled(self, place: str) -> bool:
        """Whether anything was typed in a block, or is about to be."""
        prefix = f"{place}."
        typed = (name.startswith(prefix) and any(texts) for name, texts in self.form.items())
        return self.more.startswith((prefix, place)) or any(typed)

    def _elements(self, place: str, name: str, node: Node, required: bool) -> tuple[FormPart, ...]:
        count = max(_indices(place, self.form), default=-1) + 1
        count = max(count + (self.more == place), int(required))
        return tuple(
            self.draw(f"{place}.{index}", name, items(node), required and index == 0, "")
            for index in range(min(count, node["maxItems"]))
        )

    def _options(self, node: Node) -> tuple[tuple[str, str], ...]:
        kind = kind_of(node)
        if kind is Kind.COUNTRY:
            return _countries(bool(node.get("world")), self.locale)
        if kind is Kind.CODE:
            return code_list(node["codes"], self.locale)
        if kind is Kind.SED:
            return tuple((sed, sed_words(sed, self.locale)) for sed in sed_types())
        return ()


def _countries(world: bool, locale: str) -> tuple[tuple[str, str], ...]:
    defs = read_json("common.schema.json")["$defs"]
    known = [*defs["countryCodeWorld"]["enum"], *_SPECIAL] if world else pda1_states()
    named = [(eessi_country(code), country_words(code, locale)) for code in known]
    return tuple(sorted(named, key=lambda entry: _sort_key(entry[1])))


def _sort_key(words: str) -> str:
    """Accents do not count: ``Αίγυπτος`` stands among the alphas."""
    parts = unicodedata.normalize("NFKD", words.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _indices(place: str, form: Form) -> list[int]:
    prefix = f"{place}."
    heads = {
        name.removeprefix(prefix).partition(".")[0] for name in form if name.startswith(prefix)
    }
    return sorted(int(head) for head in heads if head.isdecimal() and len(head) <= 2)


def _parse(place: str, node: Node, form: Form) -> Any:
    """Read one place; None if nothing was typed there."""
    kind = kind_of(node)
    if kind is Kind.BLOCK:
        return _parse_block(f"{place}.", node, form)
    if kind is Kind.CHOICE:
        return _parse_choice(place, node, form)
    if kind is Kind.LIST:
        return _parse_list(place, node, form)
    typed = [_clean(value) for value in form.get(place, ())]
    typed = [value for value in typed if value]
    if kind is Kind.SEVERAL:
        return list(dict.fromkeys(typed)) or None
    if kind is Kind.YES_NO and typed:
        return {"true": True, "false": False}.get(typed[0], typed[0])
    return typed[0] if typed else None


def _parse_block(prefix: str, node: Node, form: Form) -> dict[str, Any] | None:
    found = {name: _parse(f"{prefix}{name}", schema, form) for name, schema, _ in members(node)}
    return {name: value for name, value in found.items() if value is not None} or None


def _parse_choice(place: str, node: Node, form: Form) -> dict[str, Any] | None:
    chosen = next(iter(form.get(place, ())), "")
    for variant, schema, _ in members(node):
        if variant == chosen:
            fixed = {
                name: True for name, member, _ in members(schema) if kind_of(member) is Kind.FIXED
            }
            return {variant: fixed or _parse(f"{place}.{variant}", schema, form) or {}}
    return None


def _parse_list(place: str, node: Node, form: Form) -> list[Any] | None:
    found = [_parse(f"{place}.{index}", items(node), form) for index in _indices(place, form)]
    return [element for element in found if element is not None] or None


def _clean(value: str) -> str:
    return value[:_MOST_TYPED].replace("\r\n", "\n").replace("\r", "\n").strip()


def _fill(place: str, value: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, Mapping):
        if len(value) == 1 and place:
            yield place, [str(next(iter(value)))]
        for name, member in value.items():
            yield from _fill(f"{place}.{name}" if place else name, member)
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for index, element in enumerate(value):
            yield from _fill(f"{place}.{index}", element)
    elif isinstance(value, list):
        yield place, [str(each) for each in value]
    else:
        yield place, [str(value).lower() if isinstance(value, bool) else str(value)]
