"""Which postings a worker was seen with before: what A-25 needs, and nobody's name.

A row stands under a keyed digest of names and date of birth, which only this app can compute and
nobody can read back; so does its number. Businesses are kept by name, self-employed people (A1,
section 4: any type but employment) by digests, which are found again when the same one is shown.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.inspection import normalize_name
from esspass.inspection.case_file import MAX_HISTORY
from esspass.inspection.derived import business_name
from esspass.keys.jwk import encode_base64url
from esspass.storage import Database

MIGRATIONS = {
    "verifier-postings-001": """
        CREATE TABLE case_postings (
            person TEXT NOT NULL,
            number TEXT NOT NULL,
            check_id TEXT NOT NULL,
            posting TEXT NOT NULL,
            taken_at BIGINT NOT NULL,
            PRIMARY KEY (person, number)
        )
    """,
    "verifier-postings-002": "CREATE INDEX case_postings_by_check ON case_postings (check_id)",
}
Facts = Mapping[str, Any]
_CODES = frozenset({"01", "03"})  # posted, employed or self-employed: what A-25 adds up
_EMPLOYED = "01"
_BELIEVED = ("signature", "trust", "type", "status")
_SHOWN = ("number", "starts", "ends", "states", "employers")


@dataclass(frozen=True, slots=True)
class Postings:
    """The repository. Times in epoch seconds, UTC; an entry of history is ``find_postings``'."""

    database: Database
    secret_key: str = field(repr=False)

    def add(self, check_id: str, facts: Facts, taken_at: int) -> None:
        """Keep the posting of a certificate that is good, once for each number; the last counts."""
        document = facts["document"]
        person = self._name_person(document)
        if not person or not _is_posting(facts):
            return
        self.database.execute(
            "INSERT INTO case_postings (person, number, check_id, posting, taken_at)"
            " VALUES (:person, :number, :check_id, :posting, :taken_at)"
            " ON CONFLICT (person, number) DO UPDATE SET check_id = excluded.check_id,"
            " posting = excluded.posting, taken_at = excluded.taken_at",
            person=person,
            number=self._digest("number", document["number"]),
            check_id=check_id,
            posting=json.dumps(self._write(document), ensure_ascii=False),
            taken_at=taken_at,
        )

    def find(self, document: Facts) -> list[dict[str, Any]]:
        """Return what is kept of the same person, but for this certificate itself."""
        person = self._name_person(document)
        if not person:
            return []
        rows = self.database.query(
            "SELECT posting FROM case_postings WHERE person = :person AND number <> :number"
            " ORDER BY taken_at DESC, number LIMIT :limit",
            person=person,
            number=self._digest("number", document["number"] or ""),
            limit=MAX_HISTORY,
        )
        return [self._read(json.loads(row["posting"]), document) for row in rows]

    def remove(self, check_id: str) -> None:
        """Forget what a check left."""
        self.database.execute("DELETE FROM case_postings WHERE check_id = :id", id=check_id)

    def purge(self, before: int) -> None:
        """Delete what was seen at this time or earlier."""
        self.database.execute("DELETE FROM case_postings WHERE taken_at <= :before", before=before)

    def _write(self, document: Facts) -> dict[str, Any]:
        employers = [self._write_employer(each) for each in document["employers"]]
        dates = {name: document[name] for name in ("starts", "ends", "states")}
        return {"number": None, **dates, "employers": employers}

    def _write_employer(self, employer: Facts) -> dict[str, Any]:
        if employer["type"] == _EMPLOYED:
            return {"name": employer["name"], "id": employer["id"]}
        return {"digests": self._name_employer(employer)}

    def _read(self, posting: dict[str, Any], document: Facts) -> dict[str, Any]:
        """Give a digest the name of the one it stands for, if that one is shown again."""
        shown = document["employers"] or ()
        names = [(each, set(self._name_employer(each))) for each in shown]
        found = [_recognize(each, names) for each in posting["employers"]]
        return {**posting, "employers": found}

    def _name_person(self, document: Facts) -> str:
        """Name the person of a certificate, but to nobody; empty where something is not shown."""
        person = document["person"] or {}
        names = [normalize_name(person.get(name) or "") for name in ("surnames", "forenames")]
        parts = [*names, person.get("date_of_birth")]
        return self._digest("person", json.dumps(parts)) if all(parts) else ""

    def _name_employer(self, employer: Facts) -> list[str]:
        name, number = normalize_name(business_name(employer["name"] or "")), employer["id"]
        found = {"employer": name, "employer-id": number}
        return [self._digest(purpose, text) for purpose, text in found.items() if text]

    def _digest(self, purpose: str, text: str) -> str:
        message = f"esspass verifier posting {purpose}\0{text}".encode()
        return encode_base64url(hmac.digest(self.secret_key.encode(), message, "sha256"))


def _is_posting(facts: Facts) -> bool:
    """Say whether a certificate is one that counts later, and says all that this needs."""
    checks, document = facts["checks"], facts["document"]
    believed = all(checks[name]["outcome"] == "PASSED" for name in _BELIEVED)
    held = checks["holder_binding"]["outcome"] != "FAILED"
    return (
        believed and held and document["code"] in _CODES and all(document[name] for name in _SHOWN)
    )


def _recognize(kept: Facts, shown: Sequence[tuple[Facts, set[str]]]) -> dict[str, Any]:
    if "digests" not in kept:
        return dict(kept)
    same = (each for each, digests in shown if not digests.isdisjoint(kept["digests"]))
    employer = next(same, {"name": None, "id": None})
    return {"name": employer["name"], "id": employer["id"]}
