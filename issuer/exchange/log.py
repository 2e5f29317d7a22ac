"""All messages sent and received, as they were signed, and their attachments.

A message is known by sender, set id and version: the same three never come in twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from esspass.errors import VerificationError
from esspass.exchange.model import Message
from esspass.exchange.wire import parse_message, write_message
from esspass.jose.jws import create_json
from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.storage import Database, Row

IN, OUT = "in", "out"
MIGRATIONS = {
    "issuer-exchange-messages-001": """
        CREATE TABLE exchange_messages (
            message_id TEXT PRIMARY KEY,
            case_id TEXT NOT NULL,
            position BIGINT NOT NULL,
            direction TEXT NOT NULL,
            sed TEXT NOT NULL,
            sender TEXT NOT NULL,
            set_id TEXT NOT NULL,
            version BIGINT NOT NULL,
            message TEXT NOT NULL,
            signed TEXT NOT NULL,
            digest TEXT NOT NULL,
            actor TEXT NOT NULL,
            at BIGINT NOT NULL,
            read_at BIGINT,
            UNIQUE (sender, set_id, version),
            UNIQUE (case_id, position)
        )""",
    "issuer-exchange-messages-002": """
        CREATE INDEX exchange_messages_unread ON exchange_messages (direction, read_at, at)""",
    "issuer-exchange-messages-003": """
        CREATE INDEX exchange_messages_at ON exchange_messages (direction, at)""",
    "issuer-exchange-attachments-001": """
        CREATE TABLE exchange_attachments (
            case_id TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            data TEXT NOT NULL,
            PRIMARY KEY (case_id, sha256)
        )""",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the log; ``signed`` is the JWS, empty for what the system itself noted.

    ``at`` is when it was received, or kept for sending; ``position`` counts within the case.
    """

    message: Message
    direction: str
    position: int
    signed: str = field(repr=False)
    digest: str
    actor: str
    at: int
    read_at: int | None = None


class UnknownAttachmentError(VerificationError):
    """The case holds no such file."""

    code = "unknown_attachment"


@dataclass(frozen=True, slots=True)
class Log:
    """The messages of all cases."""

    database: Database

    def add(self, entry: Entry, attachments: Mapping[str, bytes]) -> None:
        """Keep a message and the bytes of its attachments, inside the case's transaction."""
        message = entry.message
        self.database.execute(
            "INSERT INTO exchange_messages (message_id, case_id, position, direction, sed, sender,"
            " set_id, version, message, signed, digest, actor, at, read_at) VALUES (:message_id,"
            " :case_id, :position, :direction, :sed, :sender, :set_id, :version, :message,"
            " :signed, :digest, :actor, :at, :read_at)",
            message_id=message.message_id,
            case_id=message.case_id,
            position=entry.position,
            direction=entry.direction,
            sed=message.sed,
            sender=message.sender,
            set_id=message.set_id,
            version=message.version,
            message=create_json(write_message(message)).decode(),
            signed=entry.signed,
            digest=entry.digest,
            actor=entry.actor,
            at=entry.at,
            read_at=entry.read_at,
        )
        for sha256, data in attachments.items():
            self._keep_attachment(message.case_id, sha256, data)

    def _keep_attachment(self, case_id: str, sha256: str, data: bytes) -> None:
        self.database.execute(
            "INSERT INTO exchange_attachments (case_id, sha256, data)"
            " VALUES (:case_id, :sha, :data) ON CONFLICT DO NOTHING",
            case_id=case_id,
            sha=sha256,
            data=encode_base64url(data),
        )

    def find(self, message: Message) -> Entry | None:
        """Return the message of the same sender, set id and version."""
        rows = self.database.query(
            f"{_SELECT} WHERE sender = :sender AND set_id = :set_id AND version = :version",
            sender=message.sender,
            set_id=message.set_id,
            version=message.version,
        )
        return _entry(rows[0]) if rows else None

    def holds(self, message_id: str) -> bool:
        """Say whether a message of any case has this id."""
        rows = self.database.query(
            "SELECT 1 AS one FROM exchange_messages WHERE message_id = :id", id=message_id
        )
        return bool(rows)

    def get(self, message_id: str) -> Entry:
        """Return a message of ours. Raises KeyError."""
        rows = self.database.query(f"{_SELECT} WHERE message_id = :id", id=message_id)
        if not rows:
            raise KeyError(message_id)
        return _entry(rows[0])

    def of_case(self, case_id: str) -> list[Entry]:
        """Return the messages of a case, in the order in which they took effect."""
        rows = self.database.query(
            f"{_SELECT} WHERE case_id = :case_id ORDER BY position", case_id=case_id
        )
        return [_entry(row) for row in rows]

    def attachment(self, case_id: str, sha256: str) -> bytes:
        """Return the bytes of an attachment. Raises UnknownAttachmentError."""
        rows = self.database.query(
            "SELECT data FROM exchange_attachments WHERE case_id = :case_id AND sha256 = :sha",
            case_id=case_id,
            sha=sha256,
        )
        if not rows:
            raise UnknownAttachmentError
        return decode_base64url(rows[0]["data"])

    def attachments(self, message: Message) -> dict[str, bytes]:
        """Return the bytes of a message's attachments by SHA-256."""
        return {
            each.sha256: self.attachment(message.case_id, each.sha256)
            for each in message.attachments
        }

    def mark_read(self, case_id: str, now: int) -> int:
        """Note that somebody read what came in; return how many messages were new."""
        return self.database.execute(
            "UPDATE exchange_messages SET read_at = :now"
            " WHERE case_id = :case_id AND direction = 'in' AND read_at IS NULL",
            case_id=case_id,
            now=now,
        )

    def unread_since(self, before: int, kind: str) -> list[tuple[str, str]]:
        """Return case and first message of each case with messages unread since.

        Only those that no task of a kind is about yet.
        """
        rows = self.database.query(
            "SELECT m.case_id, m.message_id FROM exchange_messages m"
            " WHERE m.direction = 'in' AND m.read_at IS NULL AND m.at <= :before"
            " AND NOT EXISTS (SELECT 1 FROM exchange_messages e WHERE e.case_id = m.case_id"
            " AND e.direction = 'in' AND e.read_at IS NULL AND e.position < m.position)"
            " AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.kind = :kind"
            " AND t.reference = m.message_id) ORDER BY m.at, m.message_id LIMIT 500",
            before=before,
            kind=kind,
        )
        return [(row["case_id"], row["message_id"]) for row in rows]


_SELECT = """
    SELECT message, direction, position, signed, digest, actor, at, read_at
    FROM exchange_messages"""


def _entry(row: Row) -> Entry:
    return Entry(
        message=parse_message(json.loads(row["message"])),
        direction=row["direction"],
        position=int(row["position"]),
        signed=row["signed"],
        digest=row["digest"],
        actor=row["actor"],
        at=int(row["at"]),
        read_at=row["read_at"],
    )
