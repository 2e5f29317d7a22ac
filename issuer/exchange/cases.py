"""The institution's copies of its cases: one row each, changed by one message at a time.

``revision`` counts the changes. Whoever read revision n writes n+1, or nothing: so messages of a
case take effect strictly one after another, whichever process brings them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.errors import UndecidedError, VerificationError
from esspass.exchange.engine import find_actions
from esspass.exchange.model import Case, CaseStatus, Message
from esspass.storage import Database, Row
from issuer.exchange.storing import read_value, write_value
from issuer.names import fold_name
from issuer.paging import Paging, find_start

MIGRATIONS = {
    "issuer-exchange-cases-001": """
        CREATE TABLE exchange_cases (
            id TEXT PRIMARY KEY,
            reference TEXT UNIQUE,
            case_type TEXT NOT NULL,
            status TEXT NOT NULL,
            state TEXT NOT NULL,
            subject TEXT NOT NULL,
            search TEXT NOT NULL,
            opened_at BIGINT NOT NULL,
            changed_at BIGINT NOT NULL,
            revision BIGINT NOT NULL,
            automatic BIGINT NOT NULL
        )""",
    "issuer-exchange-cases-002": """
        CREATE INDEX exchange_cases_changed ON exchange_cases (changed_at)""",
}
_SUBJECT_MEMBERS = ("familyName", "forename")
_SEARCHED_MEMBERS = frozenset({
    *_SUBJECT_MEMBERS, "personalIdentificationNumber", "documentNumber", "dateBirth", "number",
    "name",
})  # fmt: skip
_MAX_SEARCH = 2000
_MAX_SUBJECT = 200
_MAX_DEPTH = 12


class ChangedMeanwhileError(UndecidedError):
    """Another message changed the case first; read it again."""

    code = "changed_meanwhile"


class UnknownCaseError(VerificationError):
    """There is no such case here."""

    code = "unknown_case"


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A case in a list: whom it is about, how many messages nobody read, what is due next.

    ``undelivered`` is whether a message of ours could not be delivered.
    """

    case: Case
    subject: str
    unread: int
    due_at: int | None
    undelivered: bool


