"""Claims path pointers (OpenID4VP 1.0, section 7): where in a credential a claim stands.

A path is a tuple of names, non-negative array indices, and None for every array element.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from esspass.errors import MalformedError

ClaimPath = tuple[str | int | None, ...]
MAX_PATH = 16
MAX_NAME = 256


def parse_path(value: Any) -> ClaimPath:
    """Read a claims path pointer out of JSON. Raises MalformedError."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_PATH:
        raise MalformedError("a claims path is a non-empty array")
    if not all(_is_component(component) for component in value):
        raise MalformedError("a claims path holds names, indices and null")
    return tuple(value)


def _is_component(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_NAME
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


def find_claims(claims: Mapping[str, Any], path: ClaimPath) -> dict[ClaimPath, Any]:
    """Apply ``path`` (section 7.1.1): each selected claim under its own path, without None.

    Empty when the path meets a value of the wrong kind or selects nothing.
    """
    selected: dict[ClaimPath, Any] = {(): claims}
    for component in path:
        found = dict[ClaimPath, Any]()
        for place, value in selected.items():
            if isinstance(value, Mapping) is not isinstance(component, str):
                return {}
            if not isinstance(value, Mapping | list | tuple):
                return {}
            found.update(_step(place, value, component))
        selected = found
    return selected


def _step(
    place: ClaimPath, value: Mapping[str, Any] | list[Any] | tuple[Any, ...], key: str | int | None
) -> Iterator[tuple[ClaimPath, Any]]:
    if isinstance(value, Mapping):
        if key in value:
            yield (*place, key), value[str(key)]
        return
    for index, element in enumerate(value):
        if key is None or key == index:
            yield (*place, index), element


def covers(requested: ClaimPath, disclosed: ClaimPath) -> bool:
    """Whether asking for ``requested`` explains that ``disclosed`` was shown.

    It does when one lies on the way to the other. Array positions count as equal: an element
    that stays hidden shifts those behind it, so an index means nothing after disclosure.
    """
    return all(
        ours == theirs or not (isinstance(ours, str) or isinstance(theirs, str))
        for ours, theirs in zip(requested, disclosed, strict=False)
    )
