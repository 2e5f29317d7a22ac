"""Certificates asked for from institutions abroad, for people who stay here without their card."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from esspass.attestations import Person, create_person_record, parse_person_record
from esspass.errors import VerificationError
from esspass.exchange.entitlement import Certificate, EntitlementAnswer
from esspass.storage import Database, Row

MIGRATIONS = {
    "issuer-stays-001": """
        CREATE TABLE stays (
            case_id TEXT PRIMARY KEY,
            institution_id TEXT NOT NULL,
            country TEXT NOT NULL,
            person TEXT NOT NULL,
            starts TEXT NOT NULL,
            ends TEXT NOT NULL,
            asked_at BIGINT NOT NULL,
            answered_at BIGINT,
            status TEXT NOT NULL,
            number TEXT,
            covers_from TEXT,
            covers_until TEXT,
            seal TEXT NOT NULL
        )""",
    "issuer-stays-002": "CREATE INDEX stays_asked ON stays (asked_at)",
}
_SHOWN = 100


class Seal(StrEnum):
    """What the seal of a certificate is worth."""

    NONE = "none"
    GOOD = "good"
    UNDECIDED = "undecided"
    BROKEN = "broken"


class UnknownStayError(VerificationError):
    """Nobody asked for this certificate."""

    code = "unknown_stay"


@dataclass(frozen=True, slots=True)
class Stay:
    """Whom it is about, and the days asked for. ``status`` is the code of the answer, if any."""

    case_id: str
    institution_id: str
    country: str
    person: Person = field(repr=False)
    starts: date
    ends: date
    asked_at: int
    answered_at: int | None = None
    status: str = ""
    certificate: Certificate | None = None
    seal: Seal = Seal.NONE


@dataclass(frozen=True, slots=True)
class Stays:
    """All of them."""

    database: Database

    def add(self, stay: Stay) -> None:
        """Keep what was asked for, once per case."""
        self.database.execute(
            "INSERT INTO stays (case_id, institution_id, country, person, starts, ends, asked_at,"
            " status, seal) VALUES (:case_id, :institution_id, :country, :person, :starts, :ends,"
            " :asked_at, '', 'none') ON CONFLICT DO NOTHING",
            case_id=stay.case_id,
            institution_id=stay.institution_id,
            country=stay.country,
            person=json.dumps(create_person_record(stay.person), ensure_ascii=False),
            starts=stay.starts.isoformat(),
            ends=stay.ends.isoformat(),
            asked_at=stay.asked_at,
        )

    def answer(self, case_id: str, answer: EntitlementAnswer, seal: Seal, now: int) -> None:
        """Keep what was answered; a later answer replaces an earlier one."""
        given = answer.certificate
        self.database.execute(
            "UPDATE stays SET answered_at = :now, status = :status, number = :number,"
            " covers_from = :covers_from, covers_until = :covers_until, seal = :seal"
            " WHERE case_id = :case_id",
            case_id=case_id,
            now=now,
            status=answer.status,
            number=given.number if given else None,
            covers_from=given.starts.isoformat() if given else None,
            covers_until=given.ends.isoformat() if given else None,
            seal=seal,
        )

    def get(self, case_id: str) -> Stay:
        """Return what was asked for in a case. Raises UnknownStayError."""
        rows = self.database.query("SELECT * FROM stays WHERE case_id = :id", id=case_id)
        if not rows:
            raise UnknownStayError
        return _stay(rows[0])

    def latest(self, most: int = _SHOWN, start: int = 0) -> list[Stay]:
        """Return the last hundred, the latest first."""
        rows = self.database.query(
            "SELECT * FROM stays ORDER BY asked_at DESC, case_id LIMIT :most OFFSET :start",
            most=most,
            start=start,
        )
        return [_stay(row) for row in rows]

    def count(self) -> int:
        """Return how many were asked for."""
        return int(self.database.query("SELECT count(*) AS n FROM stays")[0]["n"])


def _stay(row: Row) -> Stay:
    return Stay(
        case_id=row["case_id"],
        institution_id=row["institution_id"],
        country=row["country"],
        person=parse_person_record(json.loads(row["person"])),
        starts=date.fromisoformat(row["starts"]),
        ends=date.fromisoformat(row["ends"]),
        asked_at=row["asked_at"],
        answered_at=row["answered_at"],
        status=row["status"],
        certificate=_certificate(row),
        seal=Seal(row["seal"]),
    )


def _certificate(row: Row) -> Certificate | None:
    if row["number"] is None:
        return None
    first, last = (date.fromisoformat(row[name]) for name in ("covers_from", "covers_until"))
    return Certificate(row["number"], first, last)
