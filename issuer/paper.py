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

from esspass.attestations import Ehic, Pda1, attestation_type, spoken_languages
from esspass.cwt import create_document_cwt
from esspass.documents import (
    AttachedCredential,
    PaperA1,
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
    """A paper just made: the file, and what its code says."""

    number: str
    pdf: bytes = field(repr=False)
    core_text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Code:
    """What the code on a paper says, and the place in a status list it names."""

    document: PaperDocument
    text: str = field(repr=False)
    status: StatusReference
    expires_at: int


@dataclass(frozen=True, slots=True)
class PaperOffice:
    """Puts decisions on paper; without a seal it says so."""

    issuance: CredentialIssuer
    seal: Seal | None

    def create(self, record_id: str, wish: Wish, now: int, actor: str = "") -> Paper:
        """Make the paper of a decision in force: an A1, or a card's replacement certificate.

        Raises as ``create_code``, MalformedError (``unknown_language``), and UnavailableError
        (``pdf_unavailable``, ``no_time_stamp``).
        """
        code, seal = self.create_code(record_id, wish, now), self._require_seal()
        record = self.issuance.records.get(record_id)
        pdf = create_pdf(
            code.document,
            locale=wish.locale,
            second_locale=wish.second_locale,
            seal=seal,
            core_text=code.text,
            credential=self._create_credential(record, code, now),
            now=now,
        )
        self.issuance.history.add(record.id, Event.PRINTED, now, actor)
        return Paper(code.document.number, pdf, code.text)

    def create_code(self, record_id: str, wish: Wish, now: int) -> Code:
        """Make the sealed code alone.

        Raises UnknownRecordError, StateError, PaperError, UnavailableError (``no_seal``).
        """
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
        text = self._create_core(document, seal, status, (now, expires_at))
        return Code(document, text, status, expires_at)

    def _require_seal(self) -> Seal:
        if self.seal is None:
            raise UnavailableError("this institution has no seal for paper", code="no_seal")
        return self.seal

    def _expiry(self, document: PaperDocument, seal: Seal) -> int:
        """The end of the last day, or of the certificates that sign if that is earlier."""
        last = document.document.ends if isinstance(document, PaperA1) else document.ends
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

    def _create_core(
        self,
        document: PaperDocument,
        seal: Seal,
        status: StatusReference,
        times: tuple[int, int],
    ) -> str:
        try:
            cwt = create_document_cwt(
                document.document,
                issued_at=times[0],
                expires_at=times[1],
                status=status,
                signer=seal.signer,
                person=document.person,
                issuer=self.issuance.base_url,
            )
            return create_paper_text(cwt)
        except MalformedError as error:
            raise PaperError("the document does not fit the code on paper") from error

    def _create_credential(self, record: Record, code: Code, now: int) -> AttachedCredential:
        """The credential with everything in it and nobody's key: it cannot be presented."""
        known = replace(record, document=code.document.document)
        claims = self._create_claims(known, now)
        identifier = f"urn:uuid:{uuid.uuid4()}"
        claims |= {
            "jti": identifier,
            "exp": code.expires_at,
            "status": {"status_list": {"idx": code.status.index, "uri": code.status.uri}},
            "binding": _UNBOUND,
        }
        if "sub" in claims:
            claims["sub"] = identifier
        del claims["cnf"]
        disclosable = attestation_type(claims["vct"]).disclosable
        token = create_sd_jwt_vc(claims, disclosable, self.issuance.signer)
        return AttachedCredential(f"{code.document.number}.sd-jwt", token.encode())

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
