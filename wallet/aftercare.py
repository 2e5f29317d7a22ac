"""After the issuing: what became of a document, what follows on it, its paper.

Endpoints of our own (``esspass_…_endpoint`` of the issuer's metadata), behind the access token that
the document came with. A token that ran out is refreshed once, and the fresh one kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from esspass.attestations import read_presented
from esspass.errors import MalformedError, ProtocolError
from esspass.fetch import Response
from esspass.jose.jws import create_json
from esspass.sdjwt import parse_sd_jwt_vc
from wallet.access import Access, AccessDesk
from wallet.channel import read_error, require_success
from wallet.credentials import Credentials, HeldCredential
from wallet.discovery import Decide, media_type
from wallet.notices import Notice, Notices, parse_notices

NOTICES = "esspass_notices_endpoint"
RENEWAL = "esspass_renewal_endpoint"
PAPER = "esspass_paper_endpoint"
REPLACEMENT = "esspass_replacement_endpoint"
_JSON = "application/json"
_RESULTS = frozenset({"offered", "requested", "declined"})


@dataclass(frozen=True, slots=True)
class Renewal:
    """``offered`` (then with the offer's link), ``requested`` or ``declined``."""

    result: str
    offer_uri: str = ""


@dataclass(frozen=True, slots=True)
class Aftercare:
    """Speaks with issuers about documents that are held."""

    desk: AccessDesk
    credentials: Credentials
    notices: Notices

    def ask(self, held: HeldCredential, decide: Decide, now: int) -> tuple[Notice, ...]:
        """Ask what became of a document and keep the answer. Raises as ``_call``."""

        def send(access: Access, url: str) -> Response:
            return access.channel.get(url, access.token.access_token, now)

        answer = require_success(self._call(held, NOTICES, send, decide, now), 200)
        found = parse_notices(answer, read_number(held))
        self.notices.keep(held.holder_id, held.id, found, now)
        return found

    def renew(self, held: HeldCredential, decide: Decide, now: int) -> Renewal:
        """Ask for what follows on a document. Raises as ``_call``."""
        body = create_json({"document_number": read_number(held)})

        def send(access: Access, url: str) -> Response:
            return access.channel.post(url, body, _JSON, access.token.access_token, now)

        answer = require_success(self._call(held, RENEWAL, send, decide, now), 200)
        result, uri = answer.get("result"), answer.get("credential_offer_uri", "")
        if result not in _RESULTS or not isinstance(uri, str) or (result == "offered" and not uri):
            raise MalformedError("the institution's answer is not understood", code="bad_answer")
        return Renewal(result, uri)

    def fetch_paper(self, held: HeldCredential, language: str, decide: Decide, now: int) -> bytes:
        """Return the sealed PDF; it is kept nowhere. Raises as ``_call``."""
        query = urlencode({"lang": language})

        def send(access: Access, url: str) -> Response:
            return access.channel.get(f"{url}?{query}", access.token.access_token, now)

        answer = self._call(held, PAPER, send, decide, now)
        if not 200 <= answer.status < 300:
            require_success(answer)
        if media_type(answer) != "application/pdf" or not answer.body.startswith(b"%PDF-"):
            raise MalformedError("the institution's answer is no PDF", code="bad_answer")
        return answer.body

    def _call(
        self, held: HeldCredential, name: str, send: Callable[[Access, str], Response],
        decide: Decide, now: int,
    ) -> Response:  # fmt: skip
        """Raises ProtocolError ``not_offered`` or with the issuer's own code, UnavailableError."""
        if not held.provenance.grant:
            raise ProtocolError("the issuer is not spoken with any more", code="not_offered")
        access = self.desk.resume(held.provenance.grant, decide, now)
        url = access.metadata.extensions.get(name)
        if url is None:
            raise ProtocolError("the issuer does not offer this", code="not_offered")
        answer = send(access, url)
        if read_error(answer) != "invalid_token" or access.token.refresh_token is None:
            return answer
        fresh = self.desk.refresh(access, now)
        self.credentials.note_grant(held, fresh.write())
        return send(fresh, url)


def read_number(held: HeldCredential) -> str:
    """Return the number of a document; empty when it bears none."""
    try:
        presented = read_presented(held.vct, parse_sd_jwt_vc(held.text).claims)
    except MalformedError:
        return ""
    return presented.document_number or ""
