"""Decisions on paper: the sealed file, its code and the credential that goes with it.

Paper is a copy of the decision without a holder's key. It has a place in a status list like every
copy, so a withdrawal reaches it; all prints of one validity share that place, for they name the
same person anyway, and printing again costs nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography import x509

from esspass.attestations import Application, Ehic, Pda1, attestation_type, spoken_languages
from esspass.cwt import create_document_cwt
from esspass.documents import (
    AttachedCredential,
    PaperA1,
    PaperApplication,
    PaperDocument,
    ReplacementCertificate,
    Seal,
    create_pdf,
)
from esspass.errors import MalformedError, ProtocolError, UnavailableError, VerificationError
from esspass.jose.claims import StatusReference
from esspass.qr import create_paper_text
from esspass.sdjwt import create_sd_jwt_vc
from issuer.bearer import create_identifier
from issuer.history import Event
from issuer.issuance import CredentialIssuer
from issuer.records import Record, RecordState, StateError

PAPER = "paper"  # in place of a credential configuration
SPOKEN = spoken_languages()  # the languages papers are written in
CERTIFICATE_DAYS = 90  # of a replacement certificate, unless said otherwise
_UNBOUND = "no binding"


class PaperError(VerificationError):
    """The decision cannot be put on paper."""

    code = "not_on_paper"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a paper is wanted. ``starts`` and ``ends`` are those of a replacement certificate."""

    locale: str
    second_locale: str | None = None
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper just made: the file, and what its code says if it has one."""

    number: str
    pdf: bytes = field(repr=False)
    core_text: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What goes on a paper, and the place in a status list that it and its credential name."""

    document: PaperDocument
    status: StatusReference
    issued_at: int
    expires_at: int

    @property
    def has_code(self) -> bool:
        """Say whether the paper bears a code: a proof of application bears none."""
        return not isinstance(self.document, PaperApplication)


