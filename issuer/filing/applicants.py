"""Who applies: signed in with a PID or an OpenID Provider, and for whom they may act.

A sign-in under way and a session are rows; the cookie holds their random names alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from esspass.attestations import Employment, Person
from esspass.attestations.records import create_person_record, parse_person_record
from esspass.errors import VerificationError
from esspass.storage import Database, Row
from esspass.web.sessions import ServerSessionStore
from issuer.bearer import create_identifier, create_secret, hash_secret
from issuer.matching import Identity
from issuer.names import fold_number

MIGRATIONS = {
    "issuer-applicants-001": """
        CREATE TABLE applicants (
            id TEXT PRIMARY KEY,
            pin TEXT NOT NULL UNIQUE,
            person TEXT NOT NULL,
            signed_in_at BIGINT NOT NULL
        )""",
    "issuer-applicants-002": """
        CREATE TABLE applicant_sign_ins (
            id_hash TEXT PRIMARY KEY,
            remembered TEXT NOT NULL,
            expires_at BIGINT NOT NULL
        )""",
    "issuer-applicants-003": """
        CREATE TABLE representatives (
            pin TEXT NOT NULL,
            employer_id TEXT NOT NULL,
            employer TEXT NOT NULL,
            confirmed_at BIGINT NOT NULL,
            confirmed_by TEXT NOT NULL,
            PRIMARY KEY (pin, employer_id)
        )""",
}
SESSION_SECONDS = 2 * 3600
_SIGN_IN_SECONDS = 600
_PREFIX = "applicant:"


class NumberNeededError(VerificationError):
    """Whoever applies must show a personal number."""

    code = "number_needed"


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person who signed in; ``pin`` is folded, ``person`` is what the sign-in vouched for."""

    id: str
    pin: str = field(repr=False)
    person: Person = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who may act for an employer, and who saw it when (epoch seconds); numbers are folded."""

    pin: str = field(repr=False)
    name: str = field(repr=False)
    employer_id: str
    employer: str
    employer_number: str
    confirmed_at: int
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class Applicants:
    """Everybody who ever signed in to apply, and their sessions."""

    database: Database

    def begin_sign_in(self, now: int) -> str:
        """Open a sign-in; return the secret that the browser keeps."""
        secret = create_secret()
        self.database.execute("DELETE FROM applicant_sign_ins WHERE expires_at <= :now", now=now)
        self.database.execute(
            "INSERT INTO applicant_sign_ins (id_hash, remembered, expires_at)"
            " VALUES (:id, '', :until)",
            id=hash_secret(secret),
            until=now + _SIGN_IN_SECONDS,
        )
        return secret

    def remember(self, secret: str, state: str, now: int) -> bool:
        """Keep what a sign-in method needs later; False when the sign-in is over."""
        return bool(
            self.database.execute(
                "UPDATE applicant_sign_ins SET remembered = :state"
                " WHERE id_hash = :id AND expires_at > :now",
                id=hash_secret(secret),
                state=state,
                now=now,
            )
        )

    def is_open(self, secret: str, now: int) -> bool:
        """Say whether a sign-in is under way."""
        rows = self.database.query(
            "SELECT id_hash FROM applicant_sign_ins WHERE id_hash = :id AND expires_at > :now",
            id=hash_secret(secret),
            now=now,
        )
        return bool(rows)

    def take_sign_in(self, secret: str, now: int) -> str | None:
        """End a sign-in; return what was kept, to one caller only."""
        rows = self.database.query(
            "DELETE FROM applicant_sign_ins WHERE id_hash = :id AND expires_at > :now"
            " RETURNING remembered",
            id=hash_secret(secret),
            now=now,
        )
        return str(rows[0]["remembered"]) if rows else None

    def admit(self, person: Person, now: int) -> Applicant:
        """Return who applies on paper or at a counter; what a sign-in vouched for stays.

        Raises NumberNeededError.
        """
        pin = fold_number(person.pin or "")
        if not pin:
            raise NumberNeededError
        rows = self.database.query(
            "INSERT INTO applicants (id, pin, person, signed_in_at) VALUES (:id, :pin, :person,"
            " :now) ON CONFLICT (pin) DO UPDATE SET pin = excluded.pin RETURNING *",
            id=create_identifier(),
            pin=pin,
            person=json.dumps(create_person_record(person), ensure_ascii=False),
            now=now,
        )
        return _applicant(rows[0])

    def open_session(self, identity: Identity, now: int) -> str:
        """Sign somebody in; return the token for the cookie. Raises NumberNeededError."""
        if not identity.number or not fold_number(identity.number):
            raise NumberNeededError
        person = Person(
            identity.surnames, identity.forenames, identity.date_of_birth, identity.number
        )
        rows = self.database.query(
            "INSERT INTO applicants (id, pin, person, signed_in_at) VALUES (:id, :pin, :person,"
            " :now) ON CONFLICT (pin) DO UPDATE SET person = excluded.person,"
            " signed_in_at = excluded.signed_in_at RETURNING id",
            id=create_identifier(),
            pin=fold_number(identity.number),
            person=json.dumps(create_person_record(person), ensure_ascii=False),
            now=now,
        )
        user_id = _PREFIX + str(rows[0]["id"])
        return ServerSessionStore(self.database).create(user_id, now=now, lifetime=SESSION_SECONDS)

    def of_session(self, token: str, now: int) -> Applicant | None:
        """Return who has this session open."""
        opened = ServerSessionStore(self.database).find(token, now)
        if opened is None or not opened.user_id.startswith(_PREFIX):
            return None
        return self.get(opened.user_id.removeprefix(_PREFIX))

    def close_session(self, token: str) -> None:
        """Sign out."""
        ServerSessionStore(self.database).delete(token)

    def get(self, applicant_id: str) -> Applicant | None:
        """Return an applicant."""
        rows = self.database.query("SELECT * FROM applicants WHERE id = :id", id=applicant_id)
        return _applicant(rows[0]) if rows else None

    def confirm(self, pin: str, employer: Employment, now: int, actor: str) -> None:
        """Note that a person may act for an employer, seen by a clerk."""
        address = employer.address
        details = {
            "employer_name": employer.name,
            "employer_number": employer.id,
            "employer_country": employer.country,
            "employer_street": (address.street_and_number if address else "") or "",
            "employer_town": address.town if address else "",
            "employer_postcode": (address.postcode if address else "") or "",
        }
        self.database.execute(
            "INSERT INTO representatives (pin, employer_id, employer, confirmed_at, confirmed_by)"
            " VALUES (:pin, :employer_id, :employer, :now, :actor)"
            " ON CONFLICT (pin, employer_id) DO UPDATE SET employer = excluded.employer,"
            " confirmed_at = excluded.confirmed_at, confirmed_by = excluded.confirmed_by",
            pin=fold_number(pin),
            employer_id=fold_number(employer.id),
            employer=json.dumps(details, ensure_ascii=False),
            now=now,
            actor=actor,
        )

    def represented(self, pin: str) -> list[dict[str, str]]:
        """Return the employers that a person may act for: answers of the step ``employer``."""
        rows = self.database.query(
            "SELECT employer FROM representatives WHERE pin = :pin ORDER BY confirmed_at DESC",
            pin=fold_number(pin),
        )
        return [json.loads(row["employer"]) for row in rows]

    def mandates(self) -> list[Mandate]:
        """Return who may act for whom, the latest first, at most 500."""
        rows = self.database.query(
            "SELECT representatives.*, applicants.person FROM representatives LEFT JOIN applicants"
            " ON applicants.pin = representatives.pin ORDER BY confirmed_at DESC,"
            " employer_id, representatives.pin LIMIT 500"
        )
        return [_mandate(row) for row in rows]

    def end_mandate(self, pin: str, employer_id: str) -> bool:
        """Forget that a person may act for an employer; False if it was so already."""
        return bool(
            self.database.execute(
                "DELETE FROM representatives WHERE pin = :pin AND employer_id = :employer",
                pin=pin,
                employer=employer_id,
            )
        )

    def represents(self, pin: str, employer_number: str) -> bool:
        """Say whether a person may act for an employer."""
        wanted = fold_number(employer_number)
        known = (fold_number(each["employer_number"]) for each in self.represented(pin))
        return bool(wanted) and wanted in known


def _mandate(row: Row) -> Mandate:
    employer = json.loads(row["employer"])
    person = parse_person_record(json.loads(row["person"])) if row["person"] else None
    name = f"{person.forenames} {person.surnames}" if person else row["pin"]
    return Mandate(
        row["pin"], name, row["employer_id"], employer["employer_name"],
        employer["employer_number"], row["confirmed_at"], row["confirmed_by"],
    )  # fmt: skip


def _applicant(row: Row) -> Applicant:
    return Applicant(row["id"], row["pin"], parse_person_record(json.loads(row["person"])))
