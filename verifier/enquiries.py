"""What this verifier asked its national institution: doubts, and wishes to be told of a change.

An enquiry is stored before it is sent, so it survives a kill; whoever claims it tries it, and only
then. Once the institution has it the message and the evidence are erased: what stays names nobody,
and the document by a keyed digest alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from esspass.exchange.standing import DocumentState, Stage, Standing, read_standing, write_standing
from esspass.statistics import month_of
from esspass.storage import Database, Row

MIGRATIONS = {
    "verifier-enquiries-001": """
        CREATE TABLE enquiries (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            person_id TEXT NOT NULL,
            case_id TEXT NOT NULL,
            document TEXT NOT NULL,
            asked_of TEXT NOT NULL,
            token TEXT NOT NULL,
            evidence TEXT,
            created_at BIGINT NOT NULL,
            attempts BIGINT NOT NULL,
            next_try BIGINT NOT NULL,
            delivered_at BIGINT,
            refused TEXT NOT NULL,
            standing TEXT,
            standing_at BIGINT,
            next_look BIGINT NOT NULL,
            changed_at BIGINT,
            over_at BIGINT,
            UNIQUE (kind, person_id)
        )
    """,
    "verifier-enquiries-002": "CREATE INDEX enquiries_by_document ON enquiries (document)",
    "verifier-enquiries-003": "CREATE INDEX enquiries_next ON enquiries (next_try)",
    "verifier-counts-002": """
        CREATE TABLE doubt_counts (month TEXT PRIMARY KEY, n BIGINT NOT NULL)""",
}
_LONGEST = 730 * 86400
TRY_SECONDS = 30  # nobody else tries meanwhile; longer than a try may take


class EnquiryKind(StrEnum):
    """What is asked."""

    DOUBT = "doubt"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One of them. ``asked_of`` is the institution's web address, ``document`` a keyed digest.

    ``refused`` is the code of a refusal or empty; ``standing`` how the matter stood at
    ``standing_at``; ``changed_at`` when the document was first seen to have changed.
    """

    id: str
    kind: EnquiryKind
    person_id: str
    case_id: str
    document: str
    asked_of: str
    token: str = field(repr=False)
    evidence: str | None = field(repr=False)
    created_at: int
    attempts: int = 0
    delivered_at: int | None = None
    refused: str = ""
    standing: Standing | None = None
    standing_at: int | None = None
    changed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Enquiries:
    """The repository. Times in epoch seconds, UTC."""

    database: Database

    def add(self, enquiry: Enquiry) -> bool:
        """Store an enquiry; False when this person's document has one of the kind."""
        return bool(
            self.database.execute(
                "INSERT INTO enquiries (id, kind, person_id, case_id, document, asked_of, token,"
                " evidence, created_at, attempts, next_try, refused, next_look) VALUES (:id, :kind,"
                " :person_id, :case_id, :document, :asked_of, :token, :evidence, :created_at, 0,"
                " 0, '', 0) ON CONFLICT DO NOTHING",
                id=enquiry.id,
                kind=enquiry.kind,
                person_id=enquiry.person_id,
                case_id=enquiry.case_id,
                document=enquiry.document,
                asked_of=enquiry.asked_of,
                token=enquiry.token,
                evidence=enquiry.evidence,
                created_at=enquiry.created_at,
            )
        )

    def find(self, enquiry_id: str) -> Enquiry | None:
        """Return one."""
        rows = self.database.query("SELECT * FROM enquiries WHERE id = :id", id=enquiry_id)
        return _enquiry(rows[0]) if rows else None

    def of_document(self, document: str) -> list[Enquiry]:
        """Return all about a document, whoever asked, the latest first."""
        rows = self.database.query(
            "SELECT * FROM enquiries WHERE document = :document ORDER BY created_at DESC, id",
            document=document,
        )
        return [_enquiry(row) for row in rows]

    def of_person(self, person_id: str) -> list[Enquiry]:
        """Return those that a check gave rise to."""
        rows = self.database.query(
            "SELECT * FROM enquiries WHERE person_id = :id ORDER BY created_at DESC, id",
            id=person_id,
        )
        return [_enquiry(row) for row in rows]

    def of_case(self, case_id: str) -> dict[str, list[Enquiry]]:
        """Return, by check of a case, all that is asked about the same document."""
        rows = self.database.query(
            "SELECT s.person_id AS seen_at, e.* FROM case_persons p"
            " JOIN seen_documents s ON s.person_id = p.id JOIN enquiries e"
            " ON e.document = s.document WHERE p.case_id = :id ORDER BY e.created_at DESC, e.id",
            id=case_id,
        )
        found: dict[str, list[Enquiry]] = {}
        for row in rows:
            found.setdefault(row["seen_at"], []).append(_enquiry(row))
        return found

    def due(self, now: int, most: int) -> list[str]:
        """Return what may be sent now."""
        rows = self.database.query(
            "SELECT id FROM enquiries WHERE delivered_at IS NULL AND refused = ''"
            " AND next_try <= :now ORDER BY next_try, id LIMIT :most",
            now=now,
            most=most,
        )
        return [row["id"] for row in rows]

    def claim(self, enquiry_id: str, now: int) -> Enquiry | None:
        """Take one in hand for ``TRY_SECONDS``; None when it is sent, refused, or taken."""
        rows = self.database.query(
            "UPDATE enquiries SET next_try = :until, attempts = attempts + 1 WHERE id = :id"
            " AND delivered_at IS NULL AND refused = '' AND next_try <= :now RETURNING *",
            id=enquiry_id,
            until=now + TRY_SECONDS,
            now=now,
        )
        return _enquiry(rows[0]) if rows else None

    def postpone(self, enquiry_id: str, until: int) -> None:
        """Try again later."""
        self.database.execute(
            "UPDATE enquiries SET next_try = :until WHERE id = :id", id=enquiry_id, until=until
        )

    def complete(self, enquiry_id: str, now: int, refused: str = "") -> None:
        """Note that the institution has it, or refused it; the content goes."""
        self.database.execute(
            "UPDATE enquiries SET token = '', evidence = NULL, refused = :refused,"
            " delivered_at = CASE WHEN :refused = '' THEN :now ELSE delivered_at END,"
            " over_at = CASE WHEN :refused = '' THEN over_at ELSE :now END WHERE id = :id",
            id=enquiry_id,
            refused=refused,
            now=now,
        )

    def to_look_at(self, now: int, most: int) -> list[str]:
        """Return those whose standing may have changed since we asked."""
        rows = self.database.query(
            "SELECT id FROM enquiries WHERE delivered_at IS NOT NULL AND next_look <= :now"
            " ORDER BY next_look, id LIMIT :most",
            now=now,
            most=most,
        )
        return [row["id"] for row in rows]

    def claim_look(self, enquiry_id: str, now: int, until: int) -> bool:
        """Take the asking in hand; False when somebody did so just now."""
        return bool(
            self.database.execute(
                "UPDATE enquiries SET next_look = :until WHERE id = :id AND next_look <= :now",
                id=enquiry_id,
                now=now,
                until=until,
            )
        )

    def note_standing(self, enquiry_id: str, standing: Standing, now: int) -> None:
        """Keep how the matter stands; from a change of the document on, since when."""
        changed = standing.document.state not in (DocumentState.UNKNOWN, DocumentState.IN_FORCE)
        self.database.execute(
            "UPDATE enquiries SET standing = :standing, standing_at = :now, changed_at ="
            " CASE WHEN :changed = 0 THEN NULL ELSE COALESCE(changed_at, :now) END, over_at ="
            " CASE WHEN :over = 0 THEN NULL ELSE COALESCE(over_at, :now) END WHERE id = :id",
            id=enquiry_id,
            standing=json.dumps(write_standing(standing)),
            now=now,
            changed=int(changed),
            over=int(standing.stage in (Stage.ENDED, Stage.NOT_PURSUED)),
        )

    def purge(self, now: int) -> None:
        """Delete enquiries whose checks are gone, and those older than two years.

        What an institution has of them was counted then.
        """
        with self.database.atomic():
            gone = self.database.query(
                "DELETE FROM enquiries WHERE created_at <= :before OR NOT EXISTS (SELECT 1 FROM"
                " case_persons WHERE case_persons.id = enquiries.person_id)"
                " RETURNING kind, delivered_at",
                before=now - _LONGEST,
            )
            for month, n in _count_told(gone).items():
                self.database.execute(
                    "INSERT INTO doubt_counts (month, n) VALUES (:month, :n) ON CONFLICT (month)"
                    " DO UPDATE SET n = doubt_counts.n + excluded.n",
                    month=month,
                    n=n,
                )

    def count(self, starts: int, ends: int) -> list[tuple[str, int]]:
        """Count by month the doubts that the institution got from ``starts`` to ``ends``."""
        kept = self.database.query(
            "SELECT kind, delivered_at FROM enquiries"
            " WHERE delivered_at >= :starts AND delivered_at < :ends",
            starts=starts,
            ends=ends,
        )
        found = _count_told(kept)
        for row in self.database.query(
            "SELECT month, n FROM doubt_counts WHERE month >= :first AND month < :after",
            first=month_of(starts),
            after=month_of(ends),
        ):
            found[row["month"]] += row["n"]
        return sorted(found.items())


def _count_told(rows: Sequence[Row]) -> Counter[str]:
    """Doubts that the institution has, by month."""
    return Counter(
        month_of(row["delivered_at"])
        for row in rows
        if row["kind"] == EnquiryKind.DOUBT and row["delivered_at"] is not None
    )


def _enquiry(row: Row) -> Enquiry:
    standing = row["standing"]
    names = (
        "id", "person_id", "case_id", "document", "asked_of", "token", "evidence", "created_at",
        "attempts", "delivered_at", "refused", "standing_at", "changed_at",
    )  # fmt: skip
    return Enquiry(
        **{name: row[name] for name in names},
        kind=EnquiryKind(row["kind"]),
        standing=read_standing(json.loads(standing)) if standing else None,
    )
