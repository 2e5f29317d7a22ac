"""Replacement certificates in the database: asked by a desk, delivered once by an institution."""

from __future__ import annotations

from dataclasses import dataclass, field

from esspass.storage import Database

MIGRATIONS = {
    "verifier-replacements-001": """
        CREATE TABLE replacement_requests (
            id TEXT PRIMARY KEY,
            case_id TEXT NOT NULL,
            jti TEXT NOT NULL,
            token TEXT NOT NULL,
            encryption_key TEXT,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            delivered_at BIGINT,
            delivery_digest TEXT,
            person_id TEXT,
            pdf TEXT,
            pdf_until BIGINT
        )
    """,
}


@dataclass(frozen=True, slots=True)
class ReplacementRow:
    """One request. ``encryption_key`` opens the one answer; ``pdf`` is base64, while it is kept."""

    id: str
    case_id: str
    jti: str
    token: str
    encryption_key: str | None = field(repr=False)
    created_at: int
    expires_at: int
    delivered_at: int | None = None
    delivery_digest: str | None = None
    person_id: str | None = None
    pdf: str | None = field(default=None, repr=False)
    pdf_until: int | None = None


@dataclass(frozen=True, slots=True)
class Replacements:
    """The repository."""

    database: Database

    def add(self, row: ReplacementRow) -> None:
        """Store a request just made."""
        self.database.execute(
            "INSERT INTO replacement_requests (id, case_id, jti, token, encryption_key,"
            " created_at, expires_at) VALUES (:id, :case_id, :jti, :token, :key, :created_at,"
            " :expires_at)",
            id=row.id,
            case_id=row.case_id,
            jti=row.jti,
            token=row.token,
            key=row.encryption_key,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    def find(self, request_id: str, now: int) -> ReplacementRow | None:
        """Return one; a PDF past its time is not in it."""
        rows = self.database.query(
            "SELECT * FROM replacement_requests WHERE id = :id", id=request_id
        )
        if not rows:
            return None
        until = rows[0]["pdf_until"]
        kept = rows[0]["pdf"] if until is not None and until > now else None
        return ReplacementRow(**{**rows[0], "pdf": kept})

    def of_person(self, person_id: str, now: int) -> ReplacementRow | None:
        """Return the request that brought a person."""
        rows = self.database.query(
            "SELECT id FROM replacement_requests WHERE person_id = :id", id=person_id
        )
        return self.find(rows[0]["id"], now) if rows else None

    def claim(self, request_id: str, digest: str, now: int) -> bool:
        """Take the one delivery of a request; False when there was one, or its time is over."""
        return bool(
            self.database.execute(
                "UPDATE replacement_requests SET delivered_at = :now, delivery_digest = :digest,"
                " encryption_key = NULL"
                " WHERE id = :id AND delivered_at IS NULL AND expires_at > :now",
                id=request_id,
                digest=digest,
                now=now,
            )
        )

    def note_person(self, request_id: str, person_id: str, pdf: str | None, until: int) -> None:
        """Note who came of it."""
        self.database.execute(
            "UPDATE replacement_requests SET person_id = :person_id, pdf = :pdf,"
            " pdf_until = :until WHERE id = :id",
            id=request_id,
            person_id=person_id,
            pdf=pdf,
            until=until,
        )

    def erase(self, person_id: str) -> None:
        """Erase the PDF of a person, now."""
        self.database.execute(
            "UPDATE replacement_requests SET pdf = NULL WHERE person_id = :id", id=person_id
        )

    def purge(self, now: int, retention: int) -> None:
        """Erase PDFs and keys whose time is over, and old requests."""
        self.database.execute(
            "UPDATE replacement_requests SET pdf = NULL WHERE pdf_until <= :now", now=now
        )
        self.database.execute(
            "UPDATE replacement_requests SET encryption_key = NULL WHERE expires_at <= :now",
            now=now,
        )
        self.database.execute(
            "DELETE FROM replacement_requests WHERE created_at <= :before", before=now - retention
        )
