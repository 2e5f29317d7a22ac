"""The replacement certificate of a card, for the days of a treatment: the text of its code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from esspass.attestations import Ehic
from esspass.cwt import create_document_cwt
from esspass.errors import MalformedError
from esspass.jose.claims import StatusReference
from esspass.keys.signer import KeySigner
from esspass.openid4vci.replacement import ReplacementDelivery, ReplacementRequest
from esspass.qr import create_paper_text
from issuer.bearer import create_identifier
from issuer.issuance import CredentialIssuer
from issuer.records import Record
from issuer.renewals import day_of

REPLACEMENT = "replacement"  # in place of a credential configuration


@dataclass(frozen=True, slots=True)
class CertificateMaker:
    """Makes certificates under the institution's seal, each with a place in a status list."""

    issuance: CredentialIssuer
    seal: KeySigner

    def __call__(
        self, record: Record, request: ReplacementRequest, now: int
    ) -> ReplacementDelivery:
        """Certify the card for the treatment. Raises StateError, MalformedError."""
        card = record.document
        if not isinstance(card, Ehic):
            raise MalformedError("only an EHIC has a replacement", code="not_expressible")
        starts, ends = request.treatment_from, request.treatment_until
        midnight = datetime(ends.year, ends.month, ends.day, tzinfo=UTC) + timedelta(days=1)
        expires_at = int(midnight.timestamp())
        slot = self._take_slot(record.id, now, expires_at)
        cwt = create_document_cwt(
            replace(card, starts=starts, ends=ends, issued_on=day_of(now)),
            issued_at=now,
            expires_at=expires_at,
            status=StatusReference(self.issuance.status_uri(slot[0]), slot[1]),
            signer=self.seal,
            person=record.person,
            issuer=self.issuance.base_url,
        )
        return ReplacementDelivery(create_paper_text(cwt))

    def _take_slot(self, record_id: str, now: int, expires_at: int) -> tuple[int, int]:
        issuance, credential_id = self.issuance, create_identifier()
        with issuance.records.database.atomic():
            issuance.records.begin_issuance(record_id)
            slot = issuance.status_lists.take(credential_id)
            issuance.credentials.add(
                credential_id, record_id, REPLACEMENT, credential_id, slot, now, expires_at
            )
        return slot
