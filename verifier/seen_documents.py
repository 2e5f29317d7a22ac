"""Which document a check was about, and nobody's name: so that what is asked reaches every verdict.

A document is named by a keyed digest of its institution and number, which only this app can
compute. It goes with what was shown when somebody erases that, and with the verdict otherwise.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from esspass.keys.jwk import encode_base64url
from esspass.storage import Database
from verifier.persons import CasePerson

MIGRATIONS = {
    "verifier-seen-documents-001": """
        CREATE TABLE seen_documents (
            person_id TEXT PRIMARY KEY, document TEXT NOT NULL, taken_at BIGINT NOT NULL
        )
    """,
}


@dataclass(frozen=True, slots=True)
class SeenDocuments:
    """The repository."""

    database: Database
    secret_key: str = field(repr=False)

    def add(self, person: CasePerson) -> None:
        """Note the document of a check whose evidence is kept, if it shows number and issuer."""
        document = self.name(person)
        if document:
            self.database.execute(
                "INSERT INTO seen_documents (person_id, document, taken_at)"
                " VALUES (:person_id, :document, :taken_at) ON CONFLICT DO NOTHING",
                person_id=person.id,
                document=document,
                taken_at=person.taken_at,
            )

    def name(self, person: CasePerson) -> str:
        """Return the digest of what was shown; empty where that is erased or names no document."""
        shown = read_document(person)
        if not shown["number"] or not shown["institution"]["id"]:
            return ""
        named = json.dumps([shown["institution"]["id"], shown["number"]])
        message = f"esspass verifier document\0{named}".encode()
        return encode_base64url(hmac.digest(self.secret_key.encode(), message, "sha256"))

    def find(self, person_id: str) -> str:
        """Return the digest of the document of a check, or an empty text."""
        rows = self.database.query(
            "SELECT document FROM seen_documents WHERE person_id = :id", id=person_id
        )
        return str(rows[0]["document"]) if rows else ""

    def remove(self, person_id: str) -> None:
        """Forget which document a check was about, unless something was asked about it."""
        self.database.execute(
            "DELETE FROM seen_documents WHERE person_id = :id AND NOT EXISTS (SELECT 1 FROM"
            " enquiries WHERE enquiries.person_id = seen_documents.person_id)",
            id=person_id,
        )

    def purge(self) -> None:
        """Forget the documents of checks that are gone."""
        self.database.execute(
            "DELETE FROM seen_documents WHERE NOT EXISTS (SELECT 1 FROM case_persons"
            " WHERE case_persons.id = seen_documents.person_id)"
        )


def read_document(person: CasePerson) -> Mapping[str, Any]:
    """Return what the document of a check says; without number and institution once erased."""
    if person.evidence is None:
        return {"number": None, "institution": {"id": None}}
    document: Mapping[str, Any] = person.evidence["facts"]["document"]
    return document
