"""Applications that programs write: a draft is the business of the program that began it."""

from __future__ import annotations

from dataclasses import dataclass

from esspass.storage import Database
from issuer.filing.filings import Filing, Filings, UnknownFilingError

MIGRATIONS = {
    "issuer-api-drafts-001": """
        CREATE TABLE api_drafts (
            filing_id TEXT PRIMARY KEY,
            client_id TEXT NOT NULL
        )""",
}


@dataclass(frozen=True, slots=True)
class BegunApplications:
    """Who began what."""

    database: Database

    def add(self, filing_id: str, client_id: str) -> None:
        """Note that a program began a draft."""
        self.database.execute(
            "INSERT INTO api_drafts (filing_id, client_id) VALUES (:filing, :client)",
            filing=filing_id,
            client=client_id,
        )

    def find(self, filings: Filings, filing_id: str, client_id: str) -> Filing:
        """Return an application: any that was sent, a draft to who began it.

        Raises UnknownFilingError.
        """
        filing = filings.get(filing_id)
        began = self.database.query(
            "SELECT filing_id FROM api_drafts WHERE filing_id = :filing AND client_id = :client",
            filing=filing_id,
            client=client_id,
        )
        if filing.sent_at is None and not began:
            raise UnknownFilingError
        return filing

    def purge(self) -> int:
        """Forget drafts that are gone; return how many."""
        return self.database.execute(
            "DELETE FROM api_drafts WHERE filing_id NOT IN (SELECT id FROM filings)"
        )
