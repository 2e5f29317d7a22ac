"""Finding the issuer behind an offer: the offer, the issuer's metadata, its authorization server.

Everything in an offer is untrusted (OpenID4VCI 1.0, section 13.6.2). The issuer's name is only
shown as known when its metadata is signed under a certificate that the trusted lists vouch for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from esspass.errors import MalformedError, UndecidedError, UntrustedIssuerError
from esspass.fetch import Fetcher, Response
from esspass.jose.jws import parse_json_object, parse_jws
from esspass.keys.certificates import parse_x5c
from esspass.openid4vci import authorization_server as rfc8414
from esspass.openid4vci import signed_metadata
from esspass.openid4vci.authorization_server import (
    AuthorizationServerMetadata,
    parse_authorization_server_metadata,
)
from esspass.openid4vci.metadata import (
    CredentialConfiguration,
    IssuerMetadata,
    parse_issuer_metadata,
    well_known_url,
)
from esspass.openid4vci.offer import CredentialOffer, parse_credential_offer, parse_offer_uri
from wallet.links import read_host
from wallet.type_metadata import clean_text

Decide = Callable[[Sequence[x509.Certificate]], object]


@dataclass(frozen=True, slots=True)
class Party:
    """The other side as the citizen sees it: ``name`` from a trusted certificate, or empty."""

    name: str
    host: str


@dataclass(frozen=True, slots=True)
class ResolvedOffer:
    """An offer, and who stands behind it."""

    offer: CredentialOffer
    metadata: IssuerMetadata
    server: AuthorizationServerMetadata
    party: Party

    @property
    def offered(self) -> list[CredentialConfiguration]:
        """What is offered, in the order of the offer."""
        names = self.offer.credential_configuration_ids
        return [self.metadata.configurations[name] for name in names]


def fetch_offer(uri: str, fetcher: Fetcher) -> CredentialOffer:
    """Read an offer by value, or fetch it. Raises MalformedError, UnavailableError."""
    offer = parse_offer_uri(uri)
    if isinstance(offer, CredentialOffer):
        return offer
    answer = fetcher.get(offer, {"Accept": "application/json"}).require(200)
    if media_type(answer) != "application/json":
        raise MalformedError("not a credential offer", code="not_an_offer")
    return parse_credential_offer(parse_json_object(answer.body))


def fetch_issuer(
    offer: CredentialOffer, fetcher: Fetcher, decide: Decide, now: int
) -> ResolvedOffer:
    """Fetch both metadata documents for an offer.

    Raises VerificationError ``issuer_mismatch`` or ``unknown_authorization_server``,
    MalformedError ``unknown_configuration`` when the offer names what the issuer does not,
    UnavailableError.
    """
    metadata, party = fetch_issuer_metadata(offer.credential_issuer, fetcher, decide, now)
    if any(name not in metadata.configurations for name in offer.credential_configuration_ids):
        raise MalformedError(
            "the issuer does not know this credential", code="unknown_configuration"
        )
    grant = offer.pre_authorized or offer.authorization
    hint = grant.authorization_server if grant else None
    server = fetch_authorization_server(metadata.authorization_server(hint), fetcher)
    return ResolvedOffer(offer, metadata, server, party)


def fetch_issuer_metadata(
    issuer: str, fetcher: Fetcher, decide: Decide, now: int
) -> tuple[IssuerMetadata, Party]:
    """Fetch issuer metadata, signed if the issuer has it so, and who vouches for it."""
    url, host = well_known_url(issuer), read_host(issuer)
    answer = fetcher.get(url, {"Accept": "application/jwt, application/json;q=0.5"}).require(200)
    if media_type(answer) == signed_metadata.MEDIA_TYPE:
        try:
            metadata = signed_metadata.verify_signed_metadata(
                answer.text, issuer, now=now, decide=decide
            )
        except (UntrustedIssuerError, UndecidedError):
            answer = fetcher.get(url, {"Accept": "application/json"}).require(200)
        else:
            return metadata, Party(read_signer_name(answer.text), host)
    return parse_issuer_metadata(parse_json_object(answer.body), issuer), Party("", host)


def fetch_authorization_server(issuer: str, fetcher: Fetcher) -> AuthorizationServerMetadata:
    """Fetch authorization server metadata; its ``issuer`` must be the one asked for."""
    url = well_known_url(issuer, rfc8414.WELL_KNOWN)
    answer = fetcher.get(url, {"Accept": "application/json"}).require(200)
    return parse_authorization_server_metadata(parse_json_object(answer.body), issuer)


def read_signer_name(token: str) -> str:
    """Return the organization that signed a JWS which was verified before."""
    return read_organization(parse_x5c(parse_jws(token).header))


def read_organization(chain: Sequence[x509.Certificate]) -> str:
    """Return the organization, or else the common name, of a leaf certificate as clean text."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in chain[0].subject.get_attributes_for_oid(kind):
            return clean_text(attribute.value, 120)
    return ""


def media_type(answer: Response) -> str:
    """Return the media type of an answer without parameters, in lower case."""
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
