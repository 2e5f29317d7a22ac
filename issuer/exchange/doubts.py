"""Doubts and watches that verifiers of this State sent, and what became of them.

A row is named by its sender and the sender's own name for it, so the same message again is the
same doubt. The evidence is personal data and goes once the doubt is over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from esspass.errors import VerificationError
from esspass.exchange.doubt import Doubt, Sender, Watch, parse_doubt, write_doubt
from esspass.keys.jwk import encode_base64url
from esspass.storage import Database, Row

MIGRATIONS = {
    "issuer-doubts-001": """
        CREATE TABLE doubts (
            id TEXT PRIMARY KEY,
            sender TEXT NOT NULL,
            organization TEXT NOT NULL,
            message TEXT NOT NULL,
            evidence TEXT,
            received_at BIGINT NOT NULL,
            case_id TEXT,
            decided_at BIGINT,
            decided_by TEXT,
            set_aside TEXT
        )""",
    "issuer-doubts-002": "CREATE INDEX doubts_received ON doubts (received_at)",
    "issuer-doubts-003": "CREATE INDEX doubts_case ON doubts (case_id)",
    "issuer-watches-001": """
        CREATE TABLE watches (
            id TEXT PRIMARY KEY,
            sender TEXT NOT NULL,
            organization TEXT NOT NULL,
            institution_id TEXT NOT NULL,
            document_number TEXT NOT NULL,
            received_at BIGINT NOT NULL
        )""",
    "issuer-questioned-001": """
        CREATE TABLE questioned_documents (
            case_id TEXT PRIMARY KEY,
            record_id TEXT NOT NULL,
            sed TEXT NOT NULL,
            received_at BIGINT NOT NULL
        )""",
    "issuer-questioned-002": """
        CREATE INDEX questioned_record ON questioned_documents (record_id)""",
}
_SHOWN = 200


class SetAside(StrEnum):
    """Why a doubt is not pursued."""

    CLEARED = "cleared"
    INSUFFICIENT = "insufficient"
    ELSEWHERE = "elsewhere"
    OTHER = "other"


class UnknownDoubtError(VerificationError):
    """There is no such doubt here."""

    code = "unknown_doubt"


@dataclass(frozen=True, slots=True)
class ReceivedDoubt:
    """A doubt of a verifier. ``set_aside`` is why it is not pursued, None when it is not.

    ``case_id`` is the case in which the issuing institution is asked, None before.
    """

    id: str
    organization: str
    doubt: Doubt
    evidence: str | None = field(repr=False)
    received_at: int
    case_id: str | None = None
    decided_at: int | None = None
    decided_by: str | None = None
    set_aside: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedWatch:
    """A verifier that wants to be told when a document changes."""

    id: str
    organization: str
    institution_id: str
    document_number: str
    received_at: int


@dataclass(frozen=True, slots=True)
class QuestionedDocument:
    """A case in which another institution asks about a document of ours."""

    case_id: str
    record_id: str
    sed: str
    received_at: int


@dataclass(frozen=True, slots=True)
class Doubts:
    """The repository. Times in epoch seconds, UTC."""

    database: Database

    def add(self, doubt: Doubt, sender: Sender, evidence: str | None, now: int) -> tuple[str, bool]:
        """Keep a doubt; return its id here, and whether it is new."""
        doubt_id = name_message(sender.address, doubt.jti)
        added = self.database.execute(
            "INSERT INTO doubts (id, sender, organization, message, evidence, received_at)"
            " VALUES (:id, :sender, :organization, :message, :evidence, :now)"
            " ON CONFLICT DO NOTHING",
            id=doubt_id,
            sender=sender.address,
            organization=sender.organization,
            message=json.dumps(write_doubt(doubt), ensure_ascii=False),
            evidence=evidence,
            now=now,
        )
        return doubt_id, bool(added)

    def get(self, doubt_id: str) -> ReceivedDoubt:
        """Return a doubt. Raises UnknownDoubtError."""
        rows = self.database.query("SELECT * FROM doubts WHERE id = :id", id=doubt_id)
        if not rows:
            raise UnknownDoubtError
        return _doubt(rows[0])

    def latest(self, most: int = _SHOWN, start: int = 0) -> list[ReceivedDoubt]:
        """Return the last two hundred: what waits first, then the latest."""
        rows = self.database.query(
            "SELECT * FROM doubts ORDER BY CASE WHEN decided_at IS NULL THEN 0 ELSE 1 END,"
            " received_at DESC, id LIMIT :most OFFSET :start",
            most=most,
            start=start,
        )
        return [_doubt(row) for row in rows]

    def count(self) -> int:
        """Return how many came in."""
        return int(self.database.query("SELECT count(*) AS n FROM doubts")[0]["n"])

    def count_waiting(self) -> int:
        """Return how many nobody has decided about."""
        rows = self.database.query("SELECT count(*) AS n FROM doubts WHERE decided_at IS NULL")
        return int(rows[0]["n"])

    def of_case(self, case_id: str) -> ReceivedDoubt | None:
        """Return the doubt that gave rise to a case."""
        rows = self.database.query("SELECT * FROM doubts WHERE case_id = :id", id=case_id)
        return _doubt(rows[0]) if rows else None

    def pursue(self, doubt_id: str, case_id: str, now: int, actor: str) -> bool:
        """Note the case in which it is asked about; False when it was decided before."""
        return bool(
            self.database.execute(
                "UPDATE doubts SET case_id = :case_id, decided_at = :now, decided_by = :actor"
                " WHERE id = :id AND decided_at IS NULL",
                id=doubt_id,
                case_id=case_id,
                now=now,
                actor=actor,
            )
        )

    def set_aside(self, doubt_id: str, why: str, now: int, actor: str) -> bool:
        """Note that it is not pursued, and why; False when it was decided before."""
        return bool(
            self.database.execute(
                "UPDATE doubts SET set_aside = :why, decided_at = :now, decided_by = :actor,"
                " evidence = NULL WHERE id = :id AND decided_at IS NULL",
                id=doubt_id,
                why=why,
                now=now,
                actor=actor,
            )
        )

    def erase_evidence(self, before: int) -> int:
        """Erase the evidence of doubts decided before a time; the case has what was sent."""
        return self.database.execute(
            "UPDATE doubts SET evidence = NULL WHERE decided_at <= :before"
            " AND evidence IS NOT NULL",
            before=before,
        )

    def add_watch(self, watch: Watch, sender: Sender, now: int) -> bool:
        """Keep a watch; return whether it is new."""
        return bool(
            self.database.execute(
                "INSERT INTO watches (id, sender, organization, institution_id, document_number,"
                " received_at) VALUES (:id, :sender, :organization, :institution, :number, :now)"
                " ON CONFLICT DO NOTHING",
                id=name_message(sender.address, watch.jti),
                sender=sender.address,
                organization=sender.organization,
                institution=watch.institution,
                number=watch.number,
                now=now,
            )
        )

    def find_watch(self, watch_id: str) -> ReceivedWatch | None:
        """Return a watch."""
        rows = self.database.query(
            "SELECT id, organization, institution_id, document_number, received_at FROM watches"
            " WHERE id = :id",
            id=watch_id,
        )
        return ReceivedWatch(**rows[0]) if rows else None

    def watches_after(self, watch_id: str, most: int) -> list[ReceivedWatch]:
        """Return the next watches in the order of their ids."""
        rows = self.database.query(
            "SELECT id, organization, institution_id, document_number, received_at FROM watches"
            " WHERE id > :id ORDER BY id LIMIT :most",
            id=watch_id,
            most=most,
        )
        return [ReceivedWatch(**row) for row in rows]

    def forget_watch(self, watch_id: str) -> bool:
        """Forget a watch; False when it was gone."""
        return bool(self.database.execute("DELETE FROM watches WHERE id = :id", id=watch_id))

    def note_question(self, case_id: str, record_id: str, sed: str, now: int) -> None:
        """Note that an institution asks about a document of ours, once for each case."""
        self.database.execute(
            "INSERT INTO questioned_documents (case_id, record_id, sed, received_at)"
            " VALUES (:case_id, :record_id, :sed, :now) ON CONFLICT DO NOTHING",
            case_id=case_id,
            record_id=record_id,
            sed=sed,
            now=now,
        )

    def questioned(self) -> list[QuestionedDocument]:
        """Return the last two hundred documents of ours that others ask about."""
        rows = self.database.query(
            "SELECT * FROM questioned_documents ORDER BY received_at DESC, case_id LIMIT :most",
            most=_SHOWN,
        )
        return [QuestionedDocument(**row) for row in rows]

    def answered(self, seds: Sequence[str], kind: str) -> list[str]:
        """Return the cases about documents of ours in force in which one of some messages went.

        Only those without a task of a kind yet.
        """
        names = ", ".join(f"'{sed}'" for sed in seds)
        rows = self.database.query(
            "SELECT q.case_id FROM questioned_documents q JOIN records r ON r.id = q.record_id"  # noqa: S608 - ours
            " WHERE r.state IN ('granted', 'suspended') AND EXISTS (SELECT 1 FROM"
            f" exchange_messages m WHERE m.case_id = q.case_id AND m.sed IN ({names}))"
            " AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.kind = :kind"
            " AND t.reference = q.case_id) ORDER BY q.received_at, q.case_id",
            kind=kind,
        )
        return [row["case_id"] for row in rows]

    def find_question(self, case_id: str) -> QuestionedDocument | None:
        """Return the document of ours that a case is about."""
        rows = self.database.query(
            "SELECT * FROM questioned_documents WHERE case_id = :id", id=case_id
        )
        return QuestionedDocument(**rows[0]) if rows else None


def name_message(sender: str, jti: str) -> str:
    """Name a message of a sender; ``jti`` is unique with its sender alone."""
    return encode_base64url(hashlib.sha256(f"{sender}\0{jti}".encode()).digest())


def _doubt(row: Row) -> ReceivedDoubt:
    names = ("id", "organization", "evidence", "received_at", "case_id", "decided_at")
    return ReceivedDoubt(
        **{name: row[name] for name in (*names, "decided_by", "set_aside")},
        doubt=parse_doubt(json.loads(row["message"])),
    )
