"""The checks of one credential, each tied to the clause that demands it.

``SIGNATURE`` comes first: until it holds, everything else would be asked of a stranger's words.
``REMOTE`` follows an address in the credential, so it runs only when all others passed.
Rules A-01 to A-07 and A-10 of the project's catalogue.
"""

from __future__ import annotations

from esspass.attestations import (
    attestation_type,
    verify_integrity,
    verify_presentation,
    verify_type_integrity,
)
from esspass.errors import RevokedError, UndecidedError
from esspass.inspection.evidence import Evidence, VcEvidence
from esspass.sdjwt import verify_validity
from esspass.statuslist import SUSPENDED, VALID
from esspass.trust import decide_attestation_issuer
from esspass.verdict import Check, Parameters

CHECKS = (
    "signature", "trust", "validity", "status", "holder_binding", "type", "integrity", "person",
)  # fmt: skip
"""The names of all checks, in the order a page shows them; they are stable."""

SHORT_LIVED = 24 * 3600


class WithdrawnError(RevokedError):
    """The status list says so; ``parameters`` name it."""

    def __init__(self, message: str, *, code: str, parameters: Parameters) -> None:
        super().__init__(message, code=code)
        self.parameters = parameters


def verify_signature(evidence: Evidence) -> Parameters:
    """Signature and disclosures hold under the leaf certificate (A-01)."""
    chain = evidence.verified.chain
    return {"issuer": chain[0].subject.rfc4514_string()}


def verify_trust(evidence: Evidence) -> Parameters:
    """The issuer was listed for this type at issuance, and is now (A-03)."""
    vc, presented = evidence.verified, evidence.presented
    decision = decide_attestation_issuer(
        evidence.trust,
        vc.chain,
        vct=vc.vct,
        institution_id=presented.institution_id,
        country=presented.institution_country or presented.issuing_country,
        issued_at=vc.issued_at,
        now=evidence.now,
    )
    return decision.parameters


def verify_technical_validity(evidence: Evidence) -> Parameters:
    """The time of inspection lies between ``iat``, ``nbf`` and ``exp`` (A-04)."""
    vc = evidence.verified
    verify_validity(vc, evidence.now)
    begins = str(max(vc.issued_at, vc.not_before or 0))
    expires = {} if vc.expires_at is None else {"expires_at": str(vc.expires_at)}
    return {"not_before": begins, **expires}


def verify_status(evidence: Evidence) -> Parameters:
    """The status list says VALID; any other value withdraws (A-05, A-06)."""
    vc = evidence.verified
    if vc.status is None:
        if vc.expires_at is not None and vc.expires_at - vc.issued_at <= SHORT_LIVED:
            return {"short_lived": str(vc.expires_at - vc.issued_at)}
        raise UndecidedError("the document names no status list", code="status_missing")
    answer = evidence.statuses.fetch_status(vc.status, vc.chain, evidence.trust, evidence.now)
    if answer.value != VALID:
        code = "suspended" if answer.value == SUSPENDED else "revoked"
        message = "the issuer has withdrawn the document"
        raise WithdrawnError(message, code=code, parameters=answer.parameters)
    return answer.parameters


def verify_holder_binding(evidence: VcEvidence) -> None:
    """The holder's key signed this presentation, for this request, just now (A-07)."""
    holder_key = evidence.verified.parse_holder_key()
    if evidence.binding is not None:
        evidence.binding.verify(evidence.vc, holder_key, evidence.now)


def verify_type(evidence: Evidence) -> Parameters:
    """Type and shape are known, and every entry has the form they prescribe (A-02).

    A type is what its metadata says: ``vct#integrity``, if there, is that of ours.
    """
    vct, shape = evidence.verified.vct, evidence.presented.shape
    verify_type_integrity(vct, evidence.verified.claims)
    verify_presentation(vct, evidence.verified.claims)
    return {"type": attestation_type(vct).name, "shape": shape}


def verify_data_integrity(evidence: Evidence) -> None:
    """The entries agree with each other (A-10)."""
    verify_integrity(evidence.verified.vct, evidence.verified.claims)


def verify_paper_type(evidence: Evidence) -> Parameters:
    """The core data has a known form: reading it was the check (A-02)."""
    return {"type": attestation_type(evidence.verified.vct).name, "shape": evidence.presented.shape}


SIGNATURE = Check("signature", "RFC 9901, section 7.1", verify_signature)
_TRUST = Check("trust", "Regulation (EU) 910/2014, Article 45f; TS 119 602, Annex H", verify_trust)
_VALIDITY = Check("validity", "RFC 7519, sections 4.1.4 to 4.1.6", verify_technical_validity)
HOLDER_BINDING = Check(
    "holder_binding", "RFC 9901, section 7.3; OpenID4VP 1.0, 8.6", verify_holder_binding
)
_INTEGRITY = Check("integrity", "We Build PD A1 rulebook 1.0, chapter 4", verify_data_integrity)
LOCAL: tuple[Check[VcEvidence], ...] = (
    _TRUST,
    _VALIDITY,
    HOLDER_BINDING,
    Check("type", "SD-JWT VC, sections 3.2.2.2 and 7", verify_type),
    _INTEGRITY,
)
REMOTE = (Check("status", "Token Status List, section 8.3; 987/2009, Article 5", verify_status),)
PAPER_SIGNATURE = Check("signature", "RFC 9052, section 4.4", verify_signature)
PAPER_LOCAL = (
    _TRUST,
    _VALIDITY,
    Check("type", "specs/documents, core data", verify_paper_type),
    _INTEGRITY,
)
