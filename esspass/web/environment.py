"""Settings out of the environment: each field of a settings class is one variable, read once.

``ISSUER_BATCH_SIZE`` fills the field ``batch_size`` of the class read with the prefix ``ISSUER``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from esspass.errors import MalformedError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def read_settings(settings: type[T], prefix: str, environ: Mapping[str, str], **given: object) -> T:
    """Make ``settings``, a dataclass, out of the variables ``PREFIX_FIELD``.

    Fields are text, whole numbers, paths, flags (``1``) or lists (commas); an empty variable is
    no variable. ``given`` fields are not read. Raises MalformedError naming what is missing
    (``setting_missing``) or unusable (``bad_setting``).
    """
    hints = get_type_hints(settings)
    wanted = [each for each in fields(settings) if each.name not in given]
    found = {each.name: _read(each, hints[each.name], prefix, environ) for each in wanted}
    read = {name: value for name, value in found.items() if value is not None}
    missing = [each for each in wanted if each.name not in read and _is_required(each)]
    if missing:
        names = ", ".join(_variable(prefix, each) for each in missing)
        raise MalformedError(f"not set: {names}", code="setting_missing")
    return settings(**read, **given)


def _variable(prefix: str, field: Field[Any]) -> str:
    return f"{prefix}_{field.name.upper()}"


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _read(field: Field[Any], hint: object, prefix: str, environ: Mapping[str, str]) -> Any:
    name = _variable(prefix, field)
    text = environ.get(name, "").strip()
    if not text:
        return None
    try:
        return _CONVERTERS.get(hint, str)(text.rstrip("/") if name.endswith("_URL") else text)
    except ValueError as error:
        raise MalformedError(f"{name} is not a number", code="bad_setting") from error


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_CONVERTERS: Mapping[object, Callable[[str], object]] = {
    int: int,
    bool: lambda text: text == "1",
    Path: Path,
    tuple[str, ...]: _read_list,
}
