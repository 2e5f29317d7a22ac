"""What a decision rested on, kept with it: bundles of sources, their tokens stored once.

A case file needs the lists, rules and status lists as they were at each check. They are the same
for most of a case, so a bundle refers to its tokens by digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.inspection import create_sources
from esspass.inspection.sources import create_token_reference
from esspass.statuslist import StatusListCache
from esspass.storage import Database
from esspass.trust import SnapshotStore, TrustAnchors, TrustSource

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
    anchors: TrustAnchors
    trust: TrustSource

    def create(self, status_lists: Iterable[str], now: int) -> Bundle:
        """Return a bundle of all lists and of the status lists at these addresses, as cached."""
        view = self.trust.view(now)
        store, cache = SnapshotStore(self.database), StatusListCache(self.database)
        tokens: dict[str, list[str]] = {}
        for issue in store.issues():
            tokens.setdefault(issue.list, []).append(store.read(issue))
        found = {uri: cache.get(uri) for uri in status_lists}
        statuses = {uri: entry for uri, entry in found.items() if entry is not None}
        return create_sources(self.anchors, tokens, view, statuses, now)

    def keep(self, bundle: Bundle, until: int) -> str:
        """Store a bundle until a time; return the name it is kept under."""
        slim, tokens = take_tokens_out(bundle)
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


def take_tokens_out(bundle: Bundle) -> tuple[dict[str, Any], dict[str, str]]:
    """Replace the tokens of a bundle by references; return both."""
    tokens: dict[str, str] = {}

    def refer(token: str | None) -> str | None:
        if token is None:
            return None
        reference = create_token_reference(token)
        tokens[reference] = token
        return reference

    slim = {
        **bundle,
        "lists": {name: [refer(each) for each in found] for name, found in bundle["lists"].items()},
        "directory": refer(bundle["directory"]),
        "rules": refer(bundle["rules"]),
        "statuses": {
            uri: {**entry, "token": refer(entry["token"])}
            for uri, entry in bundle["statuses"].items()
        },
    }
    return slim, tokens


def find_references(bundle: Bundle) -> set[str]:
    """Return the references in a bundle."""
    found = {each for tokens in bundle["lists"].values() for each in tokens}
    found |= {entry["token"] for entry in bundle["statuses"].values()}
    found |= {bundle["directory"], bundle["rules"]}
    return {each for each in found if each is not None and each.startswith("sha256:")}
