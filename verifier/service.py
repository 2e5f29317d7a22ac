"""What a verifier does, without HTTP: begin an inspection, follow it, read its verdict."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from esspass.errors import MalformedError, ProtocolError
from esspass.openid4vp.relying_party import Flow, RelyingParty, State, Transaction
from esspass.openid4vp.verifier_info import RegistrarDataset, create_registered_credentials
from esspass.trust import TrustSource
from esspass.verdict import Finding
from verifier.authorities import find_authority_keys
from verifier.cases import Case
from verifier.casework import Casework, today
from verifier.conclusions import Conclusion, read_conclusion
from verifier.config import VerifierConfig
from verifier.doubt_desk import DoubtDesk
from verifier.inspections import Inspection, Inspections
from verifier.purposes import SERVICE, default_purpose, find_purpose, parse_place
from verifier.queries import KINDS, Kind, create_query
from verifier.replacement_desk import ReplacementDesk
from verifier.replacements import Replacements

LINK_SCHEME = "openid4vp://"


class Stage(StrEnum):
    """How far an inspection has come."""

    WAITING = "waiting"
    FETCHED = "fetched"
    CHECKING = "checking"
    REFUSED = "refused"
    RETURNING = "returning"  # concluded; the browser has yet to come back from the wallet
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an inspector asks for. ``purpose`` empty takes the first of the kind.

    ``case_id`` empty opens a case for this one check, here and today.
    """

    kind: str
    with_pid: bool = True
    purpose: str = ""
    place: str = ""
    flow: str = Flow.CROSS_DEVICE
    inspector: str = ""
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """An inspection that has begun; ``browser_secret`` belongs into the session that began it."""

    id: str
    link: str
    client_id: str
    request_uri: str
    expires_at: int
    browser_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """How far an inspection has come, and its conclusion once there is one to be shown."""

    inspection: Inspection
    stage: Stage
    conclusion: Conclusion | None = None

    def as_json(self) -> dict[str, Any]:
        """The same for a program; claims while they are kept."""
        body: dict[str, Any] = {"id": self.inspection.id, "stage": self.stage.value}
        if self.conclusion is None:
            return body
        return {
            **body,
            "outcome": self.conclusion.outcome.value,
            "documents": [
                {
                    "vct": document.vct,
                    "outcome": document.outcome.value,
                    "findings": [_finding(each) for each in document.findings],
                    "excess": [list(path) for path in document.excess],
                    "claims": document.claims,
                }
                for document in self.conclusion.documents
            ],
            "person": _finding(self.conclusion.person) if self.conclusion.person else None,
        }


