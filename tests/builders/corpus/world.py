"""The world of the corpus: institutions of three States, their lists, one holder, one day."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from esspass.cwt import create_document_cwt
from esspass.inspection import Situation, Submission
from esspass.jose.claims import StatusReference
from esspass.keys.signer import KeySigner
from esspass.qr import create_paper_text
from esspass.statuslist import StatusList, create_status_list_token
from esspass.trust import ListType, read_rules
from tests.builders.corpus.table import Taken
from tests.builders.inspections import answer, bind, bind_shown, create_bundle, show
from tests.builders.lists import DAY, authorize, create_body, create_entity
from tests.builders.presentations import (
    FUND_LIST,
    PERSON,
    IssuingWorld,
    create_a1,
    create_ehic,
    create_pid,
)

NOW = 1_795_424_400  # Monday, 23 November 2026, 09:00 UTC
TODAY = "2026-11-23"
PUB = ListType.PUB_EAA_PROVIDERS
WITHDRAWN, SUSPENDED, GOOD = 1, 2, 7
ALL = (
    ("subject", "names"), ("subject", "dateOfBirth"), ("documentID",), ("statusConfirmation",),
    ("competentInstitution",), ("employmentSituations", None), ("placesOfWork", "GR"),
    ("placesOfWork", "RO"), ("placesOfWork", "NO"), ("placesOfWork", "CH"), ("placesOfWork", "GB"),
    ("placesOfWork", "LT"), ("personal_administrative_number",), ("document_number",),
    ("transitional_rules",),
)  # fmt: skip
NAMED = (
    ("family_name",), ("given_name",), ("birthdate",), ("personal_administrative_number",),
    ("issuing_country",),
)  # fmt: skip
WORK_ANSWERS = {
    "works_for_other": False,
    "replaces_colleague": False,
    "conditions_in_doubt": False,
}
CARE_ANSWERS = {
    "resides_here": False,
    "planned_care": False,
    "chronic_or_pregnant": False,
    "vital_treatment": False,
}
Edit = Callable[[str], str]


class CorpusWorld(IssuingWorld):
    """Bodies are listed for 300 days; index 1 of the fund's list is withdrawn, 2 suspended."""

    def __init__(self) -> None:
        super().__init__(NOW)
        types = (PDA1_WEBUILD, PDA1_EUDI, EHIC)
        began = NOW - 300 * DAY
        self.greek = create_body("Example Fund of Greece", "GR", "EL:3000", NOW - 400 * DAY)
        self.british = create_body("Example Office of the UK", "GB", "UK:4000", NOW - 400 * DAY)
        for body in (self.greek, self.british):
            self.lists.entities[PUB].append(create_entity(body, starts=began))
            self.lists.institutions.append(authorize(body, *types, starts=began))
        seals = {"LT:1000": self.fund.attestation_signer.certificates}
        self.lists.institutions = [
            replace(i, certificates=seals.get(i.institution_id, ()))
            for i in self.lists.institutions
        ]
        self.greek_identity = create_body(
            "Example Identity Office of Greece", "GR", "EL:5000", NOW - 400 * DAY
        )
        listed = create_entity(self.greek_identity, status=None, starts=None)
        self.lists.entities[ListType.PID_PROVIDERS].append(listed)
        self.next_fund = create_body(self.fund.name, "LT", "LT:1000", NOW - 400 * DAY)
        self.stranger = create_body("Fund of Nowhere", "LT", "LT:1000", NOW - 400 * DAY)
        self.impostor = create_body(self.fund.name, "LT", "LT:1000", NOW - 400 * DAY)
        self.lists.rules = read_rules()
        self.bodies = {
            FUND_LIST: self.fund,
            "https://fund.example.gr/status/1": self.greek,
            "https://office.example.uk/status/1": self.british,
            "https://identity.example.gr/status/1": self.greek_identity,
        }
        for uri in self.bodies:
            self.statuses[uri] = StatusList.empty(1024, 2)
        self.statuses[FUND_LIST].set(WITHDRAWN, 1)
        self.statuses[FUND_LIST].set(SUSPENDED, 2)
        self.publish_statuses(NOW - 600, lifetime=DAY, ttl=3600)
        for uri, body in self.bodies.items():
            self.web.answers[uri] = self.sign_statuses(uri, body.status_signer)
        self.lists.publish(NOW - 2 * DAY)

    def sign_statuses(
        self, uri: str, signer: KeySigner, *, now: int = NOW - 600, name: str | None = None
    ) -> str:
        """Sign the list of an address; ``name`` is what it says its address is."""
        statuses = self.statuses[uri]
        return create_status_list_token(
            statuses, name or uri, signer, now=now, lifetime=DAY, ttl=3600
        )

    @cached_property
    def bundle(self) -> dict[str, Any]:
        return create_bundle(self)

    def changed_lists(self, change: Callable[[Any], None], *, forget: bool = False):
        """The bundle after one more issue with ``change``; ``forget`` the issues before."""
        other = copy.copy(self)
        other.lists = copy.copy(self.lists)
        other.lists.entities = {name: list(found) for name, found in self.lists.entities.items()}
        other.lists.institutions = list(self.lists.institutions)
        other.lists.tokens = {} if forget else {n: list(t) for n, t in self.lists.tokens.items()}
        change(other.lists)
        other.lists.publish(NOW - 3600)
        return {**create_bundle(other), "rules": self.bundle["rules"]}

    def with_list(self, **dates: int) -> dict[str, Any]:
        """The bundle with one list of issuers, of these dates."""
        token = self.lists.create_token(PUB, sequence_number=9, **dates)
        return {**self.bundle, "lists": {**self.bundle["lists"], PUB.value: [token]}}

    def with_status(self, token: str | None, uri: str = FUND_LIST) -> dict[str, Any]:
        """The bundle with another status token at an address, or none."""
        statuses = {name: entry for name, entry in self.bundle["statuses"].items() if name != uri}
        if token is not None:
            statuses[uri] = {"token": token, "fetched_at": NOW}
        return {**self.bundle, "statuses": statuses}

    @cached_property
    def pid(self) -> str:
        return self.issue(create_pid(), PID, index=8)

    def work(
        self,
        document: Mapping[str, Any] | None = None,
        vct: str = PDA1_WEBUILD,
        *,
        country: str = "GR",
        date: str = TODAY,
        until: str | None = None,
        employer: str | None = "Statyba UAB",
        employer_id: str | None = None,
        place: str | None = "Patra",
        answers: Mapping[str, bool | None] = {},
        **how: Any,
    ) -> Taken:
        """An inspection of work at which an A1 is shown."""
        situation = Situation("work", country, date, until, employer, employer_id, place)
        person = {"person": None} if vct == PDA1_EUDI else {}
        made = create_a1(**{**person, **(document or {})})
        return self._take(made, vct, situation, {**WORK_ANSWERS, **answers}, **how)

    def care(
        self,
        document: Mapping[str, Any] | None = None,
        *,
        country: str = "GR",
        date: str = TODAY,
        until: str | None = None,
        provider: str | None = "statutory",
        answers: Mapping[str, bool | None] = {},
        **how: Any,
    ) -> Taken:
        """A hospital desk at which an EHIC is shown."""
        situation = Situation("care", country, date, until, provider=provider)
        made = create_ehic(**(document or {}))
        return self._take(made, EHIC, situation, {**CARE_ANSWERS, **answers}, **how)

    def _take(
        self,
        document: Any,
        vct: str,
        situation: Situation,
        answers: Mapping[str, bool | None],
        *,
        medium: str = "online",
        issued: Mapping[str, Any] = {},
        shown: tuple[Any, ...] = ALL,
        before: Edit = str,
        after: Edit = str,
        text: Edit = str,
        present: Mapping[str, Any] = {},
        purpose: str | None = None,
        pid: Any = ...,
        later: int = 0,
        bundle: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Taken:
        """``before`` edits the issued credential, ``after`` the presentation, ``text`` the code."""
        asked = purpose or ("labour-inspection" if situation.kind == "work" else "health-care")
        if medium == "paper":
            submission = self._print(document, **issued)
            submission = replace(submission, text=text(submission.text))
        else:
            credential = before(self.issue(document, vct, **{"index": GOOD, **issued}))
            identity = None if medium == "qr" and pid is ... else self.pid if pid is ... else pid
            if medium == "online":
                shown_pid = bind(self, identity, NAMED) if identity else None
                presentation = after(bind(self, credential, shown, **present))
                submission = replace(answer(presentation, shown_pid), purpose=asked)
            else:
                presentation = after(
                    bind_shown(self, credential, shown, **{"purpose": asked, **present})
                )
                submission = show(presentation, asked)
            submission = replace(submission, text=text(submission.text))
        return Taken(submission, situation, answers, bundle or self.bundle, NOW + later, **more)

    def _print(self, document: Any, **changes: Any) -> Submission:
        person = PERSON if not hasattr(document, "employments") else None
        made = {
            "issued_at": NOW - DAY,
            "expires_at": NOW + 90 * DAY,
            "status": StatusReference(FUND_LIST, GOOD),
            "signer": self.fund.attestation_signer,
            "person": None if getattr(document, "represented", None) else person,
            **changes,
        }
        return Submission("paper", create_paper_text(create_document_cwt(document, **made)))

    def scan(self, text: str, medium: str = "qr", kind: str = "work") -> Taken:
        """Something else before the camera."""
        situation = Situation(kind, "GR", TODAY)
        return Taken(Submission(medium, text), situation, {}, self.bundle, NOW)
