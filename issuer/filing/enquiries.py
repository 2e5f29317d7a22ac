"""What the institution still wants to know: a question, by when, the answer and its attachments.

A clerk asks; the applicant answers on their pages, once. The mandate of whoever applies for an
employer is asked for by itself.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from esspass.errors import MalformedError, VerificationError
from esspass.storage import Database, Row
from issuer.bearer import create_identifier
from issuer.filing.filings import Filing

MIGRATIONS = {
    "issuer-enquiries-001": """
        CREATE TABLE enquiries (
            id TEXT PRIMARY KEY,
            filing_id TEXT NOT NULL REFERENCES filings (id),
            words TEXT NOT NULL,
            asked_by TEXT NOT NULL,
            asked_at BIGINT NOT NULL,
            due TEXT NOT NULL,
            answer TEXT NOT NULL,
            answered_at BIGINT,
            read_at BIGINT
        )""",
    "issuer-enquiries-002": "CREATE INDEX enquiries_filing ON enquiries (filing_id, asked_at)",
    "issuer-enquiries-003": """
        CREATE TABLE enquiry_attachments (
            id TEXT PRIMARY KEY,
            enquiry_id TEXT NOT NULL REFERENCES enquiries (id),
            name TEXT NOT NULL,
            media_type TEXT NOT NULL,
            content TEXT NOT NULL
        )""",
    "issuer-enquiries-004": """
        CREATE INDEX enquiry_attachments_enquiry ON enquiry_attachments (enquiry_id)""",
    "issuer-enquiries-005": "CREATE INDEX enquiries_read ON enquiries (read_at, answered_at)",
}
MAX_ATTACHMENT, MAX_ATTACHMENTS, MAX_WORDS = 4 * 1024 * 1024, 3, 2000
_TYPES = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)


class AnsweredError(VerificationError):
    """The question is answered, or nobody asked it."""

    code = "enquiry_answered"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with an answer: PDF, PNG or JPEG, whatever its name says."""

    id: str
    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One question; ``words`` is empty where the mandate is asked for. Times in epoch seconds.

    ``attachments`` are ids and names.
    """

    id: str
    filing_id: str
    words: str = field(repr=False)
    asked_by: str
    asked_at: int
    due: date
    answer: str = field(repr=False)
    answered_at: int | None
    attachments: tuple[tuple[str, str], ...]

    def is_overdue(self, today: date) -> bool:
        """Say whether no answer came in time."""
        return self.answered_at is None and self.due < today


@dataclass(frozen=True, slots=True)
class Enquiries:
    """All questions to applicants."""

    database: Database

    def ask(self, filing: Filing, words: str, due: date, actor: str, now: int) -> str:
        """Put a question; return its id. Raises MalformedError ``enquiry_empty``."""
        if len(words) > MAX_WORDS or (actor and not words):
            raise MalformedError("a question has 1 to 2000 characters", code="enquiry_empty")
        enquiry_id = create_identifier()
        self.database.execute(
            "INSERT INTO enquiries (id, filing_id, words, asked_by, asked_at, due, answer)"
            " VALUES (:id, :filing, :words, :actor, :now, :due, '')",
            id=enquiry_id,
            filing=filing.id,
            words=words,
            actor=actor,
            now=now,
            due=due.isoformat(),
        )
        return enquiry_id

    def answer(
        self, enquiry_id: str, filing: Filing, words: str, files: Sequence[Attachment], now: int
    ) -> None:
        """Keep the answer, to a question of this application, once. Raises AnsweredError."""
        with self.database.atomic():
            if not self.database.execute(
                "UPDATE enquiries SET answer = :words, answered_at = :now WHERE id = :id"
                " AND filing_id = :filing AND answered_at IS NULL",
                id=enquiry_id,
                filing=filing.id,
                words=words,
                now=now,
            ):
                raise AnsweredError
            for file in files:
                self._attach(enquiry_id, file)

    def _attach(self, enquiry_id: str, file: Attachment) -> None:
        self.database.execute(
            "INSERT INTO enquiry_attachments (id, enquiry_id, name, media_type, content)"
            " VALUES (:id, :enquiry, :name, :media_type, :content)",
            id=file.id,
            enquiry=enquiry_id,
            name=file.name,
            media_type=file.media_type,
            content=b64encode(file.content).decode(),
        )

    def of(self, filing: Filing) -> list[Enquiry]:
        """Return the questions of an application, the oldest first."""
        rows = self.database.query(
            "SELECT * FROM enquiries WHERE filing_id = :id ORDER BY asked_at, id", id=filing.id
        )
        files = self.database.query(
            "SELECT enquiry_attachments.id, enquiry_attachments.enquiry_id,"
            " enquiry_attachments.name FROM enquiry_attachments JOIN enquiries"
            " ON enquiries.id = enquiry_attachments.enquiry_id WHERE enquiries.filing_id = :id"
            " ORDER BY enquiry_attachments.name, enquiry_attachments.id",
            id=filing.id,
        )
        return [_enquiry(row, files) for row in rows]

    def attachment(self, filing: Filing, attachment_id: str) -> Attachment | None:
        """Return a file that came with an answer in this application."""
        rows = self.database.query(
            "SELECT enquiry_attachments.* FROM enquiry_attachments JOIN enquiries"
            " ON enquiries.id = enquiry_attachments.enquiry_id"
            " WHERE enquiry_attachments.id = :id AND enquiries.filing_id = :filing",
            id=attachment_id,
            filing=filing.id,
        )
        return _attachment(rows[0]) if rows else None

    def mark_read(self, filing: Filing, now: int) -> None:
        """Note that a clerk has seen the answers."""
        self.database.execute(
            "UPDATE enquiries SET read_at = :now WHERE filing_id = :id AND read_at IS NULL"
            " AND answered_at IS NOT NULL",
            id=filing.id,
            now=now,
        )

    def unread(self) -> list[str]:
        """Return the applications with answers that nobody has read, the oldest answer first."""
        rows = self.database.query(
            "SELECT filing_id FROM enquiries WHERE answered_at IS NOT NULL AND read_at IS NULL"
            " GROUP BY filing_id ORDER BY min(answered_at) LIMIT 100"
        )
        return [str(row["filing_id"]) for row in rows]


def parse_attachment(name: str, content: bytes) -> Attachment:
    """Take a file for what it is.

    Raises MalformedError: ``attachment_size``, ``attachment_type``.
    """
    if not content or len(content) > MAX_ATTACHMENT:
        raise MalformedError("a file has 1 byte to 4 MiB", code="attachment_size")
    for magic, media_type, ending in _TYPES:
        if content.startswith(magic):
            return Attachment(create_identifier(), _safe_name(name, ending), media_type, content)
    raise MalformedError("only PDF, PNG and JPEG files", code="attachment_type")


def _safe_name(name: str, ending: str) -> str:
    """A name for headers and file systems: letters of ASCII, digits, the right ending."""
    stem = name.rpartition(".")[0] or name
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in stem)
    return (kept.strip("-")[:60] or "file") + ending


def _enquiry(row: Row, files: Sequence[Row]) -> Enquiry:
    own = tuple((str(f["id"]), str(f["name"])) for f in files if f["enquiry_id"] == row["id"])
    return Enquiry(
        row["id"], row["filing_id"], row["words"], row["asked_by"], row["asked_at"],
        date.fromisoformat(row["due"]), row["answer"], row["answered_at"], own,
    )  # fmt: skip


def _attachment(row: Row) -> Attachment:
    return Attachment(row["id"], row["name"], row["media_type"], b64decode(row["content"]))
