"""Telling the States concerned of an A1: by the case that its article asks for, else on paper.

A decision that changes another is told as a new version of what was said about that one, in the
same case; where that is not possible any more, in a new one.

A job looks for A1s that were given out and of which nobody was told, so a kill loses nothing; the
case's reference is made of the document number, so nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from esspass.attestations import Pda1, Person
from esspass.errors import MalformedError, UnavailableError, UndecidedError, VerificationError
from esspass.exchange.case_type import case_type
from esspass.exchange.contents import (
    Amended,
    Route,
    create_notification,
    find_route,
    find_states_concerned,
)
from issuer.exchange.agreements import Agreements
from issuer.exchange.choices import CHOOSE, Choices
from issuer.exchange.desk import Desk, NewAttachment
from issuer.exchange.notified import NOBODY, Notified, NotifiedStates
from issuer.exchange.registering import CORE_TYPE, SOON
from issuer.exchange.versions import Said, Versions
from issuer.paper import SPOKEN, PaperError, PaperOffice, Wish
from issuer.reasons import WithdrawalReason
from issuer.records import Record, Records, RecordState, StateError

ON_PAPER, BY_HAND = "notify_on_paper", "notify_by_hand"
_DEFAULT_LOCALE = "en"
_REPLACED = frozenset({WithdrawalReason.REPLACED, WithdrawalReason.WRONG_DATA})


@dataclass(frozen=True, slots=True)
class Notifier:
    """Tells of the A1s of an institution of ``country`` (ISO)."""

    country: str
    desk: Desk
    records: Records
    notified: NotifiedStates
    choices: Choices
    paper: PaperOffice

    @property
    def agreements(self) -> Agreements:
        """The exceptions that institutions abroad asked for, or agreed to."""
        return Agreements(self.desk, self.paper.issuance.history)

    @property
    def versions(self) -> Versions:
        """What was told before, and its new versions."""
        return Versions(self.desk, self.records, self.notified)

    def notify_due(self, now: int) -> int:
        """Tell of what was given out; return of how many A1s. Nothing while the directory lacks."""
        done = 0
        for record_id in self.notified.waiting():
            try:
                self.notify(self.records.get(record_id), now)
            except (UndecidedError, UnavailableError):
                break
            done += 1
        return done

    def notify(self, record: Record, now: int) -> tuple[Notified, ...]:
        """Tell every State concerned of one A1; nobody while a clerk has to choose whom.

        Raises UndecidedError, UnavailableError.
        """
        document, person = _read(record)
        states = find_states_concerned(document, person)
        route = find_route(document)
        found = {state: self._find(record, route, state, now) for state in states}
        if wanted := [state for state, whom in found.items() if whom is None]:
            self._ask(record, wanted, now)
            return ()
        reached = {state: whom for state, whom in found.items() if whom is not None}
        told = tuple(self._tell(record, route, reached, now))
        known = {each.country for each in told}
        left = [state for state in states if state not in known]
        told += tuple(self._on_paper(record, route, left, now))
        kept = told or (_note(record, "", NOBODY, "", route, now),)
        self.notified.keep(kept)
        return kept

    def _find(self, record: Record, route: Route, state: str, now: int) -> str | None:
        """The institution that takes such cases there; None where a clerk has to choose.

        Who was told of the decision before is told of what takes its place.
        """
        found = self.desk.find_partners(route.case_type, "CP", state, now)
        if len(found) < 2:
            return min(found, default=NOBODY)
        known = self.choices.find(record.id, state) or self.versions.find_told(record, state)
        return known if known in found else None

    def _ask(self, record: Record, states: Sequence[str], now: int) -> None:
        with self.records.database.atomic():
            for state in states:
                if self.choices.ask(record.id, state, now):
                    self.desk.tasks.add(
                        CHOOSE, now, reference=_name_choice(record, state, now),
                        due_at=now + SOON, detail=state,
                    )  # fmt: skip

    def choose(self, record: Record, state: str, institution_id: str, now: int, actor: str) -> None:
        """Keep which institution of a State is told. Raises StateError when nobody asks."""
        with self.records.database.atomic():
            asked_at = self.choices.choose(record.id, state, institution_id, now, actor)
            if asked_at is None:
                raise StateError
            self.desk.tasks.done_about(CHOOSE, _name_choice(record, state, asked_at), now, actor)

    def _tell(
        self, record: Record, route: Route, reached: dict[str, str], now: int
    ) -> Iterator[Notified]:
        """By a new version where one was told before, else by a new case."""
        earlier = self.versions.find_earlier(record, route, frozenset(reached))
        there = {state: whom for state, whom in reached.items() if whom}
        if not there and not earlier:
            return
        document, person = _read(record)
        try:
            for whom in there.values():
                self.agreements.settle(record, whom, now)
            content = create_notification(document, person, self._amends(record))
            said = Said(content, tuple(self._attach(record, tuple(reached), now)))
            for told in self.versions.send(record, earlier, said, now):
                there.pop(told.country, None)
                yield told
            yield from self._open(record, route, there, said, now)
        except MalformedError as error:
            self.desk.tasks.add(
                BY_HAND, now, reference=record.number, due_at=now + SOON, detail=error.code
            )
            for state in {**there, **{each.country: "" for each in earlier}}:
                yield _note(record, state, NOBODY, "", route, now)

    def _open(
        self, record: Record, route: Route, there: dict[str, str], said: Said, now: int
    ) -> Iterator[Notified]:
        """One case with all, or where cases have two parties, one with each."""
        for reference, states in _group(record, route, tuple(there)):
            case_id = self.desk.start(
                route.case_type, [there[state] for state in states], route.sed, said.content, now,
                attachments=said.attachments, reference=reference,
            )  # fmt: skip
            for state in states:
                yield _note(record, state, there[state], case_id, route, now)

    def _on_paper(
        self, record: Record, route: Route, states: Sequence[str], now: int
    ) -> Iterator[Notified]:
        """Nobody there takes such cases: an ordinary answer, and a clerk's task."""
        for state in states:
            reference = f"{record.number}/{state}"
            self.desk.tasks.add(ON_PAPER, now, reference=reference, due_at=now + SOON, detail=state)
            yield _note(record, state, NOBODY, "", route, now)

    def _amends(self, record: Record) -> Amended | None:
        """The decision that this one replaces, if there is one."""
        if record.replaces:
            return self.versions.describe_replaced(record)
        for other in self.records.of_person(record.person_id, ["pda1"]):
            replaced = other.withdrawal_reason in _REPLACED and other.id != record.id
            if replaced and isinstance(other.document, Pda1) and other.document.issued_on:
                return Amended(other.document.issued_on)
        return None

    def _attach(self, record: Record, states: Sequence[str], now: int) -> list[NewAttachment]:
        """The sealed code, and the file where this machine can set one."""
        first = SPOKEN.get(self.country, _DEFAULT_LOCALE)
        second = next((SPOKEN[s] for s in states if SPOKEN.get(s, first) != first), None)
        wish = Wish(first, second)
        try:
            made = self.paper.create(record.id, wish, now)
            core, pdf = made.core_text, made.pdf
        except UnavailableError as error:
            if error.code not in ("pdf_unavailable", "no_time_stamp", "no_seal"):
                raise
            core, pdf = self._create_code(record, wish, now), None
        except (PaperError, StateError):  # a period that is over has no paper any more
            return []
        return list(create_attachments(record.number, core, pdf))

    def _create_code(self, record: Record, wish: Wish, now: int) -> str | None:
        try:
            return self.paper.create_code(record.id, wish, now)
        except (UnavailableError, VerificationError):
            return None


def create_attachments(number: str, core: str | None, pdf: bytes | None) -> Iterator[NewAttachment]:
    """Name the files of a document; names keep to what every system can store."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in number)[:60]
    if core is not None:
        yield NewAttachment(f"{name}.esd", CORE_TYPE, core.encode("ascii"))
    if pdf is not None:
        yield NewAttachment(f"{name}.pdf", "application/pdf", pdf)


def _group(
    record: Record, route: Route, states: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if states and case_type(route.case_type).multilateral:
        yield f"a1/{record.number}", states
        return
    for state in states:
        yield f"a1/{record.number}/{state}", (state,)


def _name_choice(record: Record, state: str, asked_at: int) -> str:
    """The reference of a task; a choice asked for anew is another one."""
    return f"{record.number}/{state}/{asked_at}"


def _read(record: Record) -> tuple[Pda1, Person]:
    document = cast("Pda1", record.document)
    return document, document.person or record.person


def _note(record: Record, state: str, whom: str, case_id: str, route: Route, now: int) -> Notified:
    return Notified(record.id, state, whom, case_id, route.sed, RecordState.GRANTED, now, now)
