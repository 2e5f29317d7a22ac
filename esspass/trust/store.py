"""Every list ever seen, append-only, and when each source was last asked.

Annex H histories hold no certificates, so an attestation signed before a key change can only be
checked with the issue that listed the old one. A number is never taken back (rollback), and never
means two things (equivocation): ETSI TS 119 602, clause 6.3.3.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from esspass.storage import Database
from esspass.trust.errors import ListRefusedError
from esspass.trust.timestamps import create_timestamp

MIGRATIONS = {
    "trusted-lists-001": (
        "CREATE TABLE trusted_lists (list TEXT NOT NULL, sequence_number BIGINT NOT NULL,"
        " signer TEXT NOT NULL, digest TEXT NOT NULL, issued_at BIGINT NOT NULL,"
        " fetched_at BIGINT NOT NULL, token TEXT NOT NULL,"
        " PRIMARY KEY (list, sequence_number, signer))"
    ),
    "trusted-lists-002": (
        "CREATE TABLE list_refreshes (list TEXT PRIMARY KEY, tried_at BIGINT NOT NULL,"
        " succeeded_at BIGINT NOT NULL, problem TEXT NOT NULL, problem_since BIGINT NOT NULL)"
    ),
}


class Issue(Protocol):
    """What lists and the directory have in common."""

    @property
    def sequence_number(self) -> int: ...
    @property
    def issued_at(self) -> int: ...
    @property
    def digest(self) -> str: ...
    @property
    def signer(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """The row of one issue, without its token."""

    list: str
    sequence_number: int
    signer: str
    digest: str
    issued_at: int


@dataclass(frozen=True, slots=True)
class Refresh:
    """How asking a source went. Times are epoch seconds, 0 for never; ``problem`` is a code."""

    tried_at: int
    succeeded_at: int = 0
    problem: str = ""
    problem_since: int = 0


class SnapshotStore:
    """The issues of all lists in one database, shared by any number of processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issues(self) -> list[StoredIssue]:
        """Return every stored issue, the newest of each list first."""
        rows = self._database.query(
            "SELECT list, sequence_number, signer, digest, issued_at FROM trusted_lists"
            " ORDER BY list, sequence_number DESC"
        )
        return [StoredIssue(**row) for row in rows]

    def newest(self, name: str, signers: Collection[str]) -> StoredIssue | None:
        """Return the issue with the highest number that a pinned signer made."""
        mine = [i for i in self.issues() if i.list == name and i.signer in signers]
        return max(mine, key=lambda issue: issue.sequence_number, default=None)

    def read(self, issue: StoredIssue) -> str:
        """Return the signed token of a stored issue."""
        rows = self._database.query(
            "SELECT token FROM trusted_lists"
            " WHERE list = :list AND sequence_number = :number AND signer = :signer",
            list=issue.list,
            number=issue.sequence_number,
            signer=issue.signer,
        )
        return str(rows[0]["token"])

    def add(
        self,
        name: str,
        issue: Issue,
        token: str,
        signers: Collection[str],
        now: int,
        known: StoredIssue | None,
    ) -> None:
        """Keep a verified issue.

        ``signers`` are the pinned ones (hex SHA-256), ``known`` the newest issue before this one
        was asked for: another process may store a newer one meanwhile, which is no rollback.
        Raises ListRefusedError (``list_rollback``, ``list_equivocation``).
        """
        if known is not None:
            _verify_not_older(name, issue, known)
        added = self._database.execute(
            "INSERT INTO trusted_lists"
            " (list, sequence_number, signer, digest, issued_at, fetched_at, token)"
            " SELECT :list, :number, :signer, :digest, :issued, :now, :token"
            " WHERE NOT EXISTS (SELECT 1 FROM trusted_lists WHERE list = :list"
            " AND sequence_number = :number AND :signers LIKE '%' || signer || '%')"
            " ON CONFLICT DO NOTHING",
            list=name,
            number=issue.sequence_number,
            signer=issue.signer,
            digest=issue.digest,
            issued=issue.issued_at,
            now=now,
            token=token,
            signers=",".join(signers),
        )
        if not added:
            self._verify_same(name, issue, signers)

    def _verify_same(self, name: str, issue: Issue, signers: Collection[str]) -> None:
        for stored in self.issues():
            mine = stored.list == name and stored.signer in signers
            same_number = stored.sequence_number == issue.sequence_number
            if mine and same_number and stored.digest != issue.digest:
                raise ListRefusedError(
                    "two different lists bear the same sequence number",
                    code="list_equivocation",
                    parameters={"list": name, "sequence_number": str(issue.sequence_number)},
                )

    def claim(self, name: str, now: int, max_age: int) -> bool:
        """Take the turn to ask a source; False while another turn is younger than ``max_age``.

        A turn further in the future was taken by a wrong clock and binds nobody.
        """
        rows = self._database.query(
            "INSERT INTO list_refreshes (list, tried_at, succeeded_at, problem, problem_since)"
            " VALUES (:list, :now, 0, '', 0) ON CONFLICT (list) DO UPDATE SET tried_at = :now"
            " WHERE list_refreshes.tried_at <= :past OR list_refreshes.tried_at >= :future"
            " RETURNING list",
            list=name,
            now=now,
            past=now - max_age,
            future=now + max_age,
        )
        return bool(rows)

    def note_success(self, name: str, now: int) -> None:
        """Record that the source gave a list we could believe."""
        self._database.execute(
            "UPDATE list_refreshes SET succeeded_at = :now, problem = '', problem_since = 0"
            " WHERE list = :list",
            list=name,
            now=now,
        )

    def note_problem(self, name: str, problem: str, now: int) -> None:
        """Record why it did not, and since when it has not."""
        self._database.execute(
            "UPDATE list_refreshes SET problem = :problem,"
            " problem_since = CASE WHEN problem = '' THEN :now ELSE problem_since END"
            " WHERE list = :list",
            list=name,
            problem=problem,
            now=now,
        )

    def refreshes(self) -> Mapping[str, Refresh]:
        """Return how asking each source went last."""
        rows = self._database.query(
            "SELECT list, tried_at, succeeded_at, problem, problem_since FROM list_refreshes"
        )
        return {
            row["list"]: Refresh(
                row["tried_at"], row["succeeded_at"], row["problem"], row["problem_since"]
            )
            for row in rows
        }


def _verify_not_older(name: str, issue: Issue, known: StoredIssue) -> None:
    older = issue.sequence_number < known.sequence_number
    backwards = issue.sequence_number > known.sequence_number and issue.issued_at < known.issued_at
    if older or backwards:
        raise ListRefusedError(
            "the source gives a list that is older than one already seen",
            code="list_rollback",
            parameters={
                "list": name,
                "sequence_number": str(issue.sequence_number),
                "issued": create_timestamp(issue.issued_at),
                "known_sequence_number": str(known.sequence_number),
                "known_issued": create_timestamp(known.issued_at),
            },
        )
