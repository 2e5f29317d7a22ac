"""A document in plain words, in the order of its paper form (``specs/types/<type>/form.json``).

Every claim a person holds or is asked for is described: what the form does not foresee comes last,
under its own name. Values are text of others, made safe to show but not escaped for any markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from esspass.attestations.registry import ClaimPath, attestation_type
from esspass.attestations.schemas import envelope_claims
from esspass.attestations.specification import COUNTRY, read_json
from esspass.attestations.values import describe_value
from esspass.attestations.wording import choose_locale, country_in, country_name, plain_text, word

_Section = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DescribedClaim:
    """One line for a person. ``path`` is concrete (indices, no None); ``box`` the form's number."""

    path: ClaimPath
    label: str
    value: str
    group: str
    box: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of the form, filled in from one part of the claims."""

    title: str
    section: _Section
    path: ClaimPath
    claims: Any


def describe_type(vct: str, locale: str) -> str:
    """The name of the document. Raises MalformedError, ``unknown_type``."""
    return _display(attestation_type(vct).metadata["display"], locale)["name"]


def describe_path(vct: str, path: ClaimPath, locale: str) -> str:
    """The name of a claim as a request or a disclosure names it; unknown ones by their own name.

    Claims beneath a State's places of work name the State: "Company or vessel (Greece)".
    """
    label = _label(vct, path, locale)
    state = path[1] if path[:1] == ("placesOfWork",) and len(path) > 1 else None
    if not isinstance(state, str):
        return label
    country = country_name(state, locale)
    return label.format(country=country) if "{country}" in label else f"{label} ({country})"


def describe_claims(vct: str, claims: Mapping[str, Any], locale: str) -> list[DescribedClaim]:
    """Describe processed claims, complete or not, envelope left out.

    Raises MalformedError, ``unknown_type``. ``locale`` is any tag; a language that has no
    catalogue is served in English.
    """
    locale = choose_locale(locale)
    form = read_json(f"{attestation_type(vct).folder}/form.json")
    blocks = _number(block for section in form for block in _fill(section, claims, locale))
    rows = [row for block in blocks for row in _describe_block(vct, block, locale)]
    return rows + _describe_rest(vct, claims, {row.path for row in rows}, locale)


def _fill(section: _Section, claims: Mapping[str, Any], locale: str) -> Iterator[_Block]:
    each = section.get("each", ())
    for path, node in select_all(claims, tuple(each)):
        yield _Block(_title(section, path, node, locale), section, path, node)
    if "empty" in section:
        for path, node in select_all(claims, tuple(each[:-1])):
            if node == []:
                yield _Block(_title(section, path, node, locale), section, path, node)


def _title(section: _Section, path: ClaimPath, node: Any, locale: str) -> str:
    titles = section["title"]
    if "titles" in section and isinstance(node, Mapping):
        value = str(node.get(section["titles"]["claim"]))
        titles = section["titles"]["by_value"].get(value, titles)
    title = str(titles[locale])
    if "{country}" not in title:
        return title
    return title.format(country=country_in(_state(section, path, node), locale))


def _state(section: _Section, path: ClaimPath, node: Any) -> str:
    """The State a place of work lies in: a member of it, the value itself, or its key."""
    if "country" in section and isinstance(node, Mapping):
        return str(node.get(section["country"], ""))
    return node if isinstance(node, str) else "".join(str(part) for part in path[1:2])


def _number(found: Iterator[_Block]) -> list[_Block]:
    """Number the repeated blocks that share a title."""
    blocks = list(found)
    totals = Counter(block.title for block in blocks if "numbered" in block.section)
    seen: Counter[str] = Counter()
    return [_numbered(block, totals, seen) for block in blocks]


def _numbered(block: _Block, totals: Counter[str], seen: Counter[str]) -> _Block:
    pattern = block.section.get("numbered")
    if pattern is None or totals[block.title] == 1:
        return block
    seen[block.title] += 1
    return replace(block, title=pattern.format(title=block.title, n=seen[block.title]))


def _describe_block(vct: str, block: _Block, locale: str) -> Iterator[DescribedClaim]:
    if block.claims == [] and "empty" in block.section:
        empty = block.section["empty"]
        label, value = empty["label"][locale], empty["value"][locale]
        yield DescribedClaim(block.path, label, value, block.title, empty["box"])
        return
    for field in block.section["fields"]:
        for path, value in select_all(block.claims, tuple(field["path"])):
            text = describe_value(field.get("kind", "text"), value, locale)
            where = block.path + path
            if text:
                label = field["label"][locale] if "label" in field else _label(vct, where, locale)
                yield DescribedClaim(where, label, text, block.title, field.get("box", ""))


def _describe_rest(
    vct: str, claims: Mapping[str, Any], covered: set[ClaimPath], locale: str
) -> list[DescribedClaim]:
    rest = {name: value for name, value in claims.items() if name not in envelope_claims()}
    return [
        DescribedClaim(
            path, describe_path(vct, path, locale), plain_text(value), word("other", locale)
        )
        for path, value in _leaves(rest, ())
        if not any(path[: len(known)] == known for known in covered)
    ]


def _leaves(node: Any, path: ClaimPath) -> Iterator[tuple[ClaimPath, Any]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _leaves(value, (*path, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, (*path, index))
    else:
        yield path, node


def select_all(node: Any, template: ClaimPath) -> Iterator[tuple[ClaimPath, Any]]:
    """Find what a path of a form names; ``None`` is every element, ``<CC>`` every member."""
    if not template:
        yield (), node
        return
    head, tail = template[0], template[1:]
    children: list[tuple[str | int, Any]] = []
    if head is None and isinstance(node, list):
        children = list(enumerate(node))
    elif isinstance(head, str) and isinstance(node, Mapping):
        children = list(node.items()) if head == COUNTRY else [(head, node.get(head))]
    for key, child in children:
        if child is not None:
            yield from (((key, *path), value) for path, value in select_all(child, tail))


def _label(vct: str, path: ClaimPath, locale: str) -> str:
    labels = _labels(vct).get(_generalise(vct, path))
    if labels is None:
        return plain_text(next((part for part in reversed(path) if isinstance(part, str)), ""))
    return labels[choose_locale(locale)]


def _generalise(vct: str, path: ClaimPath) -> ClaimPath:
    """The path as the metadata writes it: indices become None, States become ``<CC>``."""
    general = tuple(None if isinstance(part, int) else part for part in path)
    if len(general) > 1 and general[0] == "placesOfWork":
        general = (general[0], COUNTRY, *general[2:])
    if general not in _labels(vct) and general and general[-1] is None:
        return general[:-1]
    return general


@cache
def _labels(vct: str) -> Mapping[ClaimPath, Mapping[str, str]]:
    source = read_json(f"{attestation_type(vct).folder}/metadata.json")
    return {
        tuple(claim["path"]): {entry["locale"]: entry["label"] for entry in claim["display"]}
        for claim in source["claims"]
    }


def _display(entries: list[dict[str, str]], locale: str) -> dict[str, str]:
    return next(entry for entry in entries if entry["locale"] == choose_locale(locale))
