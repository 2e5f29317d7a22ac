"""The checks of a document that arrived: its seal, the formal rules, other documents of the person.

The rules are those of an inspection, without the ones that ask the person present. A contradiction
is a reason to ask the institution that issued the document, never a reason not to accept it
(Regulation (EC) 987/2009, Article 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esspass.attestations import (
    Pda1,
    Person,
    Presented,
    PresentedEmployer,
    PresentedPerson,
    PresentedPlace,
)
from esspass.cwt import UnverifiedCwt, parse_cwt
from esspass.errors import MalformedError
from esspass.inspection import (
    Decision,
    Situation,
    create_facts,
    create_ruling,
    describe_document,
    inspect_paper,
    read_rule_set,
    rule,
)
from esspass.inspection.rules import AUTHENTICITY, SITUATION, Ending
from esspass.inspection.situation import WORK
from esspass.inspection.status import Statuses
from esspass.inspection.submission import ONLINE, read_code
from esspass.trust import TrustView
from esspass.verdict import Finding, Outcome
from issuer.exchange.incoming import IncomingDocuments
from issuer.exchange.notification import (
    Arrival,
    ArrivalFinding,
    Grade,
    IncomingDocument,
    IncomingState,
    is_same_person,
)
from issuer.records import Records, RecordState
from issuer.renewals import day_of

SEAL, OVERLAP = "seal", "overlap"
_GRADES: Mapping[Ending, Grade] = {
    Ending.NOT_A_CREDENTIAL: Grade.CONTRADICTION,
    Ending.NOT_COVERED: Grade.CONTRADICTION,
    Ending.DOUBT: Grade.CONTRADICTION,
    Ending.CANNOT_DECIDE: Grade.UNDECIDED,
    Ending.INFO: Grade.NOTE,
}
_AT_INSPECTIONS = frozenset(
    {"A-07", "A-08", "A-09", "A-19", "A-20", "A-26", "A-27", "A-28", "A-29"}
)
"""Rules that look at who is present, where and when, or that say the same of every document."""
STAGES = frozenset({AUTHENTICITY, SITUATION})
_POSTED = frozenset({"01", "03"})
_SHAPE = "we-build-1.0"


@dataclass(frozen=True, slots=True)
class ArrivalCheck:
    """Checks documents that arrive at an institution of ``country`` (ISO)."""

    country: str
    view: Callable[[int], TrustView]
    statuses: Statuses
    incoming: IncomingDocuments
    records: Records

    def check(self, document: IncomingDocument, now: int) -> Arrival:
        """Return what there is to notice; fetches the status that a sealed code names."""
        others = [
            each for each in self.incoming.of_person(document.person) if each.id != document.id
        ]
        asked = _Asked(self.view(now), self._situate(document, now), _create_history(others), now)
        found, facts = self._judge(document, asked)
        return Arrival((*found, *self._compare(document, others)), facts)

    def _judge(
        self, document: IncomingDocument, asked: _Asked
    ) -> tuple[list[ArrivalFinding], Mapping[str, Any]]:
        try:
            cwt = _parse_core(document.notification.core)
        except MalformedError:
            return _judge_content(document, asked, Grade.CONTRADICTION, "code_unreadable")
        if cwt is None:
            return _judge_content(document, asked, Grade.NOTE, "no_code")
        verdict = inspect_paper(cwt, trust=asked.view, statuses=self.statuses, now=asked.now)
        credential = verdict.evidence
        decision = rule(
            verdict.findings, credential, asked.view, asked.situation, {}, asked.history, asked.now
        )
        found = [] if credential is None else list(_compare_code(document, credential.presented()))
        return [*found, *_read_rules(decision, document, STAGES)], decision.facts

    def _situate(self, document: IncomingDocument, now: int) -> Situation:
        """Work in this State on the first day that is not over."""
        begins = max(day_of(now), document.document.starts)
        return Situation(WORK, self.country, begins.isoformat())

    def _compare(
        self, document: IncomingDocument, others: Sequence[IncomingDocument]
    ) -> Iterator[ArrivalFinding]:
        """One legislation at a time (Regulation (EC) 883/2004, Article 11(1))."""
        for other in others:
            if other.state is not IncomingState.WITHDRAWN:
                number, whose = other.number, other.notification.institution_id
                yield from _overlap(document.document, other.document, number, whose)
        for ours in self._our_own(document.person):
            yield from _overlap(document.document, ours, ours.document_number, "")

    def _our_own(self, person: Person) -> Iterator[Pda1]:
        """What this institution decided itself about the person."""
        for person_id, known in self.records.born_on(person.date_of_birth):
            if is_same_person(known, person):
                for record in self.records.of_person(person_id, ["pda1"]):
                    if record.state is RecordState.GRANTED and isinstance(record.document, Pda1):
                        yield record.document


def _parse_core(core: str) -> UnverifiedCwt | None:
    if not core:
        return None
    paper = read_code(core).paper
    if paper is None:
        raise MalformedError("a code, but not of paper", code="not_paper")
    return parse_cwt(paper)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the rules are asked with."""

    view: TrustView
    situation: Situation
    history: Sequence[Mapping[str, Any]]
    now: int


