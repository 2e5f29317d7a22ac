"""A replacement certificate: a desk asks, the citizen passes it on with their identity.

Regulation (EC) 987/2009, Article 25(A)(1). Only a listed desk is listened to, and the identity goes
only to an institution that the lists vouch for. The certificate goes from there to the desk; a
refusal comes back here alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from esspass.attestations import EHIC, PID, iso_country
from esspass.errors import EsspassError, MalformedError, UnavailableError, UntrustedIssuerError
from esspass.fetch import Fetcher
from esspass.jose.jws import create_json, parse_json_object
from esspass.openid4vci.replacement import (
    MEDIA_TYPE,
    ReplacementRequest,
    verify_replacement_request,
)
from esspass.openid4vp.dcql import NoMatchError
from esspass.sdjwt import create_key_binding, create_presentation, parse_sd_jwt_vc
from esspass.trust import TrustView
from wallet.aftercare import REPLACEMENT
from wallet.credentials import Credentials, HeldCredential
from wallet.discovery import (
    Decide,
    Party,
    fetch_issuer_metadata,
    media_type,
    read_organization,
)
from wallet.history import Encounter, Event, History, SharedClaims
from wallet.keys import Holder, HolderKeys
from wallet.links import read_host
from wallet.notices import read_sentence
from wallet.type_metadata import clean_text

PURPOSE = "replacement"
IDENTITY = (
    ("family_name",),
    ("given_name",),
    ("birthdate",),
    ("personal_administrative_number",),
)
_ANSWERS = (200, 202, 503)
_RESULTS = frozenset({"sent", "refused"})
_MAX_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class AskedReplacement:
    """A verified request of a listed desk; ``desk`` is named by its certificate."""

    token: str = field(repr=False)
    request: ReplacementRequest
    desk: Party


@dataclass(frozen=True, slots=True)
class Reply:
    """``result`` is ``sent`` or ``refused``; ``sentence`` the institution's words by language."""

    result: str
    reason: str
    sentence: Mapping[str, str]
    institution: str


@dataclass(frozen=True, slots=True)
class Replacing:
    """Passes requests for replacement certificates on."""

    fetcher: Fetcher
    keys: HolderKeys
    credentials: Credentials
    history: History

    def fetch(self, query: str, decide: Decide, now: int) -> AskedReplacement:
        """Fetch and verify the request that a desk's code names. Raises as ``verify_asked``."""
        answer = self.fetcher.get(read_request_uri(query), {"Accept": MEDIA_TYPE}).require(200)
        if media_type(answer) != MEDIA_TYPE:
            raise MalformedError("not a request of a desk", code="not_a_request_object")
        return verify_asked(answer.text, decide, now)

    def send(
        self, holder: Holder, asked: AskedReplacement, identity: HeldCredential, issuer: str,
        decide: Decide, now: int,
    ) -> Reply:  # fmt: skip
        """Send the request with the holder's PID to an institution; note what came of it.

        Raises UntrustedIssuerError when no list vouches for the institution, MalformedError
        ``not_offered``, UnavailableError.
        """
        metadata, party = fetch_issuer_metadata(issuer, self.fetcher, decide, now)
        if not party.name:
            raise UntrustedIssuerError("no list vouches for this institution", code="not_listed")
        url = metadata.extensions.get(REPLACEMENT)
        if url is None:
            raise MalformedError("the institution does not do this", code="not_offered")
        presentation = self._present(holder, identity, issuer, asked.request.jti, now)
        body = create_json({"request": asked.token, "presentation": presentation})
        try:
            reply = self._post(url, body, party.name)
        except EsspassError as error:
            self._note(holder.id, party, Event.FAILED, error.code, now)
            raise
        self._note(holder.id, party, Event.SHARED, "", now)
        return reply

    def _present(
        self, holder: Holder, identity: HeldCredential, audience: str, nonce: str, now: int
    ) -> str:
        copy = self.credentials.take_copy(identity)
        if copy is None:
            raise NoMatchError
        signer = self.keys.read(holder, copy.key_id)
        shown = create_presentation(copy.text, IDENTITY)
        return create_key_binding(shown, signer, nonce=nonce, audience=audience, now=now)

    def _post(self, url: str, body: bytes, institution: str) -> Reply:
        answer = self.fetcher.post(url, body, "application/json", {"Accept": "application/json"})
        members = parse_json_object(answer.require(*_ANSWERS).body[:_MAX_ANSWER])
        result = members.get("result")
        if result not in _RESULTS:
            raise UnavailableError("the institution's answer is not understood")
        reason = clean_text(members.get("reason"), 64)
        return Reply(result, reason, read_sentence(members.get("sentence")), institution)

    def _note(self, holder_id: str, party: Party, event: Event, reason: str, now: int) -> None:
        shared = (SharedClaims(PID, IDENTITY),)
        encounter = Encounter(
            party.name, party.host, shared=shared, reason=reason, purpose_id=PURPOSE
        )
        self.history.add(holder_id, event, encounter, now)


def verify_asked(token: str, decide: Decide, now: int) -> AskedReplacement:
    """Verify a request, and that a list vouches for the desk.

    Raises MalformedError, VerificationError (``untrusted_…``, ``expired``,
    ``deliver_uri_elsewhere``) or UndecidedError.
    """
    verified = verify_replacement_request(token, now)
    decide(verified.chain)
    host = read_host(verified.request.deliver_uri)
    return AskedReplacement(token, verified.request, Party(read_organization(verified.chain), host))


def read_request_uri(query: str) -> str:
    """Return the one ``request_uri`` of a query. Raises MalformedError ``unknown_link``."""
    try:
        values = parse_qs(query, max_num_fields=8).get("request_uri", [])
    except ValueError as error:
        raise MalformedError("too many parameters", code="unknown_link") from error
    if len(values) != 1:
        raise MalformedError("the code names no request", code="unknown_link")
    return values[0]


def find_identity(held: list[HeldCredential]) -> HeldCredential | None:
    """Return the PID that is sent, the one received last."""
    return next((each for each in held if each.vct == PID), None)


def find_institutions(held: list[HeldCredential], view: TrustView) -> dict[str, str]:
    """Return addresses and names of institutions that may insure the holder.

    Those whose documents are held come first, then those of the identity's country that issue
    EHICs and say in the directory where they are.
    """
    found = {
        each.provenance.credential_issuer: each.provenance.issuer_name
        for each in sorted(held, key=lambda each: each.vct != EHIC)
        if each.vct != PID
    }
    identity = find_identity(held)
    country = parse_sd_jwt_vc(identity.text).claims.get("issuing_country") if identity else None
    directory = view.directory
    for body in directory.institutions if directory and isinstance(country, str) else ():
        issues = any(authorization.vct == EHIC for authorization in body.authorizations)
        if issues and body.status_lists and body.country == iso_country(str(country)):
            parts = urlsplit(body.status_lists)
            found.setdefault(f"{parts.scheme}://{parts.netloc}", body.entity)
    return found
