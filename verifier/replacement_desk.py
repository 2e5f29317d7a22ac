"""No card? The desk asks; the citizen carries the request; the institution answers the desk.

Regulation (EC) No 987/2009, Article 25(A)(1). What a citizen's institution says no to reaches the
citizen alone: the desk learns only what arrives.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import date

from esspass.errors import ProtocolError
from esspass.inspection import Submission
from esspass.jose.jwe import (
    create_encryption_key,
    read_encryption_key,
    write_encryption_key,
)
from esspass.keys.signer import Signer
from esspass.openid4vci.replacement import (
    ReplacementDelivery,
    ReplacementRequest,
    create_replacement_request,
    open_delivery,
)
from verifier.cases import Case
from verifier.casework import Casework, Scan
from verifier.persons import PAPER
from verifier.replacements import ReplacementRow, Replacements

LIFETIME = 1800
MAX_DELIVERY = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReplacementDesk:
    """The service; ``name`` is that of the access certificate."""

    base_url: str
    name: str
    signer: Signer
    replacements: Replacements
    casework: Casework

    def ask(self, case: Case, now: int) -> ReplacementRow:
        """Make a request for the treatment of a case.

        Raises ProtocolError ``not_care`` (409) for an inspection of work.
        """
        if case.kind != "care":
            raise ProtocolError("only a treatment can need a card", code="not_care", status=409)
        request_id, key = secrets.token_urlsafe(24), create_encryption_key()
        request = ReplacementRequest(
            iss=self.base_url,
            jti=secrets.token_urlsafe(24),
            issued_at=now,
            expires_at=now + LIFETIME,
            desk_name=self.name,
            country=case.country,
            treatment_from=date.fromisoformat(case.day),
            treatment_until=date.fromisoformat(case.until or case.day),
            deliver_uri=f"{self.base_url}/replacement/{request_id}/certificate",
            jwk=key.public_jwk(),
        )
        row = ReplacementRow(
            id=request_id,
            case_id=case.id,
            jti=request.jti,
            token=create_replacement_request(request, self.signer),
            encryption_key=write_encryption_key(key),
            created_at=now,
            expires_at=request.expires_at,
        )
        self.replacements.add(row)
        return row

    def find(self, request_id: str, now: int) -> ReplacementRow:
        """Return a request. Raises ProtocolError ``not_found`` (404)."""
        row = self.replacements.find(request_id, now)
        if row is None:
            raise ProtocolError("there is no such request", code="not_found", status=404)
        return row

    def receive(self, request_id: str, token: str, now: int) -> None:
        """Take a delivery, once; the same again changes nothing.

        What does not open with the request's own key changes nothing either. Raises
        ProtocolError ``not_found``, ``already_delivered`` (409), MalformedError, VerificationError.
        """
        row = self.find(request_id, now)
        digest = hashlib.sha256(token.encode()).hexdigest()
        if row.delivery_digest == digest:
            return
        if row.delivered_at is not None or row.encryption_key is None or row.expires_at <= now:
            raise ProtocolError("this request is over", code="already_delivered", status=409)
        delivery = open_delivery(token, read_encryption_key(row.encryption_key), row.jti)
        if not self.replacements.claim(request_id, digest, now):
            raise ProtocolError("this request is over", code="already_delivered", status=409)
        self._add_person(row, delivery, now)

    def _add_person(self, row: ReplacementRow, delivery: ReplacementDelivery, now: int) -> None:
        case = self.casework.find(row.case_id, None)
        submission = Submission("paper", delivery.certificate, purpose=case.purpose)
        scan = Scan(row.id, PAPER, now, submission)
        person = self.casework.add_submission(case, scan, now)
        kept = person.evidence is not None and delivery.pdf is not None
        pdf = base64.b64encode(delivery.pdf or b"").decode() if kept else None
        self.replacements.note_person(row.id, person.id, pdf, person.evidence_until)
