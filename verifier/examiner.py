"""The examiner: judges an answer while the wallet waits, and records what it found.

What is wrong with the presentation itself (signature, key binding, not what was asked) is told to
the wallet as a refusal. What is wrong with the document (withdrawn, expired, issuer unknown, other
person) is the inspector's to know: the wallet did its part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from esspass.errors import MalformedError, ProtocolError, VerificationError
from esspass.inspection import (
    PERSON,
    Binding,
    Credential,
    StatusSource,
    Submission,
    create_unreadable_findings,
    inspect_presentation,
    match_person,
)
from esspass.inspection.submission import ONLINE
from esspass.keys.signer import Signer
from esspass.openid4vp.dcql import CredentialQuery, VpToken, verify_presented
from esspass.openid4vp.relying_party import Answer, Flow
from esspass.openid4vp.request_object import create_client_id
from esspass.trust import TrustSource, TrustView
from esspass.verdict import Finding, Outcome, Verdict, worst
from verifier.cases import Case
from verifier.casework import Casework
from verifier.conclusions import (
    Conclusion,
    DocumentVerdict,
    keep_claims,
    write_claims,
    write_findings,
)
from verifier.inspections import Inspections, StoredVerdict
from verifier.queries import IDENTITIES
from verifier.receipts import create_receipt

_Found = tuple[DocumentVerdict, Credential | None]
_QUERY_CLAUSE = "OpenID4VP 1.0, section 8.6"
_PRESENTATION_CHECKS = ("signature", "holder_binding")
_WRONG_ANSWERS = frozenset({"wrong_type", "claims_missing"})


@dataclass(frozen=True, slots=True)
class Examiner:
    """Inspects every answer of the relying party; claims are kept as long as the case says."""

    trust: TrustSource
    statuses: StatusSource
    inspections: Inspections
    casework: Casework
    signer: Signer

    def create_receipt(self, answer: Answer, now: int) -> str | None:
        """Sign what the wallet may keep of a check."""
        case = self._case(answer.context, now)
        person = self.casework.persons.find(answer.context, now)
        if person is None:
            return None
        return create_receipt(case, person, create_client_id(self.signer), self.signer)

    def examine(self, answer: Answer, now: int) -> VpToken:
        """Judge and record. Raises ProtocolError for a presentation that must not be accepted.

        Keeps nothing of the presentations themselves.
        """
        view = self.trust.view(now)
        found = [
            self._inspect(answer.query.credential(query_id), text, answer, view, now)
            for query_id, texts in answer.vp_token.items()
            for text in texts
        ]
        conclusion = Conclusion(tuple(each for each, _ in found), _compare(found))
        refusal = next(_bad_presentations(conclusion), None)
        case, confirmed = self._case(answer.context, now), refusal is not None
        # The person first: once it is concluded, a browser looks for the verdict.
        self._add_person(answer, case, found, conclusion, now, refused=refusal is not None)
        if not self._conclude(answer.context, case, conclusion, now, confirmed=confirmed):
            self.casework.remove(answer.context)
            raise ProtocolError("this inspection is over")
        if refusal is not None:
            raise ProtocolError("the presentation was not accepted", code=refusal.reason)
        return {}

    def note_failure(self, inspection_id: str, reason: str, now: int) -> None:
        """Record an answer that was refused before it came to an inspection."""
        finding = Finding("type", _QUERY_CLAUSE, Outcome.FAILED, reason)
        conclusion = Conclusion((DocumentVerdict("", "", (finding,)),))
        if self.casework.persons.find(inspection_id, now) is not None:
            return  # examined, and refused for what was found
        case = self._case(inspection_id, now)
        self.casework.add_refused(case, inspection_id, [finding], None, now)
        if not self._conclude(inspection_id, case, conclusion, now, confirmed=True):
            self.casework.remove(inspection_id)

    def _case(self, inspection_id: str, now: int) -> Case:
        """Return the case of a request. Raises ProtocolError when it was purged."""
        inspection = self.inspections.find(inspection_id, now)
        return self.casework.find(inspection.case_id if inspection else "", None)

    def _add_person(
        self,
        answer: Answer,
        case: Case,
        found: list[_Found],
        conclusion: Conclusion,
        now: int,
        *,
        refused: bool,
    ) -> None:
        """Put the person into the case; on the same device hidden until the browser is back."""
        verdict, credential = next(each for each in found if each[0].query_id not in IDENTITIES)
        if refused:
            self.casework.add_refused(case, answer.context, verdict.findings, credential, now)
            return
        self.casework.add_shown(
            case,
            answer.context,
            _create_submission(answer, verdict, found, case),
            conclusion.findings,
            now,
            hidden=answer.flow is Flow.SAME_DEVICE,
            keeps=not any(each.excess for each, _ in found),
        )

    def _conclude(
        self, inspection_id: str, case: Case, conclusion: Conclusion, now: int, *, confirmed: bool
    ) -> bool:
        verdict = StoredVerdict(
            outcome=conclusion.outcome,
            findings=write_findings(conclusion),
            claims=write_claims(conclusion) if case.keep else None,
            claims_until=now + case.keep,
        )
        return self.inspections.conclude(inspection_id, verdict, now, confirmed=confirmed)

    def _inspect(
        self, query: CredentialQuery, text: str, answer: Answer, view: TrustView, now: int
    ) -> tuple[DocumentVerdict, Credential | None]:
        try:
            verdict = inspect_presentation(
                text,
                nonce=answer.nonce,
                audience=answer.audience,
                trust=view,
                statuses=self.statuses,
                now=now,
            )
        except (MalformedError, VerificationError) as error:
            return DocumentVerdict(
                query.id, query.vct_values[0], create_unreadable_findings(error)
            ), None
        return _hold_to_query(query, verdict), verdict.evidence


def _create_submission(
    answer: Answer, document: DocumentVerdict, found: list[_Found], case: Case
) -> Submission:
    """What was presented, so that it can be decided on, now and later."""
    identity = next((each.query_id for each, _ in found if each.query_id in IDENTITIES), "")
    pid = answer.vp_token.get(identity)
    return Submission(
        medium=ONLINE,
        text=answer.vp_token[document.query_id][0],
        binding=Binding(answer.nonce, answer.audience),
        pid=pid[0] if pid else None,
        purpose=case.purpose,
    )


def _hold_to_query(query: CredentialQuery, verdict: Verdict[Credential]) -> DocumentVerdict:
    credential, findings = verdict.evidence, verdict.findings
    try:
        excess = verify_presented(query, credential.vct, credential.claims, credential.disclosed)
    except VerificationError as error:
        wrong = Finding("type", _QUERY_CLAUSE, Outcome.FAILED, error.code)
        findings = tuple(wrong if each.check == "type" else each for each in findings)
        return DocumentVerdict(query.id, credential.vct, findings)
    kept = None if _is_forged(findings) else keep_claims(credential.claims, excess)
    return DocumentVerdict(query.id, credential.vct, findings, excess, kept)


def _is_forged(findings: Iterable[Finding]) -> bool:
    """A refused presentation says nothing about anybody, so nothing of it is kept or shown."""
    return any(
        each.check in _PRESENTATION_CHECKS and each.outcome is Outcome.FAILED for each in findings
    )


def _compare(found: list[_Found]) -> Finding | None:
    """Compare each document with each identity, if both were asked for; the worst result counts.

    A wallet may answer more than one option, so one fitting pair says nothing of the others.
    Forgeries are compared with nobody.
    """
    identities = [each for each in found if each[0].query_id in IDENTITIES]
    documents = [each for each in found if each[0].query_id not in IDENTITIES]
    compared = [_compare_pair(each, other) for each in documents for other in identities]
    decisive = worst(each.outcome for each in compared)
    return next((each for each in compared if each.outcome is decisive), None)


def _compare_pair(
    document: _Found,
    identity: _Found,
) -> Finding:
    credential, pid = document[1], identity[1]
    if (
        credential is None
        or pid is None
        or not (_is_signed(document[0]) and _is_signed(identity[0]))
    ):
        return Finding(PERSON.name, PERSON.clause, Outcome.INDETERMINATE, "not_run")
    return match_person(credential, pid)


def _is_signed(document: DocumentVerdict) -> bool:
    finding = document.finding("signature")
    return finding is not None and finding.outcome is Outcome.PASSED


def _bad_presentations(conclusion: Conclusion) -> Iterator[Finding]:
    for document in conclusion.documents:
        for finding in document.findings:
            about_presentation = finding.check in _PRESENTATION_CHECKS
            wrong_answer = finding.check == "type" and finding.reason in _WRONG_ANSWERS
            if finding.outcome is Outcome.FAILED and (about_presentation or wrong_answer):
                yield finding
