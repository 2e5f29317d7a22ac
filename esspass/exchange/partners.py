"""Who takes part in the exchange, by the signed directory, and what changed in it.

A directory that is missing or out of date decides nothing: neither that an institution may send,
nor that it may not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509

from esspass.errors import UnavailableError, VerificationError
from esspass.exchange.model import Message, MessageAction, Role
from esspass.keys.certificates import create_x5t_s256
from esspass.trust.directory import Institution, InstitutionDirectory
from esspass.trust.exchange_entry import ExchangeEntry
from esspass.trust.model import Freshness, freshness


class Change(StrEnum):
    """What X100 tells about an institution; the values are the codes of its ``typeChange``."""

    JOINED = "01"
    LEFT = "02"
    COMPETENT = "03"
    NOT_COMPETENT = "04"
    REACHED_ELSEWHERE = "05"
    CONTACT = "06"


@dataclass(frozen=True, slots=True)
class ParticipantChange:
    """A change of an institution, and the type of case it concerns, if one alone."""

    institution_id: str
    change: Change
    case_type: str | None = None


def require_directory(directory: InstitutionDirectory | None, now: int) -> InstitutionDirectory:
    """Return a directory that speaks for today. Raises UnavailableError."""
    if directory is None:
        raise UnavailableError("there is no institution directory", code="directory_unavailable")
    if freshness(directory.next_update, now) is not Freshness.FRESH:
        raise UnavailableError("the institution directory is out of date", code="directory_stale")
    return directory


def find_entry(directory: InstitutionDirectory, institution_id: str) -> ExchangeEntry:
    """Return an institution's access point. Raises VerificationError ``unknown_institution``."""
    institution = directory.find(institution_id)
    if institution is None or institution.exchange is None:
        raise VerificationError(
            "the directory names no access point of the institution", code="unknown_institution"
        )
    return institution.exchange


def find_entry_at(directory: InstitutionDirectory, address: str) -> ExchangeEntry:
    """Return the access point below an address. Raises VerificationError ``unknown_institution``.

    No other institution's will do: what is sealed for an address is sealed for who answers there.
    """
    for institution in directory.institutions:
        entry = institution.exchange
        if entry is not None and entry.endpoint.startswith(f"{address.rstrip('/')}/"):
            return entry
    raise VerificationError(
        "the directory names no access point at this address", code="unknown_institution"
    )


def verify_signer(entry: ExchangeEntry, leaf: x509.Certificate, now: int) -> None:
    """Check that a certificate is one the institution signs with, and in date.

    Raises VerificationError ``unknown_signer`` and ``signer_expired``.
    """
    listed = {create_x5t_s256(certificate) for certificate in entry.certificates}
    if create_x5t_s256(leaf) not in listed:
        raise VerificationError(
            "the directory does not name this certificate", code="unknown_signer"
        )
    begins, ends = leaf.not_valid_before_utc.timestamp(), leaf.not_valid_after_utc.timestamp()
    if not begins <= now <= ends:
        raise VerificationError("the signer's certificate is out of date", code="signer_expired")


def verify_sender(entry: ExchangeEntry, message: Message, now: int) -> None:
    """Check that the sender is competent: as case owner to open a case, in any role later.

    Raises VerificationError ``sender_without_competence``.
    """
    role = Role.CASE_OWNER.value if message.action is MessageAction.START else None
    if not entry.is_competent(message.case_type, role, now):
        raise VerificationError(
            "the sender is not competent for this type of case", code="sender_without_competence"
        )


def verify_receiver(
    directory: InstitutionDirectory, institution_id: str, case_type: str, now: int
) -> None:
    """Check that an institution can be written to about a type of case.

    Raises VerificationError ``unknown_institution`` and ``receiver_not_ready``.
    """
    if not find_entry(directory, institution_id).is_competent(case_type, None, now):
        raise VerificationError(
            "the receiver is not ready for this type of case", code="receiver_not_ready"
        )


def find_changes(
    before: InstitutionDirectory, after: InstitutionDirectory, now: int
) -> tuple[ParticipantChange, ...]:
    """Compare two issues of the directory, as X100 reports it."""
    names = sorted({i.institution_id for i in (*before.institutions, *after.institutions)})
    return tuple(
        change
        for name in names
        for change in _compare(name, _entry(before.find(name)), _entry(after.find(name)), now)
    )


def _entry(institution: Institution | None) -> ExchangeEntry | None:
    return None if institution is None else institution.exchange


def _compare(
    name: str, before: ExchangeEntry | None, after: ExchangeEntry | None, now: int
) -> Iterator[ParticipantChange]:
    if before is None and after is not None:
        yield ParticipantChange(name, Change.JOINED)
    elif before is not None and after is None:
        yield ParticipantChange(name, Change.LEFT)
    elif before is not None and after is not None:
        if before.endpoint != after.endpoint or _keys(before) != _keys(after):
            yield ParticipantChange(name, Change.REACHED_ELSEWHERE)
        if before.contact != after.contact:
            yield ParticipantChange(name, Change.CONTACT)
        old, new = _case_types(before, now), _case_types(after, now)
        yield from (ParticipantChange(name, Change.COMPETENT, t) for t in sorted(new - old))
        yield from (ParticipantChange(name, Change.NOT_COMPETENT, t) for t in sorted(old - new))


def _keys(entry: ExchangeEntry) -> tuple[object, ...]:
    return dict(entry.encryption), {create_x5t_s256(c) for c in entry.certificates}


def _case_types(entry: ExchangeEntry, now: int) -> set[str]:
    return {c.case_type for c in entry.competences if c.covers(now)}
