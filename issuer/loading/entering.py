"""A person and a document enter the register: once, and never over another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from uuid import UUID

from esspass.attestations import (
    Document,
    Person,
    attestation_type,
    create_envelope,
    create_record,
    document_kind,
    verify_integrity,
    verify_issuance,
    write_claims,
)
from esspass.errors import MalformedError, VerificationError
from issuer.entitlements import Entitlements
from issuer.four_eyes import Entered, FourEyes, Proposer
from issuer.history import Event, History
from issuer.loading.errors import RowError
from issuer.loading.mapping import Entry
from issuer.records import Records, RecordState

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Register:
    """The register, and what this institution issues: ``types`` are vcts."""

    records: Records
    history: History
    entitlements: Entitlements
    four_eyes: FourEyes
    base_url: str
    types: Sequence[str]

    def check(self, person: Person, document: Document, now: int) -> bool:
        """Say whether a decision would be new. Raises RowError."""
        if not person.pin or not document.document_number:
            raise RowError("value_missing")
        known = self._find_known(person)
        if known is not None and known.date_of_birth != person.date_of_birth:
            raise RowError("other_person", value=person.date_of_birth)
        found = self.records.find_number(document.document_number)
        if found is None:
            self._check_form(document, now)
        elif create_record(found.document) != create_record(document):
            raise RowError("number_taken", value=document.document_number)
        return found is None

    def enter(
        self,
        entry: Entry,
        now: int,
        by: Proposer,
        state: RecordState = RecordState.GRANTED,
    ) -> Entered | None:
        """Enter a decision, a risky one as a proposal; None if it is known. Raises RowError."""
        person, document = entry.person, entry.document
        if not self.check(person, document, now):
            return None
        merged = _merge(self._find_known(person), person)
        entered = self.four_eyes.add(merged, document, now, by, state, sector=entry.sector)
        if entered.is_new:
            self.history.add(entered.id, Event.IMPORTED, now, by.name)
            self.entitlements.open(self.records.get(entered.id).person_id, document)
        return entered

    def _find_known(self, person: Person) -> Person | None:
        found = self.records.find_person(person.pin or "")
        return found[1] if found else None

    def _check_form(self, document: Document, now: int) -> None:
        kind = document_kind(document)
        types = [vct for vct in self.types if attestation_type(vct).kind == kind]
        if not types:
            raise RowError("not_issued_here")
        faults = [self._find_fault(document, vct, now) for vct in types]
        if all(faults):
            raise next(fault for fault in faults if fault)

    def _find_fault(self, document: Document, vct: str, now: int) -> RowError | None:
        envelope = create_envelope(
            vct,
            issuer=self.base_url,
            identifier=f"urn:uuid:{UUID(int=0)}",
            issued_at=now,
            expires_at=now + _DAY,
            holder_jwk={"kty": "EC"},
            status={"idx": 0, "uri": self.base_url},
        )
        try:
            claims = {**write_claims(document, vct), **envelope}
            verify_issuance(vct, claims)
            verify_integrity(vct, claims)
        except MalformedError as error:
            return RowError(error.code, str(error).partition(" at $.")[2])
        except VerificationError as error:  # a contradiction, even if another type does not say it
            raise RowError(error.code) from error
        return None


def _merge(known: Person | None, person: Person) -> Person:
    """Keep what is known of a person where the new record says nothing."""
    if known is None:
        return person
    given = {each.name: getattr(person, each.name) for each in fields(Person)}
    return replace(known, **{name: value for name, value in given.items() if value})