def _judge_content(
    document: IncomingDocument, asked: _Asked, grade: Grade, reason: str
) -> tuple[list[ArrivalFinding], Mapping[str, Any]]:
    """Ask the rules about what the message says: the institution signed that, if nothing else."""
    rules = read_rule_set(asked.view)
    findings = (Finding("type", "", Outcome.PASSED),)
    described = describe_document(_present(document), ONLINE, document.received_at)
    answers = rules.complete_answers({}) if rules else {}
    facts = create_facts(described, findings, asked.situation, answers, asked.history)
    decision = Decision(findings, facts, create_ruling(facts, rules, asked.now), rules=rules)
    seal = ArrivalFinding(SEAL, grade, reason)
    return [seal, *_read_rules(decision, document, frozenset({SITUATION}))], facts


def _read_rules(
    decision: Decision, document: IncomingDocument, stages: frozenset[str]
) -> Iterator[ArrivalFinding]:
    """Without a seal there is nothing for the rules on authenticity to look at."""
    ruling, rules = decision.ruling, decision.rules
    if rules is None or not ruling.rules:
        yield ArrivalFinding("rules", Grade.UNDECIDED, ruling.reason)
        return
    for result in ruling.rules:
        asked, grade = rules.find(result.id), _GRADES.get(result.outcome)
        if grade is None or asked is None or asked.stage not in stages:
            continue
        known = result.id == "A-05" and document.state is not IncomingState.IN_FORCE
        if result.id not in _AT_INSPECTIONS and not known:
            yield ArrivalFinding(result.id, grade, result.reason)


def _compare_code(document: IncomingDocument, shown: Presented) -> Iterator[ArrivalFinding]:
    """What is sealed and what is said must be the same decision."""
    said = document.document
    if shown.institution_id != document.notification.institution_id:
        yield ArrivalFinding(SEAL, Grade.CONTRADICTION, "other_institution")
    pairs = (
        (shown.document_number, said.document_number),
        (shown.legislation_country, said.legislation_country),
        (shown.starts, said.starts),
        (shown.ends, said.ends),
    )
    same = all(one == other for one, other in pairs) and _is_named(document.person, shown.person)
    if not same:
        yield ArrivalFinding(SEAL, Grade.CONTRADICTION, "code_differs")


def _is_named(person: Person, shown: PresentedPerson | None) -> bool:
    if shown is None or not shown.surnames or not shown.forenames or shown.date_of_birth is None:
        return False
    sealed = Person(shown.surnames, shown.forenames, shown.date_of_birth, shown.pin)
    return is_same_person(person, sealed)


def _overlap(ours: Pda1, other: Pda1, number: str, whose: str) -> Iterator[ArrivalFinding]:
    if other.starts > ours.ends or ours.starts > other.ends or number == ours.document_number:
        return
    parameters = {"number": number, "institution": whose}
    if other.legislation_country != ours.legislation_country:
        yield ArrivalFinding(OVERLAP, Grade.CONTRADICTION, "two_legislations", parameters)
    else:
        yield ArrivalFinding(OVERLAP, Grade.NOTE, "same_period", parameters)


def _create_history(others: Sequence[IncomingDocument]) -> list[dict[str, Any]]:
    """The person's other postings, as the rules read them (A-25)."""
    return [
        {
            "number": each.number,
            "starts": each.document.starts.isoformat(),
            "ends": each.document.ends.isoformat(),
            "states": [state.country for state in each.document.states_of_activity],
            "employers": [{"name": e.name, "id": e.id} for e in each.document.employments],
        }
        for each in others
        if each.state is not IncomingState.WITHDRAWN
        and each.document.status_confirmation in _POSTED
    ]


def _present(document: IncomingDocument) -> Presented:
    """What the message says, in the one vocabulary of all shapes."""
    said, person = document.document, document.person
    states = [state.country for state in said.states_of_activity]
    return Presented(
        kind="pda1",
        shape=_SHAPE,
        person=PresentedPerson(
            person.surnames, person.forenames, date_of_birth=person.date_of_birth
        ),
        pin=person.pin,
        document_number=said.document_number,
        institution_id=said.institution.id,
        institution_name=said.institution.name,
        institution_country=said.institution.country,
        legislation_country=said.legislation_country,
        starts=said.starts,
        ends=said.ends,
        issued_on=said.issued_on,
        status_confirmation=said.status_confirmation,
        states_of_activity=tuple(states),
        exception_description=said.exception_description,
        for_duration=said.applies_for_duration,
        provisional=said.is_provisional,
        transitional=said.transitional_rules,
        employers=tuple(
            PresentedEmployer(e.name, e.id, e.country, e.type_of_employment)
            for e in said.employments
        ),
        places=tuple(_present_places(said)),
        no_fixed_place=tuple(s.country for s in said.states_of_activity if not s.places),
    )


def _present_places(said: Pda1) -> Iterator[PresentedPlace]:
    for state in said.states_of_activity:
        for place in state.places:
            yield PresentedPlace(
                country=state.country,
                name=place.name,
                town=place.address.town,
                street=place.address.street_and_number,
                flag_base_home_state=place.flag_base_home_state,
                address_country=place.address.country,
            )
