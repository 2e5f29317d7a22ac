"""The persons of a case in the database: rulings, and for a shorter time what was shown.

A ruling names no person, so it stays; ``evidence`` (what was shown, and facts read from it) goes
first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.statistics import month_of
from esspass.storage import Database, Row

MIGRATIONS = {
    "verifier-persons-001": """
        CREATE TABLE case_persons (
            id TEXT PRIMARY KEY,
            case_id TEXT NOT NULL,
            source TEXT NOT NULL,
            taken_at BIGINT NOT NULL,
            hidden BIGINT NOT NULL,
            decided TEXT NOT NULL,
            answers TEXT NOT NULL,
            evidence TEXT,
            evidence_until BIGINT NOT NULL,
            binding_digest TEXT NOT NULL,
            sources_digest TEXT NOT NULL,
            difference TEXT NOT NULL
        )
    """,
    "verifier-persons-002": "CREATE INDEX case_persons_by_case ON case_persons (case_id, taken_at)",
    "verifier-persons-003": "CREATE INDEX case_persons_by_binding ON case_persons (binding_digest)",
    "verifier-persons-004": "DROP INDEX case_persons_by_binding",
    "verifier-persons-005": """
        CREATE TABLE shown_bindings (
            digest TEXT PRIMARY KEY, person_id TEXT NOT NULL, shown_at BIGINT NOT NULL
        )
    """,
    "verifier-counts-001": """
        CREATE TABLE verdict_counts (
            source TEXT NOT NULL, kind TEXT NOT NULL, outcome TEXT NOT NULL, month TEXT NOT NULL,
            n BIGINT NOT NULL, PRIMARY KEY (source, kind, outcome, month)
        )
    """,
    "verifier-persons-006": """
        INSERT INTO shown_bindings SELECT binding_digest, min(id), min(taken_at)
        FROM case_persons WHERE binding_digest <> '' GROUP BY binding_digest
    """,
}
MAX_PERSONS = 1000
_COLUMNS = (
    "id", "case_id", "source", "taken_at", "hidden", "decided", "answers", "evidence",
    "evidence_until", "binding_digest", "sources_digest", "difference",
)  # fmt: skip
WALLET, SCAN, PAPER, NOTHING = "wallet", "scan", "paper", "none"
"""How somebody came into a case; ``none`` showed no document."""


@dataclass(frozen=True, slots=True)
class CasePerson:
    """One person of a case.

    ``decided`` is ``{"ruling", "findings", "sources"}``, without personal data. ``evidence`` is
    ``{"submission", "facts", "history", "salt"}``, None once it is erased. ``binding_digest``
    names the one-time proof of possession that was shown, ``difference`` the time at which the
    paper was reported to say something else, or is empty.
    """

    id: str
    case_id: str
    source: str
    taken_at: int
    decided: Mapping[str, Any]
    answers: Mapping[str, bool | None] = field(default_factory=dict)
    evidence: Mapping[str, Any] | None = field(default=None, repr=False)
    evidence_until: int = 0
    binding_digest: str = ""
    sources_digest: str = ""
    difference: str = ""
    hidden: bool = False

    @property
    def ruling(self) -> Mapping[str, Any]:
        """The ruling as JSON."""
        ruling: Mapping[str, Any] = self.decided["ruling"]
        return ruling

    @property
    def outcome(self) -> str:
        """The outcome of the ruling."""
        return str(self.ruling["outcome"])


@dataclass(frozen=True, slots=True)
class Persons:
    """The repository."""

    database: Database

    def add(self, person: CasePerson) -> bool:
        """Store a person, once; False when there is one of this id."""
        names, marks = ", ".join(_COLUMNS), ", ".join(f":{name}" for name in _COLUMNS)
        return bool(
            self.database.execute(
                f"INSERT INTO case_persons ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 - constants
                **_values(person),
            )
        )

    def find(self, person_id: str, now: int) -> CasePerson | None:
        """Return one; evidence past its time is not in it, erased or not."""
        rows = self.database.query("SELECT * FROM case_persons WHERE id = :id", id=person_id)
        return _person(rows[0], now) if rows else None

    def of_case(self, case_id: str, now: int) -> list[CasePerson]:
        """Return those whose verdict may be seen, in the order of their checks."""
        rows = self.database.query(
            "SELECT * FROM case_persons WHERE case_id = :case_id AND hidden = 0"
            " ORDER BY taken_at, id LIMIT :limit",
            case_id=case_id,
            limit=MAX_PERSONS,
        )
        return [_person(row, now) for row in rows]

    def outcomes(self, case_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return the outcomes by case."""
        found: dict[str, list[str]] = {each: [] for each in case_ids}
        for case_id in case_ids:
            rows = self.database.query(
                "SELECT decided FROM case_persons WHERE case_id = :id AND hidden = 0"
                " ORDER BY taken_at, id",
                id=case_id,
            )
            found[case_id] = [json.loads(row["decided"])["ruling"]["outcome"] for row in rows]
        return found

    def decide_again(self, person: CasePerson) -> None:
        """Store the new ruling of a person, with the answers and facts it rests on."""
        values = _values(person)
        self.database.execute(
            "UPDATE case_persons SET decided = :decided, answers = :answers,"
            " evidence = :evidence WHERE id = :id AND evidence IS NOT NULL",
            **{name: values[name] for name in ("id", "decided", "answers", "evidence")},
        )

    def report_difference(self, person_id: str, text: str) -> None:
        """Note that the paper says something else."""
        self.database.execute(
            "UPDATE case_persons SET difference = :text WHERE id = :id", id=person_id, text=text
        )

    def reveal(self, person_id: str) -> None:
        """Let the verdict be seen: the browser that asked has come back."""
        self.database.execute("UPDATE case_persons SET hidden = 0 WHERE id = :id", id=person_id)

    def claim_binding(self, binding_digest: str, person_id: str, at: int) -> bool:
        """Take a proof of possession for one check; False when another check has it.

        The same check may ask again. One statement, so of two scans at once one gets it.
        """
        rows = self.database.query(
            "INSERT INTO shown_bindings (digest, person_id, shown_at) VALUES (:digest, :id, :at)"
            " ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING person_id",
            digest=binding_digest,
            id=person_id,
            at=at,
        )
        return bool(rows[0]["person_id"] == person_id)

    def erase(self, person_id: str) -> None:
        """Erase what was shown, now."""
        self.database.execute(
            "UPDATE case_persons SET evidence = NULL, difference = '' WHERE id = :id", id=person_id
        )

    def remove(self, person_id: str) -> None:
        """Forget a check altogether."""
        self.database.execute("DELETE FROM case_persons WHERE id = :id", id=person_id)

    def purge(self, now: int, retention: int) -> None:
        """Erase evidence whose time is over, and persons older than ``retention`` seconds.

        A verdict that institutions are still asked about stays, it names nobody.
        """
        self.database.execute(
            "UPDATE case_persons SET evidence = NULL, difference = '' WHERE evidence_until <= :now",
            now=now,
        )
        with self.database.atomic():
            gone = self.database.query(
                "DELETE FROM case_persons WHERE taken_at <= :before AND NOT EXISTS (SELECT 1 FROM"
                " enquiries WHERE enquiries.person_id = case_persons.id AND over_at IS NULL)"
                " RETURNING case_id, source, decided, taken_at",
                before=now - retention,
            )
            self._add_to_counts(gone)
        self.database.execute(
            "DELETE FROM shown_bindings WHERE shown_at <= :before", before=now - retention
        )

    def count(self, starts: int, ends: int) -> list[tuple[str, str, str, str, int]]:
        """Count by source, kind of case, outcome and month, of checks from ``starts`` to ``ends``.

        Those whose verdicts are gone were counted before they went.
        """
        kept = self.database.query(
            "SELECT case_id, source, decided, taken_at FROM case_persons"
            " WHERE hidden = 0 AND taken_at >= :starts AND taken_at < :ends",
            starts=starts,
            ends=ends,
        )
        counted = self.database.query(
            "SELECT source, kind, outcome, month, n FROM verdict_counts"
            " WHERE month >= :first AND month < :after",
            first=month_of(starts),
            after=month_of(ends),
        )
        found = self._count(kept)
        for row in counted:
            found[row["source"], row["kind"], row["outcome"], row["month"]] += row["n"]
        return [(*cell, n) for cell, n in sorted(found.items())]

    def _add_to_counts(self, rows: Sequence[Row]) -> None:
        for (source, kind, outcome, month), n in self._count(rows).items():
            self.database.execute(
                "INSERT INTO verdict_counts (source, kind, outcome, month, n)"
                " VALUES (:source, :kind, :outcome, :month, :n)"
                " ON CONFLICT (source, kind, outcome, month)"
                " DO UPDATE SET n = verdict_counts.n + excluded.n",
                source=source,
                kind=kind,
                outcome=outcome,
                month=month,
                n=n,
            )

    def _count(self, rows: Sequence[Row]) -> Counter[tuple[str, str, str, str]]:
        kinds = {
            row["id"]: row["kind"] for row in self.database.query("SELECT id, kind FROM cases")
        }
        return Counter(
            (
                row["source"],
                kinds.get(row["case_id"], ""),
                str(json.loads(row["decided"])["ruling"]["outcome"]),
                month_of(row["taken_at"]),
            )
            for row in rows
        )


def _values(person: CasePerson) -> dict[str, Any]:
    values = {name: getattr(person, name) for name in _COLUMNS}
    evidence = None if person.evidence is None else _write(person.evidence)
    return {
        **values,
        "hidden": int(person.hidden),
        "decided": _write(person.decided),
        "answers": _write(person.answers),
        "evidence": evidence,
    }


def _person(row: Row, now: int) -> CasePerson:
    members = dict(row)
    kept = row["evidence"] if row["evidence_until"] > now else None
    members["evidence"] = json.loads(kept) if kept else None
    members["decided"] = json.loads(row["decided"])
    members["answers"] = json.loads(row["answers"])
    members["hidden"] = bool(row["hidden"])
    return CasePerson(**members)


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