@dataclass(frozen=True, slots=True)
class CasePage(Paging):
    """A page of cases; ``number`` counts from 1."""

    cases: tuple[CaseSummary, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases."""

    database: Database

    def find(self, case_id: str) -> tuple[Case, int] | None:
        """Return a case with its revision."""
        rows = self.database.query(
            "SELECT state, revision FROM exchange_cases WHERE id = :id", id=case_id
        )
        return (read_value(Case, rows[0]["state"]), int(rows[0]["revision"])) if rows else None

    def get(self, case_id: str) -> tuple[Case, int]:
        """Return a case with its revision. Raises UnknownCaseError."""
        found = self.find(case_id)
        if found is None:
            raise UnknownCaseError
        return found

    def find_reference(self, reference: str) -> str | None:
        """Return the case that was started for something of ours."""
        rows = self.database.query(
            "SELECT id FROM exchange_cases WHERE reference = :reference", reference=reference
        )
        return str(rows[0]["id"]) if rows else None

    def add(self, case: Case, message: Message, reference: str) -> None:
        """Keep a new case, revision 0. Raises ChangedMeanwhileError when it is there already."""
        added = self.database.execute(
            "INSERT INTO exchange_cases (id, reference, case_type, status, state, subject, search,"
            " opened_at, changed_at, revision, automatic) VALUES (:id, :reference, :case_type,"
            " :status, :state, :subject, :search, :opened_at, :changed_at, 0, :automatic)"
            " ON CONFLICT DO NOTHING",
            id=case.id,
            reference=reference or None,
            case_type=case.type,
            status=case.status.value,
            state=write_value(case),
            subject=find_subject(message),
            search=_search_text(case, message),
            opened_at=case.opened_at,
            changed_at=case.changed_at,
            automatic=_has_automatic(case),
        )
        if not added:
            raise ChangedMeanwhileError

    def save(self, case: Case, revision: int, search: str = "") -> int:
        """Keep a changed case; return its new revision. Raises ChangedMeanwhileError.

        ``search`` are further words it is found by.
        """
        changed = self.database.execute(
            "UPDATE exchange_cases SET status = :status, state = :state, changed_at = :changed_at,"
            " search = COALESCE(:search, search),"
            " automatic = :automatic, revision = revision + 1"
            " WHERE id = :id AND revision = :revision",
            id=case.id,
            status=case.status.value,
            state=write_value(case),
            changed_at=case.changed_at,
            search=self._add_words(case.id, search) if search else None,
            automatic=_has_automatic(case),
            revision=revision,
        )
        if not changed:
            raise ChangedMeanwhileError
        return revision + 1

    def _add_words(self, case_id: str, words: str) -> str:
        """Return what a case is found by with further words; each stands there once."""
        rows = self.database.query("SELECT search FROM exchange_cases WHERE id = :id", id=case_id)
        return _write_words(f"{rows[0]['search']} {words}" if rows else words)

    def to_relay(self, most: int) -> list[Case]:
        """Return cases in which the machine has something to send by itself."""
        rows = self.database.query(
            "SELECT state FROM exchange_cases WHERE automatic = 1 ORDER BY changed_at LIMIT :most",
            most=most,
        )
        return [read_value(Case, row["state"]) for row in rows]

    def stop_relay(self, case_id: str) -> None:
        """Send nothing by itself in a case until it changes."""
        self.database.execute("UPDATE exchange_cases SET automatic = 0 WHERE id = :id", id=case_id)

    def open_with(self, institution_id: str) -> list[Case]:
        """Return the open cases in which an institution takes part."""
        rows = self.database.query(
            "SELECT state FROM exchange_cases WHERE status = 'open' AND state LIKE :named",
            named=f'%"{institution_id}"%',
        )
        found = [read_value(Case, row["state"]) for row in rows]
        return [case for case in found if institution_id in case.participants]

    def count_unread(self) -> int:
        """Return how many cases have a message that nobody has read."""
        rows = self.database.query(
            "SELECT count(DISTINCT case_id) AS n FROM exchange_messages"
            " WHERE direction = 'in' AND read_at IS NULL"
        )
        return int(rows[0]["n"])

    def search(
        self,
        text: str = "",
        status: CaseStatus | None = None,
        due: bool = False,
        number: int = 1,
        size: int = 20,
    ) -> CasePage:
        """Return a page of the cases that hold every word of ``text``, last changed first.

        ``due`` keeps those in which this institution has something to do, the most urgent first.
        """
        where, params = _where(text, status, due=due)
        count = f"SELECT count(*) AS n FROM exchange_cases c{where}"  # noqa: S608 - ours
        total = self.database.query(count, **params)[0]["n"]
        order = "next_due, c.changed_at DESC, c.id" if due else "c.changed_at DESC, c.id"
        rows = self.database.query(
            f"{_SELECT}{where} ORDER BY {order} LIMIT :size OFFSET :start",
            **params,
            size=size,
            start=find_start(number, size),
        )
        return CasePage(max(number, 1), size, int(total), tuple(map(_summary, rows)))


_DUE = "FROM exchange_deadlines d WHERE d.case_id = c.id AND d.mine = 1"
_SELECT = f"""
    SELECT c.state, c.subject,
           (SELECT count(*) FROM exchange_messages m WHERE m.case_id = c.id
            AND m.direction = 'in' AND m.read_at IS NULL) AS unread,
           (SELECT count(*) FROM exchange_deliveries e WHERE e.case_id = c.id
            AND e.status = 'ERROR') AS undelivered,
           (SELECT min(d.due_at) {_DUE}) AS next_due
    FROM exchange_cases c"""  # noqa: S608 - ours


def _where(text: str, status: CaseStatus | None, *, due: bool) -> tuple[str, dict[str, str]]:
    conditions, params = [], {}
    for place, word in zip("abcdefgh", fold_name(text[:200]).split(), strict=False):
        conditions.append(f"c.search LIKE :word_{place}")
        params[f"word_{place}"] = f"%{word}%"
    if status is not None:
        conditions.append("c.status = :status")
        params["status"] = status.value
    if due:
        conditions.append(f"EXISTS (SELECT 1 {_DUE})")
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), params


def _summary(row: Row) -> CaseSummary:
    return CaseSummary(
        case=read_value(Case, row["state"]),
        subject=row["subject"],
        unread=int(row["unread"]),
        due_at=row["next_due"],
        undelivered=bool(row["undelivered"]),
    )


def _has_automatic(case: Case) -> int:
    return int(any(action.automatic for action in find_actions(case, case.changed_at)))


def find_subject(message: Message) -> str:
    """Return whom a message is about, as it names them; empty when it names nobody."""
    found = dict(_find_texts(message.content, _MAX_DEPTH))
    return " ".join(found[name] for name in _SUBJECT_MEMBERS if name in found)[:_MAX_SUBJECT]


def find_words(message: Message) -> str:
    """Return the words by which a clerk finds a case with this message, folded."""
    texts = [text for _, text in _find_texts(message.content, _MAX_DEPTH)]
    return fold_name(" ".join([message.sed, *texts]))[:_MAX_SEARCH]


def _search_text(case: Case, message: Message) -> str:
    about = fold_name(" ".join([case.id, case.type, *case.participants]))
    return _write_words(f"{about} {find_words(message)}")


def _write_words(text: str) -> str:
    return " ".join(dict.fromkeys(text.split()))[:_MAX_SEARCH]


def _find_texts(node: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    """Name what names a person or a document; the first of a kind comes last, and so counts."""
    for name, member in reversed(list(node.items())):
        if isinstance(member, Mapping) and depth:
            yield from _find_texts(member, depth - 1)
        elif isinstance(member, list) and depth:
            for item in reversed(member):
                if isinstance(item, Mapping):
                    yield from _find_texts(item, depth - 1)
        elif isinstance(member, str) and name in _SEARCHED_MEMBERS:
            yield name, member
