"""A wallet's side of a presentation: its keys, what it holds, how it answers a request."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qs, urlsplit

from cryptography import x509

from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    Address,
    Authority,
    Ehic,
    Employment,
    Institution,
    Pda1,
    Person,
    Pid,
    PlaceOfBirth,
    PlaceOfWork,
    StateOfActivity,
    attestation_type,
    create_envelope,
    write_claims,
)
from esspass.errors import UnavailableError
from esspass.fetch import Response
from esspass.keys.jwk import create_jwk, encode_base64url
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vp.dcql import Holding, match_dcql
from esspass.openid4vp.request_object import verify_request_object
from esspass.openid4vp.response import create_response
from esspass.sdjwt import (
    create_key_binding,
    create_presentation,
    create_sd_jwt_vc,
    parse_sd_jwt_vc,
)
from esspass.statuslist import StatusList, create_status_list_token
from tests.builders.lists import DAY, NOW, authorize, create_world


def link_parameters(link):
    """client_id, request_uri and method of a request link."""
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


@dataclass
class SimulatedWallet:
    """Holds credentials (each by a name) under one key and answers with all that is asked."""

    credentials: dict[str, str]
    holder: KeySigner = field(default_factory=lambda: KeySigner(create_key()))

    def holdings(self):
        return [_holding(name, text) for name, text in self.credentials.items()]

    def present(self, request, now):
        """The VP token for a request, as lists of presentations by query id."""
        selection = match_dcql(request.dcql_query, self.holdings()).select()
        return {
            query_id: [self._bind(candidate, request, now) for candidate in candidates]
            for query_id, candidates in selection.items()
        }

    def _bind(self, candidate, request, now):
        shown = create_presentation(self.credentials[candidate.holding_id], candidate.paths)
        return create_key_binding(
            shown, self.holder, nonce=request.nonce, audience=request.client_id, now=now
        )

    def answer(self, request, now):
        """The form to post to ``response_uri``."""
        return create_response(self.present(request, now), request)


def _holding(name, text):
    vc = parse_sd_jwt_vc(text)
    aki = frozenset(
        encode_base64url(
            each.extensions.get_extension_for_class(
                x509.AuthorityKeyIdentifier
            ).value.key_identifier
        )
        for each in vc.chain
    )
    return Holding(name, "dc+sd-jwt", vc.vct, vc.claims, frozenset(vc.processed.paths), aki)


def read_request(relying_party, transaction, now, wallet_nonce=None):
    """The verified request of a transaction, as a wallet reads it."""
    token = relying_party.request_object(transaction.id, wallet_nonce, now)
    return verify_request_object(token, transaction.client_id, now=now, wallet_nonce=wallet_nonce)


FUND_LIST = "https://fund.example.lt/status/1"
IDENTITY_LIST = "https://identity.example.lt/status/1"

PERSON = Person(
    surnames="Šimkutė-Petraitienė",
    forenames="Ona",
    date_of_birth=date(1990, 1, 1),
    pin="49001010003",
    nationalities=("LT",),
    place_of_birth=PlaceOfBirth("LT", "Kaunas"),
    gender="2",
    residence=(Address("Kaunas", "LT", "Laisvės al. 1", "44001"),),
)


@dataclass
class SimulatedWeb:
    """Other parties' servers: an answer, or an error, by address; remembers who was asked."""

    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def get(self, url, _headers=None):
        self.asked.append(url)
        answer = self.answers.get(url, UnavailableError("nobody answers"))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Response) else Response(200, {}, answer.encode())


class IssuingWorld:
    """A fund that issues A1 and EHIC, an identity authority, their status lists, one holder."""

    def __init__(self, now=NOW):
        self.now = now
        self.lists = create_world(now)
        fund = self.lists.bodies["fund"]
        types = (PDA1_WEBUILD, PDA1_EUDI, EHIC)
        self.lists.institutions = [authorize(fund, *types, starts=now - 300 * DAY)]
        self.fund, self.identity = fund, self.lists.bodies["identity"]
        self.web = SimulatedWeb()
        self.statuses = {uri: StatusList.empty(4096, 2) for uri in (FUND_LIST, IDENTITY_LIST)}
        self.holder = KeySigner(create_key())
        self.publish_statuses()

    def publish_statuses(self, now=None, signers=None, lifetime=7200, ttl=300):
        for uri, body in ((FUND_LIST, self.fund), (IDENTITY_LIST, self.identity)):
            signer = (signers or {}).get(uri, body.status_signer)
            self.web.answers[uri] = create_status_list_token(
                self.statuses[uri], uri, signer, now=now or self.now, lifetime=lifetime, ttl=ttl
            )

    def withdraw(self, uri, index, value=1, now=None):
        self.statuses[uri].set(index, value)
        self.publish_statuses(now)

    def issue(self, document, vct, *, index=7, body=None, claims=None, envelope=None, holder=None):
        """A credential; ``claims`` and ``envelope`` change what is signed (``...`` removes)."""
        is_pid = vct == PID
        body = body or (self.identity if is_pid else self.fund)
        uri = IDENTITY_LIST if is_pid else FUND_LIST
        around = create_envelope(
            vct,
            issuer="https://issuer.example.lt",
            identifier=f"urn:uuid:{uuid.uuid4()}",
            issued_at=self.now - DAY,
            expires_at=self.now + 90 * DAY,
            holder_jwk=create_jwk((holder or self.holder).public_key),
            status={"uri": uri, "idx": index},
        )
        signed = {**write_claims(document, vct), **around, **(envelope or {}), **(claims or {})}
        kept = {name: value for name, value in signed.items() if value is not ...}
        return create_sd_jwt_vc(kept, attestation_type(vct).disclosable, body.attestation_signer)

    def wallet(self, **credentials):
        return SimulatedWallet(credentials, self.holder)

    def view(self, now=None):
        return self.lists.view(now)


def create_a1(**changes):
    employment = Employment("Statyba UAB", "302000001", "LT", "01", "01", Address("Kaunas", "LT"))
    place = PlaceOfWork(Address("Patra", "GR"), "Κατασκευές ΑΕ", "999999999", "03")
    fields = {
        "document_number": "LT-A1-2026-000017",
        "pin": PERSON.pin,
        "legislation_country": "LT",
        "starts": date(2026, 3, 1),
        "ends": date(2027, 2, 28),
        "status_confirmation": "01",
        "employments": (employment,),
        "states_of_activity": (StateOfActivity("GR", (place,)),),
        "institution": Institution(
            "LT:1000", "Example Social Insurance Fund", "LT", Address("Vilnius", "LT")
        ),
        "person": PERSON,
        "issuing_authority": Authority("LT:1000", "Example Social Insurance Fund", "LT"),
        "issued_on": date(2026, 2, 20),
        "expires_on": date(2027, 2, 28),
    }
    return Pda1(**{**fields, **changes})


def create_ehic(**changes):
    fields = {
        "document_number": "80440000000000000017",
        "pin": PERSON.pin,
        "institution": Institution("LT:1000", "Example Social Insurance Fund", "LT"),
        "issued_on": date(2026, 2, 20),
        "expires_on": date(2028, 2, 20),
        "starts": date(2026, 2, 20),
        "ends": date(2028, 2, 20),
        "issuing_authority": Authority("LT:1000", "Example Social Insurance Fund", "LT"),
    }
    return Ehic(**{**fields, **changes})


def create_pid(person=PERSON, **changes):
    fields = {
        "person": person,
        "issuing_authority": "Example Identity Authority",
        "issuing_country": "LT",
        "expires_on": date(2031, 1, 1),
    }
    return Pid(**{**fields, **changes})
