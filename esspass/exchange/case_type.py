"""What may be said in a case: the case types (BUC), read from ``specs/exchange/case_types``.

A case type is data: documents with their flags and what must have happened before each, side
messages, administrative messages, closing, deadlines. ``specs/exchange/README.md`` describes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from esspass.errors import MalformedError
from esspass.exchange.model import Role

VERSION = "4.2"
LOCAL_CLOSE = "LOCAL_CLOSE"
MACHINE_SEDS = ("X050", "X100")
"""What only machines send, at any time: an exception, a change of participant."""


class Flag(StrEnum):
    """What may be done with a document: X008, a new version, X012, X011, files, fewer receivers."""

    INVALIDATE = "invalidate"
    UPDATE = "update"
    CLARIFY = "clarify"
    REJECT = "reject"
    ATTACH = "attach"
    PICK = "pick"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What must have happened before a document may be sent; unset members ask nothing.

    ``received`` with ``answers`` makes it a reply to that document; ``days`` and ``months`` must
    have gone by since; ``unless`` names a document whose presence as a reply forbids this one.
    """

    starts: bool = False
    opened: bool = False
    sent: str = ""
    received: str = ""
    answers: bool = True
    condition: str = ""
    unless: str = ""
    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Right:
    """That a role may send a document: when, how often, to whom, and what may follow.

    ``again`` is "always", or "" for: only when the one before was invalidated or rejected.
    ``excludes`` are replies to the same document that this one rules out.
    """

    sed: str
    by: frozenset[Role]
    flags: frozenset[Flag]
    when: tuple[Trigger, ...]
    again: str = ""
    excludes: frozenset[str] = frozenset()
    to_sender: bool = False

    @property
    def starts(self) -> bool:
        """Whether it opens a case."""
        return any(trigger.starts for trigger in self.when)


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """A time limit: what starts it, who must act, what ends it, how long, and its source."""

    kind: str
    start: str
    whose: str
    until: frozenset[str]
    source: str
    verified: bool
    days: int = 0
    working_days: int = 0
    months: int = 0
    restarts: bool = False
    extended_by: str = ""
    extension_months: int = 0


