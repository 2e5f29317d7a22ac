"""The signed authorization request (OpenID4VP 1.0, section 5; RFC 9101; HAIP 1.0, section 5).

A relying party creates it; a wallet believes nothing of it before ``verify_request_object``.
Whether the relying party's certificate is trusted is decided elsewhere, from ``chain``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from esspass.errors import ExpiredError, MalformedError, ProtocolError
from esspass.jose.jws import create_jws, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, create_x5t_s256, parse_leaf_key, parse_x5c
from esspass.keys.signer import Signer
from esspass.openid4vp.client_metadata import (
    ALGORITHMS,
    choose_encryption,
    create_client_metadata,
    verify_formats,
)
from esspass.openid4vp.dcql import DcqlQuery, parse_dcql
from esspass.openid4vp.refusal import RefusedRequestError, is_state, is_web_uri, read_refusal
from esspass.openid4vp.verifier_info import (
    RegistrarDataset,
    create_verifier_info,
    parse_verifier_info,
)

TYP = "oauth-authz-req+jwt"
MEDIA_TYPE = "application/oauth-authz-req+jwt"
STATIC_AUDIENCE = "https://self-issued.me/v2"
RESPONSE_MODE = "direct_post.jwt"
X509_HASH, X509_SAN_DNS = "x509_hash:", "x509_san_dns:"
MAX_BYTES = 256 * 1024
LEEWAY = 60
MIN_NONCE = 16  # characters; HAIP's 128 bit of entropy never fit into fewer
_URL_SAFE = re.compile(r"[A-Za-z0-9._~-]{1,2048}")


@dataclass(frozen=True, slots=True)
class RequestParameters:
    """What one request asks, and where the answer goes.

    ``encryption_jwk`` is the public half of a key made for this request alone (HAIP 1.0,
    section 5); times are epoch seconds.
    """

    response_uri: str
    nonce: str
    state: str
    dcql_query: Mapping[str, Any]
    encryption_jwk: Mapping[str, str]
    issued_at: int
    expires_at: int
    dataset: RegistrarDataset | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request a wallet may show: authentic, well-formed, answerable; not yet trusted."""

    client_id: str
    nonce: str
    state: str | None
    response_uri: str
    dcql_query: DcqlQuery
    encryption_jwk: Mapping[str, Any] = field(repr=False)
    encryption_enc: str
    dataset: RegistrarDataset | None
    chain: tuple[x509.Certificate, ...]
    response_mode: str = RESPONSE_MODE

    @property
    def verifier_name(self) -> str:
        """The organization the access certificate names."""
        names = self.chain[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(names[0].value) if names else ""

    @property
    def purpose(self) -> Mapping[str, str]:
        """Why the verifier says it asks, by language tag; empty when it does not say."""
        return self.dataset.purpose if self.dataset else {}


def create_client_id(signer: Signer) -> str:
    """Return ``x509_hash:`` and the hash of the access certificate (section 5.9.3)."""
    return X509_HASH + create_x5t_s256(signer.certificates[0])


def create_request_object(
    parameters: RequestParameters, signer: Signer, wallet_nonce: str | None = None
) -> str:
    """Sign a request; ``wallet_nonce`` is echoed if the wallet sent one (section 5.10)."""
    claims: dict[str, Any] = {
        "aud": STATIC_AUDIENCE,
        "client_id": create_client_id(signer),
        "response_type": "vp_token",
        "response_mode": RESPONSE_MODE,
        "response_uri": parameters.response_uri,
        "nonce": parameters.nonce,
        "state": parameters.state,
        "dcql_query": parameters.dcql_query,
        "client_metadata": create_client_metadata(parameters.encryption_jwk),
        "iat": parameters.issued_at,
        "exp": parameters.expires_at,
    }
    if parameters.dataset is not None:
        claims["verifier_info"] = create_verifier_info(parameters.dataset)
    if wallet_nonce is not None:
        claims["wallet_nonce"] = wallet_nonce
    return create_jws({"typ": TYP, "x5c": create_x5c(signer.certificates)}, claims, signer)


def verify_request_object(
    token: str, client_id: str, *, now: int, wallet_nonce: str | None = None
) -> AuthorizationRequest:
    """Check a fetched request object and read it; nothing from outside it is used but these.

    ``client_id`` is that of the link, ``wallet_nonce`` what this wallet sent, if it did. Raises
    ProtocolError, MalformedError, SignatureError or ExpiredError while it is not known who asks;
    after that RefusedRequestError, with what may be told to whoever asks.
    """
    claims, chain = _authenticate(token, client_id, wallet_nonce)
    _verify_times(claims, now)
    if claims.get("aud") not in (STATIC_AUDIENCE, [STATIC_AUDIENCE]):
        raise ProtocolError("the request is meant for another audience")
    try:
        _verify_parameters(claims)
        return _request(claims, chain)
    except (ProtocolError, MalformedError) as error:
        raise RefusedRequestError(error, chain, read_refusal(claims, error)) from error


def _authenticate(
    token: str, client_id: str, wallet_nonce: str | None
) -> tuple[Mapping[str, Any], tuple[x509.Certificate, ...]]:
    """Return what was signed by the holder of ``client_id``, for this fetch, and its chain."""
    match_client = _prefix_rule(client_id)
    jws = parse_jws(token, MAX_BYTES)
    if jws.header.get("typ") != TYP:
        raise ProtocolError(f"a request object has the type {TYP}")
    chain = parse_x5c(jws.header)
    verify_jws(jws, parse_leaf_key(chain), ALGORITHMS)
    claims = jws.claims()
    if claims.get("client_id") != client_id:
        raise ProtocolError("the request was signed for another client_id")
    match_client(client_id, chain[0], claims)
    if wallet_nonce is not None and claims.get("wallet_nonce") != wallet_nonce:
        raise ProtocolError("wallet_nonce was not echoed")
    return claims, chain


def _prefix_rule(client_id: str) -> Callable[[str, x509.Certificate, Mapping[str, Any]], None]:
    """Only the two prefixes whose rules we know; never one prefix by another's rule."""
    if client_id.startswith(X509_HASH):
        return _match_hash
    if client_id.startswith(X509_SAN_DNS):
        return _match_san_dns
    raise ProtocolError("client_id prefix not supported")


def _match_hash(client_id: str, leaf: x509.Certificate, _claims: Mapping[str, Any]) -> None:
    if client_id != X509_HASH + create_x5t_s256(leaf):
        raise ProtocolError("client_id is not the hash of the certificate")


def _match_san_dns(client_id: str, leaf: x509.Certificate, claims: Mapping[str, Any]) -> None:
    """Section 5.9.3: the certificate holds the name, and the answer goes to that host."""
    name = client_id.removeprefix(X509_SAN_DNS)
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound as error:
        raise ProtocolError("client_id is not in the certificate") from error
    if name not in extension.value.get_values_for_type(x509.DNSName):
        raise ProtocolError("client_id is not in the certificate")
    response_uri = claims.get("response_uri")
    if not is_web_uri(response_uri) or urlsplit(str(response_uri)).hostname != name:
        raise ProtocolError("response_uri belongs to another host")


def _verify_times(claims: Mapping[str, Any], now: int) -> None:
    for name in ("exp", "iat", "nbf"):
        value = claims.get(name, now)
        if isinstance(value, bool) or not isinstance(value, int):
            raise MalformedError(f"{name} is a number of seconds")
    if claims.get("exp", now) < now - LEEWAY:
        raise ExpiredError("the request has expired")
    if max(claims.get("iat", now), claims.get("nbf", now)) > now + LEEWAY:
        raise ExpiredError("the request is from the future", code="not_yet_valid")


def _verify_parameters(claims: Mapping[str, Any]) -> None:
    """Apply the refusal rules of sections 5.1, 5.2, 8.2 and 8.5."""
    if claims.get("response_type") != "vp_token" or claims.get("response_mode") != RESPONSE_MODE:
        raise ProtocolError("only vp_token by direct_post.jwt is supported")
    if "redirect_uri" in claims:
        raise ProtocolError("redirect_uri beside response_uri")
    if "scope" in claims:
        raise ProtocolError("ask with dcql_query, not with scope", code="invalid_scope")
    if "transaction_data" in claims:
        message = "no type of transaction_data is supported"
        raise ProtocolError(message, code="invalid_transaction_data")
    if not is_web_uri(claims.get("response_uri")):
        raise ProtocolError("response_uri is missing or not a web address")
    _verify_binding(claims)


def _verify_binding(claims: Mapping[str, Any]) -> None:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not _URL_SAFE.fullmatch(nonce) or len(nonce) < MIN_NONCE:
        raise ProtocolError("nonce is missing, too short or not URL-safe")
    if not is_state(claims.get("state", "-")):
        raise ProtocolError("state is not URL-safe")


def _request(
    claims: Mapping[str, Any], chain: tuple[x509.Certificate, ...]
) -> AuthorizationRequest:
    metadata = claims.get("client_metadata")
    if not isinstance(metadata, Mapping):
        raise ProtocolError("client_metadata is missing")
    verify_formats(metadata.get("vp_formats_supported"))
    encryption_jwk, encryption_enc = choose_encryption(metadata)
    return AuthorizationRequest(
        client_id=claims["client_id"],
        nonce=claims["nonce"],
        state=claims.get("state"),
        response_uri=claims["response_uri"],
        dcql_query=parse_dcql(claims.get("dcql_query")),
        encryption_jwk=encryption_jwk,
        encryption_enc=encryption_enc,
        dataset=parse_verifier_info(claims.get("verifier_info")),
        chain=chain,
    )
