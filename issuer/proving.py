"""Who calls: the wallet by its attestation, the key by DPoP, the right by its access token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509

from esspass.errors import ProtocolError, UndecidedError
from esspass.openid4vci.client_attestation import (
    ATTESTATION_HEADER,
    ATTESTATION_MAX_AGE,
    POP_HEADER,
    POP_MAX_AGE,
    ClientAttestation,
    verify_client_attestation,
    verify_client_attestation_pop,
    verify_client_id,
)
from esspass.openid4vci.dpop import MAX_AGE, DpopProof, verify_dpop_proof
from esspass.openid4vci.typed_jwt import LEEWAY
from issuer.grants import ACCESS, Grants, Token
from issuer.nonces import Nonces, Purpose
from issuer.protocol_errors import (
    ask_for_challenge,
    ask_for_nonce,
    ask_for_token,
    refuse_token,
)
from issuer.replays import Replays

DecideWallet = Callable[[Sequence[x509.Certificate], int], object]


class Headers(Protocol):
    """Request headers, by any case."""

    def get(self, name: str, /) -> str | None:
        """Return a header, or None."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request as the proofs see it; ``url`` is the public one, without query."""

    method: str
    url: str
    headers: Headers
    now: int


@dataclass(frozen=True, slots=True)
class Prover:
    """Checks what callers bring; ``decide_wallet`` raises unless a chain is a wallet provider's.

    ``audience`` is the issuer identifier of the authorization server; ``attestation_max_age`` in
    seconds.
    """

    audience: str
    decide_wallet: DecideWallet
    replays: Replays
    nonces: Nonces
    grants: Grants
    dpop_nonce_required: bool = False
    challenge_required: bool = False
    attestation_max_age: int = ATTESTATION_MAX_AGE

    def decide(self, now: int) -> Callable[[Sequence[x509.Certificate]], object]:
        """Return the decision about wallet providers at a time.

        That we cannot decide is our trouble, so it is 503 and not the wallet's fault.
        """

        def decide(chain: Sequence[x509.Certificate]) -> object:
            try:
                return self.decide_wallet(chain, now)
            except UndecidedError as error:
                message = "the list of wallet providers cannot be consulted now"
                code = "temporarily_unavailable"
                raise ProtocolError(message, code=code, status=503) from error

        return decide

    def client(self, call: Call, client_id: str | None) -> ClientAttestation:
        """Authenticate the wallet.

        Raises ProtocolError: ``invalid_client``, ``invalid_client_attestation``,
        ``use_fresh_attestation``, ``use_attestation_challenge``.
        """
        tokens = [call.headers.get(name) for name in (ATTESTATION_HEADER, POP_HEADER)]
        if not tokens[0] or not tokens[1]:
            message = "a client attestation and its proof of possession are needed"
            raise ProtocolError(message, code="invalid_client", status=401)
        client = verify_client_attestation(
            tokens[0],
            now=call.now,
            decide=self.decide(call.now),
            max_age=self.attestation_max_age,
        )
        proof = verify_client_attestation_pop(
            tokens[1], client, audience=self.audience, now=call.now
        )
        self._check_challenge(proof.challenge, call.now)
        kept_until = proof.issued_at + POP_MAX_AGE + LEEWAY
        if not self.replays.first_use(f"pop {client.thumbprint}", proof.jti, kept_until):
            message = "the proof of possession was used before"
            raise ProtocolError(message, code="invalid_client_attestation", status=401)
        verify_client_id(client, client_id)
        return client

    def _check_challenge(self, challenge: str | None, now: int) -> None:
        if challenge is None and not self.challenge_required:
            return
        if self.nonces.expiry(Purpose.CHALLENGE, challenge or "", now) is None:
            raise ask_for_challenge(self.nonces.create(Purpose.CHALLENGE, now))

    def dpop(self, call: Call, access_token: str | None = None) -> DpopProof:
        """Check the DPoP proof of a request; ``access_token`` at resources.

        Raises ProtocolError: ``invalid_dpop_proof``, ``use_dpop_nonce``.
        """
        header = call.headers.get("DPoP")
        if not header:
            raise ProtocolError("a DPoP proof is needed", code="invalid_dpop_proof")
        proof = verify_dpop_proof(
            header, method=call.method, url=call.url, now=call.now, access_token=access_token
        )
        if proof.nonce is not None or self.dpop_nonce_required:
            known = self.nonces.expiry(Purpose.DPOP, proof.nonce or "", call.now)
            if known is None:
                fresh = self.nonces.create(Purpose.DPOP, call.now)
                raise ask_for_nonce(fresh, resource=access_token is not None)
        kept_until = proof.issued_at + MAX_AGE + LEEWAY
        if not self.replays.first_use(f"dpop {proof.thumbprint}", proof.jti, kept_until):
            raise ProtocolError("the DPoP proof was used before", code="invalid_dpop_proof")
        return proof

    def token(self, call: Call) -> Token:
        """Check access token and proof of a resource request.

        Raises HeaderError 401: ``invalid_token``, ``invalid_dpop_proof``, ``use_dpop_nonce``.
        """
        access_token = _read_token(call.headers.get("Authorization"))
        found = self.grants.find_token(ACCESS, access_token, call.now)
        if found is None:
            raise refuse_token("the access token is unknown, expired or revoked")
        try:
            proof = self.dpop(call, access_token)
        except ProtocolError as error:
            if error.code != "invalid_dpop_proof":
                raise
            raise refuse_token(str(error), "invalid_dpop_proof") from error
        if proof.thumbprint != found.dpop_jkt:
            raise refuse_token("the access token is bound to another key")
        return found


def _read_token(header: str | None) -> str:
    """Read ``Authorization: DPoP <token>``; the scheme in any case, never Bearer."""
    if not header:
        raise ask_for_token()
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "dpop" or not token or len(token) > 512 or not token.isascii():
        raise refuse_token("the access token must come under the DPoP scheme")
    return token