@dataclass(frozen=True, slots=True)
class CaseType:
    """A case type. ``titles`` by locale; ``origin`` "EESSI", or "esspass" for our own.

    ``administrative`` are the X messages (and LOCAL_CLOSE) that a role may use beyond those that
    follow from the documents' flags.
    """

    id: str
    version: str
    origin: str
    titles: Mapping[str, str]
    multilateral: bool
    rights: tuple[Right, ...]
    administrative: Mapping[Role, frozenset[str]]
    closing: tuple[Trigger, ...] = ()
    deadlines: tuple[DeadlineRule, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def starters(self, role: Role = Role.CASE_OWNER) -> tuple[str, ...]:
        """The messages with which a case begins; a counterparty begins none."""
        return tuple(right.sed for right in self.rights if right.starts and role in right.by)

    def find_rights(self, role: Role, sed: str | None = None) -> tuple[Right, ...]:
        """What a role may send, all of it or one message."""
        return tuple(
            right for right in self.rights if role in right.by and sed in (None, right.sed)
        )

    def has_flag(self, sed: str, role: Role, flag: Flag) -> bool:
        """Say whether a document of this role bears a flag."""
        return any(flag in right.flags for right in self.find_rights(role, sed))

    @property
    def seds(self) -> frozenset[str]:
        """Every message that a case of this type knows."""
        named = {name for names in self.administrative.values() for name in names} - {LOCAL_CLOSE}
        flags = {flag for right in self.rights for flag in right.flags}
        derived = {sed for flag, seds in _FOLLOW.items() if flag in flags for sed in seds}
        reopening = {"X003", "X004"} if "X002" in named else set()
        documents = {right.sed for right in self.rights}
        return frozenset(documents | named | derived | reopening | set(MACHINE_SEDS))


_ID = re.compile(r"\S{1,64}")
_FOLLOW = {Flag.INVALIDATE: ("X008",), Flag.REJECT: ("X011",), Flag.CLARIFY: ("X012", "X013")}


def case_type(case_type_id: str, version: str = VERSION) -> CaseType:
    """Return a case type.

    Raises MalformedError ``unknown_case_type`` or ``wrong_case_version``.
    """
    found = _read_all().get(case_type_id)
    if found is None:
        raise MalformedError("there is no such case type here", code="unknown_case_type")
    if found.version != version:
        raise MalformedError("the case type is of another version here", code="wrong_case_version")
    return found


def case_types() -> tuple[CaseType, ...]:
    """Return all case types in the order of their ids."""
    return tuple(_read_all().values())


def find_marks(sed: str, content: Mapping[str, Any]) -> frozenset[str]:
    """The conditions that a message's content fulfils, such as section 7 of S072."""
    marks = _administrative()["marks"].items()
    return frozenset(
        name
        for name, mark in marks
        if mark["sed"] == sed and _follow(content, mark["path"]) is not None
    )


def read_joining(sed: str, content: Mapping[str, Any]) -> tuple[str, ...]:
    """The institutions that X005 or X007 brings into the case."""
    return _read_institutions(_administrative()["joining"].get(sed), content)


def read_removing(sed: str, content: Mapping[str, Any]) -> tuple[str, ...]:
    """The institutions that X006 takes out of the case."""
    return _read_institutions(_administrative()["removing"].get(sed), content)


def is_reopening(sed: str, content: Mapping[str, Any]) -> bool:
    """Say whether the message is a decision (X004) that opens a closed case again."""
    rule = _administrative()["reopening"]
    return bool(sed == rule["sed"] and _follow(content, rule["path"]) == rule["value"])


def _read_institutions(path: str | None, content: Mapping[str, Any]) -> tuple[str, ...]:
    listed = _follow(content, path) if path else ()
    if not isinstance(listed, list | tuple):
        return ()
    member = _administrative()["institution"]
    named = [each.get(member) for each in listed if isinstance(each, Mapping)]
    readable = [name for name in named if isinstance(name, str) and _ID.fullmatch(name)]
    return tuple(dict.fromkeys(readable)) if len(readable) == len(listed) else ()


def _follow(content: Mapping[str, Any], path: str) -> Any:
    value: Any = content
    for member in path.split("/"):
        value = value.get(member) if isinstance(value, Mapping) else None
    return value


@lru_cache
def _administrative() -> Mapping[str, Any]:
    text = files("specs").joinpath("exchange", "administrative.json").read_text(encoding="utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


@lru_cache
def _read_all() -> Mapping[str, CaseType]:
    folder = files("specs").joinpath("exchange", "case_types")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".json"))
    read = [_read_case_type(json.loads(folder.joinpath(name).read_text("utf-8"))) for name in names]
    return {each.id: each for each in read}


def _read_case_type(data: Mapping[str, Any]) -> CaseType:
    return CaseType(
        id=data["id"],
        version=data["version"],
        origin=data["origin"],
        titles=data["titles"],
        multilateral=data["multilateral"],
        rights=tuple(_read_rights(data)),
        administrative={
            Role(role): frozenset(seds) for role, seds in data["administrative"].items()
        },
        closing=tuple(Trigger(**each) for each in data["closing"]),
        deadlines=tuple(_read_deadline(each) for each in data["deadlines"]),
        source=data["source"],
    )


def _read_rights(data: Mapping[str, Any]) -> Iterable[Right]:
    more = data.get("more_flags", {})
    for each in data["documents"]:
        yield _read_right(each, ())
    for each in _administrative()["side"]:
        if each["sed"] in data["side"]:
            yield _read_right(each, more.get(each["sed"], ()))


def _read_right(data: Mapping[str, Any], more: Iterable[str]) -> Right:
    return Right(
        sed=data["sed"],
        by=frozenset(Role(role) for role in data["by"]),
        flags=frozenset(Flag(flag) for flag in (*data["flags"], *more)),
        when=tuple(Trigger(**each) for each in data["when"]),
        again=data.get("again", ""),
        excludes=frozenset(data.get("excludes", ())),
        to_sender=data.get("to") == "sender",
    )


def _read_deadline(data: Mapping[str, Any]) -> DeadlineRule:
    extension = data.get("extended_by", {})
    return DeadlineRule(
        kind=data["kind"],
        start=data["from"],
        whose=data["whose"],
        until=frozenset(data["until"]),
        source=data["source"],
        verified=data["verified"],
        days=data.get("days", 0),
        working_days=data.get("working_days", 0),
        months=data.get("months", 0),
        restarts=data.get("restarts", False),
        extended_by=extension.get("sed", ""),
        extension_months=extension.get("months", 0),
    )
