"""A message as JSON: what is signed, and what a store keeps.

The members are those of EESSI's business document header in our spelling: sender, receivers, case,
set id, version, related set id, message id, and the SHA-256 of each attachment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from esspass.errors import MalformedError
from esspass.exchange.model import Attachment, Message, MessageAction
from esspass.exchange.shape import MAX_FACTS
from esspass.trust.directory import parse_institution_id

T = TypeVar("T")
MAX_RECEIVERS = 50
MAX_ATTACHMENTS = 20
MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024
MAX_FILE_NAME = 255
_MAX_TIME = 253402300799
_MAX_VERSION = 10_000
_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_FACT = re.compile(r"[ -~]{1,200}")
_CODE = re.compile(r"[A-Za-z0-9_]{1,40}")
_CASE_VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_SHA256 = re.compile(r"[A-Za-z0-9_-]{43}")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}")
_MEMBERS = frozenset({
    "message_id", "case_id", "case_type", "case_version", "sed", "set_id", "version", "action",
    "sender", "receivers", "sent_at", "content", "related_set_id", "attachments",
    "after", "facts",
})  # fmt: skip
_ATTACHMENT = frozenset({"name", "media_type", "size", "sha256"})


def write_message(message: Message) -> dict[str, Any]:
    """Return a message as JSON members."""
    return {
        "message_id": message.message_id,
        "case_id": message.case_id,
        "case_type": message.case_type,
        "case_version": message.case_version,
        "sed": message.sed,
        "set_id": message.set_id,
        "version": message.version,
        "action": message.action.value,
        "sender": message.sender,
        "receivers": list(message.receivers),
        "sent_at": message.sent_at,
        "content": dict(message.content),
        "related_set_id": message.related_set_id,
        "attachments": [_write_attachment(each) for each in message.attachments],
        "after": {receiver: list(ids) for receiver, ids in message.after.items()},
        "facts": list(message.facts),
    }


def parse_message(value: Any) -> Message:
    """Read a message; its content is read by whoever knows the SED. Raises MalformedError."""
    members = _read_object(value, _MEMBERS)
    related = members["related_set_id"]
    content = members["content"]
    if not isinstance(content, dict):
        raise MalformedError("the content of a message is an object")
    return Message(
        message_id=_read_text(members, "message_id", _ID),
        case_id=_read_text(members, "case_id", _ID),
        case_type=_read_text(members, "case_type", _CODE),
        case_version=_read_text(members, "case_version", _CASE_VERSION),
        sed=_read_text(members, "sed", _CODE),
        set_id=_read_text(members, "set_id", _ID),
        version=_read_number(members, "version", 1, _MAX_VERSION),
        action=_read_action(members["action"]),
        sender=parse_institution_id(members["sender"]),
        receivers=_read_receivers(members["receivers"]),
        sent_at=_read_number(members, "sent_at", 0, _MAX_TIME),
        content=content,
        related_set_id=None if related is None else _read_text(members, "related_set_id", _ID),
        attachments=_read_attachments(members["attachments"]),
        after=_read_after(members["after"]),
        facts=_read_array(members["facts"], MAX_FACTS, _read_fact),
    )


def verify_file_name(name: str) -> None:
    """Refuse a name that is no plain file name of at most 255 characters. Raises MalformedError."""
    plain = name.isprintable() and not set(name) & set("/\\") and name not in (".", "..")
    if not 1 <= len(name) <= MAX_FILE_NAME or not plain:
        raise MalformedError("a file name is too long or has another form", code="bad_file_name")


def _read_receivers(value: Any) -> tuple[str, ...]:
    receivers = _read_array(value, MAX_RECEIVERS, parse_institution_id)
    if not receivers or len(set(receivers)) != len(receivers):
        raise MalformedError("a message names each of its receivers once")
    return receivers


def _read_after(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or len(value) > MAX_RECEIVERS:
        raise MalformedError("what a message comes after has another form")
    return {
        parse_institution_id(receiver): _read_array(ids, MAX_RECEIVERS, _read_id)
        for receiver, ids in value.items()
    }


def _read_id(value: Any) -> str:
    return _read_text({"message_id": value}, "message_id", _ID)


def _read_fact(value: Any) -> str:
    return _read_text({"facts": value}, "facts", _FACT)


def _read_attachments(value: Any) -> tuple[Attachment, ...]:
    if isinstance(value, list) and len(value) > MAX_ATTACHMENTS:
        raise MalformedError("a message has at most 20 attachments", code="too_large")
    attachments = _read_array(value, MAX_ATTACHMENTS, _read_attachment)
    if len({each.sha256 for each in attachments}) != len(attachments):
        raise MalformedError("a message holds a file twice")
    return attachments


def _read_attachment(value: Any) -> Attachment:
    members = _read_object(value, _ATTACHMENT)
    name = members["name"]
    if not isinstance(name, str):
        raise MalformedError("an attachment has a file name")
    verify_file_name(name)
    return Attachment(
        name=name,
        media_type=_read_text(members, "media_type", _MEDIA_TYPE),
        size=_read_number(members, "size", 0, MAX_ATTACHMENT_BYTES),
        sha256=_read_text(members, "sha256", _SHA256),
    )


def _write_attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }


def _read_object(value: Any, members: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict) or value.keys() != members:
        raise MalformedError("a message lacks members, or has others")
    return value


def _read_array(value: Any, limit: int, read: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(value, list) or len(value) > limit:
        raise MalformedError("a message holds an array that is too long or none")
    return tuple(read(item) for item in value)


def _read_text(members: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = members[name]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise MalformedError(f"{name} of a message has another form")
    return value


def _read_number(members: Mapping[str, Any], name: str, lowest: int, highest: int) -> int:
    value = members[name]
    if type(value) is not int or not lowest <= value <= highest:
        raise MalformedError(f"{name} of a message is no number in its range")
    return value


def _read_action(value: Any) -> MessageAction:
    try:
        return MessageAction(value)
    except ValueError as error:
        raise MalformedError("a message starts, adds or updates") from error
