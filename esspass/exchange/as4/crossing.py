"""Crossing the boundary: which JSON became which XML, and what signed each side of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from esspass.exchange.as4.document import create_business_document, parse_business_document
from esspass.exchange.as4.schema import schema_name
from esspass.exchange.model import Message, Role


@dataclass(frozen=True, slots=True)
class Crossing:
    """Evidence of one crossing; digests are hex SHA-256.

    ``json_digest`` is of the canonical JSON of the content, ``xml_digest`` of the bytes of the
    document, ``schema`` names the step it was held to (None where the roles are not known).
    """

    message_id: str
    json_digest: str
    xml_digest: str
    schema: str | None = None


def export_message(message: Message, roles: Mapping[str, Role]) -> tuple[bytes, Crossing]:
    """Write a message for the gateway. Raises as ``create_business_document``."""
    document = create_business_document(message, roles)
    step = schema_name(message, roles[message.sender], roles[message.receivers[0]])
    return document, _note(message, document, step)


def import_message(document: bytes) -> tuple[Message, Crossing]:
    """Read what the gateway handed over. Raises as ``parse_business_document``."""
    message = parse_business_document(document)
    return message, _note(message, document, None)


def _note(message: Message, document: bytes, schema: str | None) -> Crossing:
    content = json.dumps(message.content, ensure_ascii=False, sort_keys=True)
    return Crossing(
        message.message_id,
        hashlib.sha256(content.encode()).hexdigest(),
        hashlib.sha256(document).hexdigest(),
        schema,
    )
