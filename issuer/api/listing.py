"""How answers are written: a part of a list and how long the whole is, and objects by shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from issuer.api.shapes import Paging, Shape
from issuer.paging import find_start

T = TypeVar("T")
Answered = Any
"""What a view answers: members by its shape (with headers), or a response as it is."""


def write_page(items: Iterable[dict[str, Any]], wanted: Paging, total: int) -> dict[str, Any]:
    """Write a part that was read as such."""
    return {"items": list(items), "page": wanted.page, "size": wanted.size, "total": total}


def cut_page(
    found: Sequence[T], wanted: Paging, write: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """Cut the part that is wanted out of a list that is short by nature."""
    start = find_start(wanted.page, wanted.size)
    return write_page(map(write, found[start : start + wanted.size]), wanted, len(found))


def pick(source: object, shape: type[Shape]) -> dict[str, Any]:
    """Take from an object what a shape names."""
    return {name: getattr(source, name) for name in shape.model_fields}
