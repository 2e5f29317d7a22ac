"""A request to present: fetch it, believe nothing before it is verified, know who asks.

OpenID4VP 1.0, sections 5, 5.10 and 14; HAIP 1.0, section 5. Nothing of the link is used but
``client_id`` and where the request object is; no redirect is followed; a request whose signer no
trusted list vouches for is refused before any page could name it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import MalformedError
from esspass.fetch import Fetcher
from esspass.jose.jws import create_json
from esspass.openid4vp.client_metadata import ALGORITHMS
from esspass.openid4vp.dcql import SD_JWT_VC
from esspass.openid4vp.link import RequestLink
from esspass.openid4vp.refusal import RefusedRequestError
from esspass.openid4vp.request_object import (
    MEDIA_TYPE,
    AuthorizationRequest,
    verify_request_object,
)
from wallet.discovery import Decide, Party, media_type, read_organization
from wallet.links import read_host
from wallet.type_metadata import clean_text

MAX_PURPOSE = 400


@dataclass(frozen=True, slots=True)
class PresentationRequest:
    """A verified request of a trusted verifier; ``party`` is what the citizen is told.

    ``token``, ``client_id`` and ``wallet_nonce`` let it be verified again when it is answered.
    """

    token: str = field(repr=False)
    client_id: str
    wallet_nonce: str | None
    request: AuthorizationRequest
    party: Party

    def write(self) -> dict[str, Any]:
        """Return what ``read_request`` needs, for sealed storage."""
        return {
            "token": self.token,
            "client_id": self.client_id,
            "wallet_nonce": self.wallet_nonce,
        }

    @property
    def purposes(self) -> dict[str, str]:
        """Why the verifier says it asks, as clean text by language tag; may be empty."""
        cleaned = {tag: clean_text(text, MAX_PURPOSE) for tag, text in self.request.purpose.items()}
        return {tag[:35]: text for tag, text in cleaned.items() if text}

    def purpose(self, locale: str) -> str:
        """Return the purpose in this language if there is one in it; may be empty."""
        return choose_text(self.purposes, locale)


def choose_text(texts: Mapping[str, str], locale: str) -> str:
    """Choose a text by language, else English, else any."""
    return texts.get(locale) or texts.get("en") or next(iter(texts.values()), "")


def fetch_request(
    link: RequestLink, fetcher: Fetcher, decide: Decide, now: int
) -> PresentationRequest:
    """Fetch and verify a request object.

    Raises RefusedRequestError when a trusted verifier asks in a way that must not be answered,
    MalformedError, ProtocolError, VerificationError (``untrusted_…`` when no list vouches
    for the verifier), UndecidedError or UnavailableError.
    """
    headers = {"Accept": MEDIA_TYPE}
    wallet_nonce = secrets.token_urlsafe(24) if link.request_uri_method == "post" else None
    if wallet_nonce is None:
        answer = fetcher.get(link.request_uri, headers)
    else:
        form = {"wallet_nonce": wallet_nonce, "wallet_metadata": _WALLET_METADATA}
        answer = fetcher.post_form(link.request_uri, form, headers)
    if media_type(answer.require(200)) != MEDIA_TYPE:
        raise MalformedError("the answer is not a signed request", code="not_a_request_object")
    return _verify(answer.text, link.client_id, wallet_nonce, decide, now)


def read_request(members: Mapping[str, Any], decide: Decide, now: int) -> PresentationRequest:
    """Verify again what was fetched before. Raises as ``fetch_request``."""
    nonce = members["wallet_nonce"]
    return _verify(members["token"], members["client_id"], nonce, decide, now)


def _verify(
    token: str, client_id: str, wallet_nonce: str | None, decide: Decide, now: int
) -> PresentationRequest:
    try:
        request = verify_request_object(token, client_id, now=now, wallet_nonce=wallet_nonce)
    except RefusedRequestError as error:
        decide(error.chain)  # a stranger may sign anything, under a certificate of his own making
        raise
    decide(request.chain)
    party = Party(read_organization(request.chain), read_host(request.response_uri))
    return PresentationRequest(token, client_id, wallet_nonce, request, party)


_WALLET_METADATA = create_json(
    {
        "vp_formats_supported": {
            SD_JWT_VC: {
                "sd-jwt_alg_values": list(ALGORITHMS),
                "kb-jwt_alg_values": list(ALGORITHMS),
            }
        },
        "client_id_prefixes_supported": ["x509_hash", "x509_san_dns"],
        "response_types_supported": ["vp_token"],
        "response_modes_supported": ["direct_post.jwt"],
        "request_object_signing_alg_values_supported": list(ALGORITHMS),
    }
).decode()
