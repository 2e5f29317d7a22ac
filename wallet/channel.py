"""Speaking with an authorization server and the issuer behind it, as an attested client.

Every request carries a DPoP proof (RFC 9449), those to the authorization server also the wallet
attestation with a proof of possession, both made for it alone. A server that wants its nonce or its
challenge in them, or finds the attestation stale, says so once, and is asked once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from esspass.errors import MalformedError, ProtocolError, UnavailableError
from esspass.fetch import Fetcher, Response
from esspass.jose.jws import parse_json_object
from esspass.openid4vci.client_attestation import (
    ATTESTATION_HEADER,
    CHALLENGE_HEADER,
    POP_HEADER,
    STALE,
    create_client_attestation_pop,
)
from esspass.openid4vci.dpop import create_dpop_proof
from wallet.instance import Instance
from wallet.provider import WalletProvider

_RETRIED = frozenset({"use_dpop_nonce", "use_attestation_challenge", STALE})
_ERROR_PARAMETER = re.compile(r'error="([!#-\[\]-~]{1,64})"')
_KNOWN_CODE = re.compile(r"[a-z_]{1,64}")


@dataclass(slots=True)
class Channel:
    """One conversation; remembers the newest nonce of each server and the newest challenge.

    ``audience`` is the issuer identifier of the authorization server.
    """

    fetcher: Fetcher
    provider: WalletProvider
    instance: Instance
    audience: str
    nonces: dict[str, str] = field(default_factory=dict)
    challenge: str | None = None

    def post_form(self, url: str, form: Mapping[str, str], now: int) -> Response:
        """POST a form to the authorization server. Raises UnavailableError."""

        def send() -> Response:
            headers = {**self._attestation(now), **self._dpop(url, now), **_JSON}
            return self.fetcher.post_form(url, form, headers)

        return self._send(url, send)

    def post(
        self, url: str, body: bytes, content_type: str, access_token: str, now: int
    ) -> Response:
        """POST to a resource of the issuer under the access token. Raises UnavailableError."""

        def send() -> Response:
            headers = {**self._dpop(url, now, access_token), "Accept": _ACCEPT}
            headers["Authorization"] = f"DPoP {access_token}"
            return self.fetcher.post(url, body, content_type, headers)

        return self._send(url, send)

    def get(self, url: str, access_token: str, now: int) -> Response:
        """GET a resource of the issuer under the access token. Raises UnavailableError."""

        def send() -> Response:
            proof = self._dpop(url, now, access_token, "GET")
            return self.fetcher.get(url, {**proof, "Authorization": f"DPoP {access_token}"})

        return self._send(url, send)

    def note(self, url: str, answer: Response) -> None:
        """Remember the nonce and the challenge an answer brought."""
        if nonce := answer.headers.get("DPoP-Nonce"):
            self.nonces[_origin(url)] = nonce
        self.challenge = answer.headers.get(CHALLENGE_HEADER) or self.challenge

    def _send(self, url: str, send: Callable[[], Response]) -> Response:
        answer = send()
        self.note(url, answer)
        if answer.status in {400, 401} and read_error(answer) in _RETRIED:
            answer = send()
            self.note(url, answer)
        return answer

    def _dpop(
        self, url: str, now: int, access_token: str | None = None, method: str = "POST"
    ) -> dict[str, str]:
        nonce = self.nonces.get(_origin(url))
        signer = self.instance.dpop_key
        proof = create_dpop_proof(
            signer, method, url, now=now, access_token=access_token, nonce=nonce
        )
        return {"DPoP": proof}

    def _attestation(self, now: int) -> dict[str, str]:
        key, client_id = self.instance.client_key, self.provider.client_id
        proof = create_client_attestation_pop(
            key, client_id=client_id, audience=self.audience, now=now, challenge=self.challenge
        )
        attestation = self.provider.attest_instance(key.public_key, now)
        return {ATTESTATION_HEADER: attestation, POP_HEADER: proof}


_JSON = {"Accept": "application/json"}
_ACCEPT = "application/json, application/jwt"


def read_error(answer: Response) -> str:
    """Return the error code of an answer, from its body or its challenge header, or nothing."""
    if found := _ERROR_PARAMETER.search(answer.headers.get("WWW-Authenticate", "")):
        return found[1]
    try:
        code = parse_json_object(answer.body).get("error")
    except MalformedError:
        return ""
    return code if isinstance(code, str) and _KNOWN_CODE.fullmatch(code) else ""


def require_success(answer: Response, *statuses: int) -> dict[str, Any]:
    """Return the JSON object of a successful answer.

    Raises ProtocolError with the server's own error code, UnavailableError for anything else.
    The server's description is not repeated: it is a text that somebody else wrote.
    """
    if answer.status in statuses:
        return answer.json()
    code = read_error(answer)
    if 400 <= answer.status < 500 and code:
        raise ProtocolError("the issuer refused the request", code=code, status=answer.status)
    raise UnavailableError(f"the issuer answered with HTTP {answer.status}", code="issuer_failed")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
