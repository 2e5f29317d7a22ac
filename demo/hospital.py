"""A hospital desk: a card that is shown, a card that is missing, and one that does not exist."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from demo.actors import Inspector, Owner, clock
from demo.outcomes import ruled
from demo.story import Story, expect
from esspass.inspection import Submission
from verifier.cases import Case
from verifier.casework import Scan
from wallet.replacing import Reply, find_identity

PURPOSE, COVERED = "care", "COVERED"
DESK = "Clinic, Romania"


def treat(story: Story, clinic: Inspector, patients: Mapping[str, Owner], institution: str) -> None:
    """Tell the visit; ``institution`` is the address of the one that insures the patients."""
    _Visit(story, clinic, patients, institution).tell()


@dataclass
class _Visit:
    story: Story
    clinic: Inspector
    patients: Mapping[str, Owner]
    institution: str
    cases: list[Case] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def tell(self) -> None:
        tell, patients = self.story.tell, self.patients
        tell(DESK, "opens a treatment of three days", self._open)
        tell(DESK, "scans the EHIC the pensioner shows", self._scan)
        tell(
            patients["builder"].name,
            "has no card at hand: sends the desk's request home",
            lambda: self._replace("builder", "sent"),
        )
        tell(DESK, "reads the certificate that came from Lithuania", self._read)
        tell(
            patients["driver"].name,
            "has no card at all: the refusal reaches only her",
            lambda: self._replace("driver", "refused"),
        )
        tell(DESK, "has learnt nothing of it", self._see_nothing)

    def _open(self) -> str:
        today = datetime.fromtimestamp(clock(), UTC).date()
        case = Case(
            id="",
            inspector="demo desk",
            kind="care",
            purpose=PURPOSE,
            country="RO",
            day=today.isoformat(),
            until=(today + timedelta(days=2)).isoformat(),
            provider="statutory",
            keep=900,
            created_at=clock(),
        )
        opened = self.clinic.verifier.casework.open(case)
        self.cases.append(opened)
        return f"billing reference {opened.reference}"

    def _scan(self) -> str:
        code = self.patients["pensioner"].show("ehic", PURPOSE)
        shown = Submission("qr", "\n".join(code.texts), purpose=PURPOSE)
        scan = Scan(secrets.token_urlsafe(12), "scan", clock(), shown)
        person = self.clinic.verifier.casework.add_submission(self.cases[0], scan, clock())
        return ruled(person.ruling, COVERED)

    def _replace(self, patient: str, expected: str) -> str:
        self.asked.append(self.clinic.verifier.desk.ask(self.cases[0], clock()).id)
        reply = self._pass_on(self.patients[patient])
        expect(reply.result == expected, f"the institution answered {reply.result}: {reply.reason}")
        return reply.result if reply.reason == reply.result else f"{reply.result}: {reply.reason}"

    def _pass_on(self, owner: Owner) -> Reply:
        """What the wallet's page does with the code on the desk's screen."""
        desk, wallet, now = self.clinic.verifier.desk, owner.wallet, clock()
        address = f"{desk.base_url}/replacement/{self.asked[-1]}/request"
        decide = wallet.inspector.decide(now)
        asked = wallet.replacing.fetch(urlencode({"request_uri": address}), decide, now)
        identity = find_identity(wallet.credentials.of_holder(owner.holder.id))
        expect(identity, "there is no PID")
        assert identity is not None
        return wallet.replacing.send(owner.holder, asked, identity, self.institution, decide, now)

    def _read(self) -> str:
        verifier = self.clinic.verifier
        row = verifier.desk.find(self.asked[-1], clock())
        expect(row.person_id, "nothing has come")
        assert row.person_id is not None
        person = verifier.casework.find_person(self.cases[0], row.person_id, clock())
        return ruled(person.ruling, COVERED)

    def _see_nothing(self) -> str:
        row = self.clinic.verifier.desk.find(self.asked[-1], clock())
        expect(row.delivered_at is None, "something was delivered")
        return "nothing has come"