@dataclass(frozen=True, slots=True)
class PaperOffice:
    """Puts decisions on paper; without a seal it says so."""

    issuance: CredentialIssuer
    seal: Seal | None

    def create(self, record_id: str, wish: Wish, now: int, actor: str = "") -> Paper:
        """Make the paper of a decision in force.

        It is an A1, a proof of application, or a card's replacement certificate. Raises as
        ``create_code``, MalformedError (``unknown_language``), and UnavailableError
        (``pdf_unavailable``, ``no_time_stamp``).
        """
        sheet, seal = self._prepare(record_id, wish, now), self._require_seal()
        record = self.issuance.records.get(record_id)
        core_text = self._create_core(sheet, seal) if sheet.has_code else None
        pdf = create_pdf(
            sheet.document,
            locale=wish.locale,
            second_locale=wish.second_locale,
            seal=seal,
            core_text=core_text,
            credential=self._create_credential(record, sheet),
            now=now,
        )
        self.issuance.history.add(record.id, Event.PRINTED, now, actor)
        return Paper(sheet.document.number, pdf, core_text)

    def create_code(self, record_id: str, wish: Wish, now: int) -> str:
        """Make the text of the sealed code alone.

        Raises UnknownRecordError, StateError, PaperError, UnavailableError (``no_seal``).
        """
        sheet = self._prepare(record_id, wish, now)
        return self._create_core(sheet, self._require_seal())

    def _prepare(self, record_id: str, wish: Wish, now: int) -> Sheet:
        seal = self._require_seal()
        record = self.issuance.records.get(record_id)
        if record.state is not RecordState.GRANTED:
            raise StateError("the document is not in force")
        document = _create_document(record, wish, now)
        expires_at = self._expiry(document, seal)
        if expires_at <= now:
            raise PaperError("the document is over", code="document_over")
        slot = self._take_slot(record.id, now, expires_at)
        status = StatusReference(self.issuance.status_uri(slot[0]), slot[1])
        return Sheet(document, status, now, expires_at)

    def _require_seal(self) -> Seal:
        if self.seal is None:
            raise UnavailableError("this institution has no seal for paper", code="no_seal")
        return self.seal

    def _expiry(self, document: PaperDocument, seal: Seal) -> int:
        """The end of the last day, or of the certificates that sign if that is earlier."""
        if isinstance(document, ReplacementCertificate):
            last: date | None = document.ends
        else:
            last = document.document.ends
        assert last is not None
        midnight = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
        chains = (seal.signer.certificates, self.issuance.signer.certificates)
        return min(int(midnight.timestamp()), *(_certificate_end(chain) for chain in chains))

    def _take_slot(self, record_id: str, now: int, expires_at: int) -> tuple[int, int]:
        """The decision's row is locked meanwhile, so two prints at once share a place too."""
        issuance = self.issuance
        with issuance.records.database.atomic():
            issuance.records.begin_issuance(record_id)
            known = issuance.credentials.find_slot(record_id, PAPER, expires_at)
            if known is not None:
                return known
            credential_id = create_identifier()
            slot = issuance.status_lists.take(credential_id)
            issuance.credentials.add(
                credential_id, record_id, PAPER, credential_id, slot, now, expires_at
            )
            return slot

    def _create_core(self, sheet: Sheet, seal: Seal) -> str:
        if isinstance(sheet.document, PaperApplication):
            raise PaperError("there is no code for a document of this kind")
        try:
            cwt = create_document_cwt(
                sheet.document.document,
                issued_at=sheet.issued_at,
                expires_at=sheet.expires_at,
                status=sheet.status,
                signer=seal.signer,
                person=sheet.document.person,
                issuer=self.issuance.base_url,
            )
            return create_paper_text(cwt)
        except MalformedError as error:
            raise PaperError("the document does not fit the code on paper") from error

    def _create_credential(self, record: Record, sheet: Sheet) -> AttachedCredential:
        """The credential with everything in it and nobody's key: it cannot be presented."""
        known = replace(record, document=sheet.document.document)
        claims = self._create_claims(known, sheet.issued_at)
        identifier = f"urn:uuid:{uuid.uuid4()}"
        claims |= {
            "jti": identifier,
            "exp": sheet.expires_at,
            "status": {"status_list": {"idx": sheet.status.index, "uri": sheet.status.uri}},
            "binding": _UNBOUND,
        }
        if "sub" in claims:
            claims["sub"] = identifier
        del claims["cnf"]
        disclosable = attestation_type(claims["vct"]).disclosable
        token = create_sd_jwt_vc(claims, disclosable, self.issuance.signer)
        return AttachedCredential(f"{sheet.document.number}.sd-jwt", token.encode())

    def _create_claims(self, record: Record, now: int) -> dict[str, Any]:
        """The claims in the first type of ours that can express the document."""
        types = self.issuance.configurations.values()
        for vct in [vct for vct in types if attestation_type(vct).kind == record.kind]:
            try:
                return self.issuance.create_claims(record, vct, now)
            except ProtocolError:
                continue
        raise PaperError("the document cannot be issued in any type")


def _create_document(record: Record, wish: Wish, now: int) -> PaperDocument:
    match record.document:
        case Pda1() as document:
            return PaperA1(document, document.person or record.person)
        case Application() as proof:
            return PaperApplication(proof, record.person)
        case Ehic() as card:
            return _create_certificate(record, card, wish, now)
    raise PaperError("there is no paper for a document of this kind")


def _create_certificate(record: Record, card: Ehic, wish: Wish, now: int) -> ReplacementCertificate:
    """Its days are the wish's, from today if not said, and never outlive the card."""
    starts = wish.starts or datetime.fromtimestamp(now, UTC).date()
    ends = wish.ends or starts + timedelta(days=CERTIFICATE_DAYS - 1)
    limits = [day for day in (card.expires_on, card.ends) if day is not None]
    ends = min([ends, *limits])
    if ends < starts:
        raise PaperError("the card does not cover these days", code="document_over")
    covered = replace(card, starts=starts, ends=ends)
    return ReplacementCertificate(covered, card.represented or record.person, starts, ends)


def _certificate_end(chain: Sequence[x509.Certificate]) -> int:
    return int(chain[0].not_valid_after_utc.timestamp())
