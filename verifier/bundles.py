"""What a decision rested on, kept with it: bundles of sources, their tokens stored once.

A case file needs the lists, rules and status lists as they were at each check. They are the same
for most of a case, so a bundle refers to its tokens by digest.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.inspection import SourceCollector
from esspass.inspection.case_file import share_tokens
from esspass.inspection.sources import create_token_reference
from esspass.storage import Database

MIGRATIONS = {
    "verifier-bundles-001": """
        CREATE TABLE case_tokens (
            digest TEXT PRIMARY KEY, token TEXT NOT NULL, kept_until BIGINT NOT NULL
        )
    """,
    "verifier-bundles-002": """
        CREATE TABLE case_sources (
            digest TEXT PRIMARY KEY, body TEXT NOT NULL, kept_until BIGINT NOT NULL
        )
    """,
}
Bundle = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bundles:
    """Makes bundles of what is believed now, and keeps those that decisions rest on."""

    database: Database
    collector: SourceCollector

    def create(self, status_lists: Collection[str], now: int) -> Bundle:
        """Return a bundle of all lists and of the status lists at these addresses, as cached."""
        return self.collector.collect(now, status_lists)

    def keep(self, bundle: Bundle, until: int) -> str:
        """Store a bundle until a time; return the name it is kept under."""
        tokens: dict[str, str] = {}
        slim = share_tokens(bundle, tokens)
        body = json.dumps(slim, sort_keys=True)
        name = create_token_reference(body)
        for digest, token in tokens.items():
            self._put("case_tokens", "token", digest, token, until)
        self._put("case_sources", "body", name, body, until)
        return name

    def find(self, name: str) -> tuple[Bundle, dict[str, str]] | None:
        """Return a bundle with references, and its tokens; None when it is gone."""
        rows = self.database.query("SELECT body FROM case_sources WHERE digest = :name", name=name)
        if not rows:
            return None
        bundle = json.loads(rows[0]["body"])
        return bundle, {each: self._token(each) for each in find_references(bundle)}

    def purge(self, now: int) -> None:
        """Delete what no decision rests on any more."""
        for table in ("case_tokens", "case_sources"):
            self.database.execute(f"DELETE FROM {table} WHERE kept_until <= :now", now=now)  # noqa: S608 - constants

    def _put(self, table: str, column: str, digest: str, content: str, until: int) -> None:
        self.database.execute(
            f"INSERT INTO {table} (digest, {column}, kept_until)"  # noqa: S608 - constants
            " VALUES (:digest, :content, :until) ON CONFLICT (digest) DO UPDATE SET kept_until ="
            f" CASE WHEN {table}.kept_until > excluded.kept_until THEN {table}.kept_until"
            " ELSE excluded.kept_until END",
            digest=digest,
            content=content,
            until=until,
        )

    def _token(self, digest: str) -> str:
        rows = self.database.query(
            "SELECT token FROM case_tokens WHERE digest = :digest", digest=digest
        )
        return str(rows[0]["token"]) if rows else ""


def find_references(bundle: Bundle) -> set[str]:
    """Return the references in a bundle."""
    found = {each for tokens in bundle["lists"].values() for each in tokens}
    found |= {entry["token"] for entry in bundle["statuses"].values()}
    found |= {bundle["directory"], bundle["rules"]}
    return {each for each in found if each is not None and each.startswith("sha256:")}