@dataclass(frozen=True, slots=True)
class Verifier:
    """The role: asks under one access certificate, records what the examiner concludes."""

    config: VerifierConfig
    relying_party: RelyingParty
    inspections: Inspections
    trust: TrustSource
    casework: Casework
    replacements: Replacements
    doubts: DoubtDesk

    def start(self, wish: Wish | Kind, *, now: int, with_pid: bool = True) -> Started:
        """Begin an inspection. Raises MalformedError for a kind, purpose or flow we do not know."""
        asked = wish if isinstance(wish, Wish) else Wish(wish, with_pid)
        kind = next((each for each in KINDS if each == asked.kind), None)
        if kind is None or asked.flow not in set(Flow):
            raise MalformedError("this kind of check is not known", code="unknown_kind")
        purpose = find_purpose(asked.purpose) if asked.purpose else default_purpose(kind)
        if purpose.kind != kind:
            raise MalformedError("this purpose is for another document", code="unknown_purpose")
        place, query = parse_place(asked.place), self._query(kind, asked, now)
        self.purge(now)
        case_id = asked.case_id or self._open_case(asked, purpose.id, place, now).id
        inspection_id = secrets.token_urlsafe(12)
        same_device = asked.flow == Flow.SAME_DEVICE
        transaction = self.relying_party.start(
            query,
            now=now,
            flow=asked.flow,
            redirect_uri=self._return_address(inspection_id) if same_device else None,
            context=inspection_id,
            dataset=self._dataset(purpose.id, purpose.at_place(place), query),
        )
        checked = replace(asked, purpose=purpose.id, place=place, case_id=case_id)
        self.inspections.add(_begin(inspection_id, checked, transaction, now))
        return Started(
            id=inspection_id,
            link=transaction.link(LINK_SCHEME),
            client_id=transaction.client_id,
            request_uri=transaction.request_uri,
            expires_at=transaction.expires_at,
            browser_secret=transaction.browser_secret,
        )

    def _query(self, kind: Kind, wish: Wish, now: int) -> dict[str, Any]:
        if not self.config.trusted_authorities:
            return create_query(kind, with_pid=wish.with_pid)
        view = self.trust.view(now)
        return create_query(
            kind,
            with_pid=wish.with_pid,
            authority_keys=lambda vct: find_authority_keys(view, vct, now),
        )

    def result(self, inspection_id: str, now: int, inspector: str | None = None) -> Result:
        """Return how far it has come. ``inspector`` None sees every inspection.

        Raises ProtocolError ``not_found`` (404), also for an inspection of somebody else.
        """
        inspection = self._find(inspection_id, now, inspector)
        stage = self._stage(inspection, now)
        if stage is not Stage.CONCLUDED or inspection.findings is None:
            return Result(inspection, stage)
        return Result(inspection, stage, read_conclusion(inspection.findings, inspection.claims))

    def confirm(
        self, inspection_id: str, browser_secret: str, response_code: str, now: int
    ) -> None:
        """Let the browser that asked see the verdict, when it comes back from the wallet.

        Raises ProtocolError ``access_denied`` for any other browser (OpenID4VP 1.0, 14.3).
        """
        inspection = self._find(inspection_id, now, None)
        self.relying_party.take(inspection.transaction_id, browser_secret, response_code, now)
        self.inspections.confirm(inspection_id, now)
        self.casework.persons.reveal(inspection_id)

    def cancel(self, inspection_id: str, now: int, inspector: str | None = None) -> None:
        """Withdraw the request; an answer that comes later is refused."""
        inspection = self._find(inspection_id, now, inspector)
        self.relying_party.cancel(inspection.transaction_id)
        self.inspections.cancel(inspection_id, now)

    def erase(self, person_id: str) -> None:
        """Erase what was shown before its time, wherever it is kept."""
        self.inspections.erase_claims(person_id)
        self.casework.erase(person_id)
        self.replacements.erase(person_id)

    def purge(self, now: int) -> None:
        """Erase claims whose time is over, then verdicts."""
        self.inspections.purge(now, self.config.verdict_retention)
        self.casework.purge(now)
        self.replacements.purge(now, self.config.verdict_retention)
        self.doubts.enquiries.purge(now)

    @property
    def desk(self) -> ReplacementDesk:
        """The part that asks for replacement certificates."""
        return ReplacementDesk(
            self.config.base_url,
            self.organization,
            self.relying_party.access_signer,
            self.replacements,
            self.casework,
        )

    @property
    def organization(self) -> str:
        """The name in the access certificate."""
        return self._subject(NameOID.ORGANIZATION_NAME)

    @property
    def identifier(self) -> str:
        """How the relying party is registered."""
        return self.config.identifier or self.config.base_url

    @property
    def country(self) -> str:
        """The country in the access certificate, ISO alpha-2; empty when it names none."""
        return self._subject(NameOID.COUNTRY_NAME)

    def _subject(self, oid: x509.ObjectIdentifier) -> str:
        names = self.relying_party.access_signer.certificates[0].subject
        return next((str(each.value) for each in names.get_attributes_for_oid(oid)), "")

    def _open_case(self, wish: Wish, purpose: str, place: str, now: int) -> Case:
        case = Case(
            id="",
            inspector=wish.inspector,
            kind="",
            purpose=purpose,
            country=self.country,
            day=today(now),
            place=place,
            keep=self.config.claims_retention,
            single=True,
            created_at=now,
        )
        return self.casework.open(case)

    def links(self, inspection: Inspection) -> tuple[str, str | None]:
        """Return the link for wallet apps, and that of the web wallet if one is configured."""
        web = self.config.wallet_url
        return (
            f"{LINK_SCHEME}?{inspection.link}",
            f"{web}/present?{inspection.link}" if web else None,
        )

    def _find(self, inspection_id: str, now: int, inspector: str | None) -> Inspection:
        found = self.inspections.find(inspection_id, now)
        if found is None or (inspector is not None and found.inspector not in ("", inspector)):
            raise ProtocolError("there is no such inspection", code="not_found", status=404)
        return found

    def _stage(self, inspection: Inspection, now: int) -> Stage:
        if inspection.concluded_at is not None:
            return self._concluded(inspection, now)
        if inspection.cancelled_at is not None:
            return Stage.CANCELLED
        state = self.relying_party.status(inspection.transaction_id, now).state
        return _STAGES[state]

    def _concluded(self, inspection: Inspection, now: int) -> Stage:
        """On the same device an accepted answer waits for the browser that asked."""
        if inspection.flow != Flow.SAME_DEVICE or inspection.confirmed_at is not None:
            return Stage.CONCLUDED
        state = self.relying_party.status(inspection.transaction_id, now).state
        return Stage.RETURNING if state is State.ACCEPTED else Stage.EXPIRED

    def _return_address(self, inspection_id: str) -> str:
        return f"{self.config.base_url}/inspections/{inspection_id}/return"

    def _dataset(
        self, intended_use: str, purpose: Mapping[str, str], query: Mapping[str, Any]
    ) -> RegistrarDataset:
        base_url = self.config.base_url
        return RegistrarDataset(
            identifier=self.identifier,
            service=SERVICE,
            purpose=purpose,
            intended_use=intended_use,
            registry_uri=self.config.registry_uri or base_url,
            policy_uri=f"{base_url}/privacy",
            credentials=create_registered_credentials(query),
        )


_STAGES = {
    State.WAITING: Stage.WAITING,
    State.FETCHED: Stage.FETCHED,
    State.CHECKING: Stage.CHECKING,
    State.ACCEPTED: Stage.CHECKING,
    State.FAILED: Stage.CHECKING,
    State.REFUSED: Stage.REFUSED,
    State.EXPIRED: Stage.EXPIRED,
}


def _begin(inspection_id: str, wish: Wish, transaction: Transaction, now: int) -> Inspection:
    return Inspection(
        id=inspection_id,
        transaction_id=transaction.id,
        inspector=wish.inspector,
        kind=wish.kind,
        with_pid=wish.with_pid,
        purpose=wish.purpose,
        place=wish.place,
        flow=str(wish.flow),
        link=urlsplit(transaction.link(LINK_SCHEME)).query,
        started_at=now,
        expires_at=transaction.expires_at,
        case_id=wish.case_id,
    )


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "parameters": dict(finding.parameters),
    }
