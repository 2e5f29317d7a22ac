"""A wallet's side of a presentation: its keys, what it holds, how it answers a request."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vp.dcql import Holding, match_dcql
from esspass.openid4vp.request_object import verify_request_object
from esspass.openid4vp.response import create_response
from esspass.sdjwt import create_key_binding, create_presentation, parse_sd_jwt_vc


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
    return Holding(name, "dc+sd-jwt", vc.vct, vc.claims, frozenset(vc.processed.paths))


def read_request(relying_party, transaction, now, wallet_nonce=None):
    """The verified request of a transaction, as a wallet reads it."""
    token = relying_party.request_object(transaction.id, wallet_nonce, now)
    return verify_request_object(token, transaction.client_id, now=now, wallet_nonce=wallet_nonce)
