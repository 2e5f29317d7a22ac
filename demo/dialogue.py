"""A doubt on a building site becomes a dialogue between two institutions, and a withdrawal.

The inspector asks the institution of their own State, which asks the one that issued the A1
(Decision A1). Messages travel between processes; a step waits until what must happen has happened.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from demo.actors import Inspector, Office, Owner, clock
from demo.people import BALTIC_CONSTRUCTION
from demo.story import Story, expect, wait_for
from esspass.exchange.doubt import Contact
from esspass.exchange.doubt_content import Asked, draft_words
from esspass.exchange.standing import DocumentState, Standing
from issuer.exchange.doubt_office import DoubtOffice
from issuer.reasons import WithdrawalReason
from verifier.case_export import create_export
from verifier.cases import Case
from verifier.doubt_desk import Wish, find_reasons
from verifier.enquiries import Enquiry
from verifier.persons import CasePerson
from verifier.service import Wish as Check

INSPECTOR = "Inspector, Greece"
HOST, ISSUER = "Institution, Greece", "Institution, Lithuania"


@dataclass
class Dialogue:
    """The parties, and what they come to hold: the check, the enquiries, the case."""

    story: Story
    inspector: Inspector
    owner: Owner
    host: Office
    issuer: Office
    held: dict[str, Any] = field(default_factory=dict)

    def tell(self) -> None:
        """Tell the doubt and what becomes of it; the owner's A1 ends withdrawn."""
        for who, what, act in (
            (INSPECTOR, "finds the mason at another undertaking's site", self._check),
            (INSPECTOR, "asks to be told when his A1 changes", self._watch),
            (INSPECTOR, "sends reasons and evidence to the Greek institution", self._doubt),
            (HOST, "opens the dialogue of Decision A1: DA01", self._request),
            (ISSUER, "acknowledges: DA02", self._acknowledge),
            (INSPECTOR, "sees on the verdict: under dialogue, and until when", self._see_dialogue),
            (ISSUER, "answers that it withdraws the A1: DA04", self._answer),
            (ISSUER, "withdraws it: status list, holder, States told", self._withdraw),
            (INSPECTOR, "is told of the withdrawal, with its date", self._see_withdrawal),
            (INSPECTOR, "sees that the dialogue has ended", self._see_end),
        ):
            self.story.tell(who, what, act)

    @cached_property
    def office(self) -> DoubtOffice:
        """The part of the Greek institution that takes doubts."""
        return self.host.services.doubts

    @property
    def case(self) -> Case:
        """The inspector's case."""
        case: Case = self.held["case"]
        return case

    @property
    def person(self) -> CasePerson:
        """The mason, as checked."""
        return self.inspector.verifier.casework.find_person(self.case, self.held["person"], clock())

    def _check(self) -> str:
        verifier = self.inspector.verifier
        today = datetime.fromtimestamp(clock(), UTC).date().isoformat()
        case = Case(
            id="", inspector="demo inspector", kind="", purpose="labour-inspection", country="GR",
            day=today, place="Πειραιάς", employer_name=BALTIC_CONSTRUCTION.name,
            employer_id=BALTIC_CONSTRUCTION.id, keep=3600, created_at=clock(),
        )  # fmt: skip
        self.held["case"] = verifier.casework.open(case)
        check = Check("pda1", case_id=self.case.id, inspector=case.inspector)
        started = verifier.start(check, now=clock())
        self.owner.present(started.link)
        self.inspector.result(started)
        self.held["person"] = started.id
        ruling = self.person.ruling
        expect(ruling["outcome"] == "DOUBT", f"ruled {ruling['outcome']}")
        return f"DOUBT: {ruling['rule']}"

    def _watch(self) -> str:
        desk = self.inspector.verifier.doubts
        self.held["watch"] = desk.watch(self.person, clock()).id
        expect(desk.deliver(self.held["watch"], clock()), "the institution did not take it")
        enquiry = self._await(
            "watch", lambda told: told.document.state is DocumentState.IN_FORCE,
            "it is not in the Greek register",
        )  # fmt: skip
        return f"{_standing(enquiry).document.state} in the Greek register"

    def _doubt(self) -> str:
        verifier, person = self.inspector.verifier, self.person
        rules = verifier.casework.judge.rule_set(clock())
        assert rules is not None  # they decided the check
        exported = create_export(
            self.case, [person], verifier.casework.judge.bundles,
            {"name": verifier.organization, "id": verifier.identifier},
            verifier.relying_party.access_signer, clock(),
        )  # fmt: skip
        evidence = json.dumps(exported, ensure_ascii=False).encode()
        reasons = tuple(reason.rule for reason in find_reasons(person, rules))
        contact = Contact("Demo inspector", "inspector@example.gr")
        wish = Wish(reasons, "He lays bricks for another undertaking.", contact)
        enquiry = verifier.doubts.ask(self.case, person, wish, rules, evidence, clock())
        self.held["doubt"] = enquiry.id
        expect(verifier.doubts.deliver(enquiry.id, clock()), "the institution did not take it")
        return f"{', '.join(reasons)}, {len(evidence) // 1024} kB"

    def _request(self) -> str:
        received = self.office.doubts.latest()[0]
        asked = Asked(draft_words(received.doubt), "withdraw", "Demo clerk", "clerk@example.gr")
        self.held["dialogue"] = self.office.ask(
            received.id, "DA_BUC_01", asked, clock(), actor="demo clerk", with_evidence=True
        )
        wait_for(self._has_arrived, "DA01 has not arrived in Lithuania")
        return f"to {received.doubt.document.institution}, with the evidence"

    def _has_arrived(self) -> bool:
        return self.issuer.services.doubts.doubts.find_question(self.held["dialogue"]) is not None

    def _acknowledge(self) -> str:
        today = datetime.fromtimestamp(clock(), UTC).date().isoformat()
        contact = {"name": "Demo clerk", "email": "clerk@example.lt"}
        self._say("DA02", {"Acknowledgement": {"dateReceived": today}, "ContactPerson": contact})
        return "within ten working days (not verified)"

    def _see_dialogue(self) -> str:
        enquiry = self._await("doubt", _awaits_answer, "no dialogue is to be seen")
        due = _standing(enquiry).next_due
        assert due is not None and due.due_at is not None  # noqa: PT018 - awaited just now
        return f"{due.sed} until {datetime.fromtimestamp(due.due_at, UTC).date()}"

    def _answer(self) -> str:
        today = datetime.fromtimestamp(clock(), UTC).date().isoformat()
        words = "The employer did not tell us of the second undertaking."
        self._say(
            "DA04", {"Answer": {"Withdrawn": {"justification": words, "withdrawnFrom": today}}}
        )
        promised = self.issuer.services.doubts.find_promised(self.held["dialogue"], clock())
        expect(promised, "the withdrawal is not offered to the clerk")
        return "withdrawn, and offered to the clerk"

    def _say(self, sed: str, content: dict[str, Any]) -> None:
        """Send the issuing institution's next message, about the document of the first."""
        desk, case_id = self.issuer.services.desk, self.held["dialogue"]
        asked = desk.view(case_id).messages[0].message.content
        about = {name: asked[name] for name in ("CaseContext", "PortableDocument")}
        desk.send(case_id, sed, {**about, **content}, clock(), actor="demo clerk")

    def _withdraw(self) -> str:
        today = datetime.fromtimestamp(clock(), UTC).date()
        count = self.issuer.withdraw(self.owner.citizen, "pda1", WithdrawalReason.CONDITIONS, today)
        expect(count, "nothing was withdrawn")
        return f"{count} copies invalid, as of {today}"

    def _see_withdrawal(self) -> str:
        enquiry = self._await(
            "watch", lambda told: told.document.state is DocumentState.WITHDRAWN,
            "the withdrawal is not to be seen",
        )  # fmt: skip
        return f"withdrawn, as of {_standing(enquiry).document.effective}"

    def _see_end(self) -> str:
        enquiry = self._await("doubt", lambda told: told.outcome == "withdrawn", "it goes on")
        return f"{_standing(enquiry).stage}: {_standing(enquiry).outcome}"

    def _await(self, name: str, condition: Callable[[Standing], bool], otherwise: str) -> Enquiry:
        """Ask how an enquiry stands until it does as it must."""
        desk = self.inspector.verifier.doubts

        def look() -> Enquiry | None:
            found = desk.look(self.held[name], clock(), at_once=True)
            return found if found and found.standing and condition(found.standing) else None

        return wait_for(look, otherwise)


def _awaits_answer(standing: Standing) -> bool:
    due = standing.next_due
    return standing.stage.runs and due is not None and due.sed == "DA04"


def _standing(enquiry: Enquiry) -> Standing:
    assert enquiry.standing is not None  # awaited
    return enquiry.standing
