"""Sign-in by presenting a PID (OpenID4VP 1.0), as the rulebooks ask before an A1 or EHIC.

The presentation is judged while the wallet waits, and again when the browser returns: a request
that anybody else began is of no use to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from esspass.attestations import PID
from esspass.attestations.specification import read_json
from esspass.errors import VerificationError
from esspass.inspection.inspect import inspect_presentation
from esspass.inspection.status import StatusSource
from esspass.openid4vp.dcql import VpToken
from esspass.openid4vp.relying_party import Answer, Flow, RelyingParty, State, Transaction
from esspass.openid4vp.verifier_info import RegistrarDataset, create_registered_credentials
from esspass.trust import TrustView
from issuer.config import IssuerConfig
from issuer.matching import Identity, parse_identity

NUMBER_CLAIM = "personal_administrative_number"
_NEEDED = ("family_name", "given_name", "birthdate", NUMBER_CLAIM)
DCQL: Mapping[str, Any] = {
    "credentials": [
        {
            "id": "pid",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [PID]},
            "claims": [{"path": [name]} for name in _NEEDED],
        }
    ]
}
_PURPOSE: Mapping[str, str] = read_json("purposes.json")["sign_in"]


@dataclass(frozen=True, slots=True)
class PidSignIn:
    """Asks for a PID; ``view`` gives the trusted lists at a time."""

    config: IssuerConfig
    relying_party: RelyingParty
    statuses: StatusSource
    view: Callable[[int], TrustView]

    def start(self, request_id: str, flow: Flow, now: int, path: str = "") -> Transaction:
        """Make a request for the citizen who acts on ``request_id``.

        ``path`` is where the browser returns to, if not to the authorization endpoint.
        """
        back = self.config.base_url + (path or f"/authorize/{request_id}/pid/return")
        return self.relying_party.start(
            DCQL,
            now=now,
            flow=flow,
            redirect_uri=back if flow is Flow.SAME_DEVICE else None,
            context=request_id,
            dataset=self._dataset(),
        )

    def _dataset(self) -> RegistrarDataset:
        config = self.config
        return RegistrarDataset(
            identifier=config.institution_id,
            service=dict.fromkeys(_PURPOSE, config.institution_name),
            purpose=_PURPOSE,
            intended_use="sign-in",
            registry_uri=config.base_url,
            policy_uri=f"{config.base_url}/privacy",
            credentials=create_registered_credentials(DCQL),
        )

    def state(self, transaction_id: str, now: int) -> State:
        """Tell how far a request has come."""
        return self.relying_party.status(transaction_id, now).state

    def finish(
        self,
        request_id: str,
        transaction_id: str,
        browser_secret: str,
        response_code: str | None,
        now: int,
    ) -> Identity:
        """Take the answer and return who it is. Raises ProtocolError, VerificationError."""
        answer = self.relying_party.take(transaction_id, browser_secret, response_code, now)
        if answer.context != request_id:
            raise VerificationError("this answer belongs to another request")
        return examine_pid(answer, self.view(now), self.statuses, now)


def create_examination(
    view: Callable[[int], TrustView], statuses: StatusSource
) -> Callable[[Answer, int], VpToken]:
    """Return what judges a PID while the wallet waits."""

    def examine(answer: Answer, now: int) -> VpToken:
        examine_pid(answer, view(now), statuses, now)
        return answer.vp_token

    return examine


def examine_pid(answer: Answer, view: TrustView, statuses: StatusSource, now: int) -> Identity:
    """Judge the one PID of an answer. Raises VerificationError unless every check passed."""
    presented = answer.vp_token.get("pid", ())
    if len(presented) != 1:
        raise VerificationError("exactly one PID is needed")
    verdict = inspect_presentation(
        presented[0],
        nonce=answer.nonce,
        audience=answer.audience,
        trust=view,
        statuses=statuses,
        now=now,
    )
    credential = verdict.accept()
    if credential.vct != PID:
        raise VerificationError("the credential is not a PID")
    return parse_identity(credential.claims, NUMBER_CLAIM)
