"""Credential offers (OpenID4VCI 1.0, section 4.1), by value and by reference."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from esspass.errors import MalformedError
from esspass.jose.jws import parse_json_object
from esspass.openid4vci.members import (
    read_object,
    read_optional_integer,
    read_optional_string,
    read_string,
    read_strings,
    split_url,
)

AUTHORIZATION_CODE = "authorization_code"
PRE_AUTHORIZED_CODE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
SCHEMES = frozenset({"openid-credential-offer", "haip-vci", "https", "http"})
MAX_OFFER = 16 * 1024


@dataclass(frozen=True, slots=True)
class TxCode:
    """What the wallet must ask of the citizen; the code itself comes by another way."""

    input_mode: str = "numeric"
    length: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class PreAuthorizedGrant:
    """A code that stands for an authorization given before."""

    pre_authorized_code: str
    tx_code: TxCode | None = None
    authorization_server: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationGrant:
    """The citizen signs in at the issuer."""

    issuer_state: str | None = None
    authorization_server: str | None = None


@dataclass(frozen=True, slots=True)
class CredentialOffer:
    """An offer; everything in it is untrusted until the issuer's metadata was read."""

    credential_issuer: str
    credential_configuration_ids: tuple[str, ...]
    pre_authorized: PreAuthorizedGrant | None = None
    authorization: AuthorizationGrant | None = None


def create_credential_offer(offer: CredentialOffer) -> dict[str, Any]:
    """Write an offer as JSON."""
    grants: dict[str, Any] = {}
    if offer.authorization is not None:
        grants[AUTHORIZATION_CODE] = _present(
            issuer_state=offer.authorization.issuer_state,
            authorization_server=offer.authorization.authorization_server,
        )
    if offer.pre_authorized is not None:
        grants[PRE_AUTHORIZED_CODE] = _create_pre_authorized(offer.pre_authorized)
    return {
        "credential_issuer": offer.credential_issuer,
        "credential_configuration_ids": list(offer.credential_configuration_ids),
        "grants": grants,
    }


def _create_pre_authorized(grant: PreAuthorizedGrant) -> dict[str, Any]:
    tx_code = grant.tx_code
    written = tx_code and _present(
        input_mode=tx_code.input_mode, length=tx_code.length, description=tx_code.description
    )
    return {
        "pre-authorized_code": grant.pre_authorized_code,
        **_present(tx_code=written, authorization_server=grant.authorization_server),
    }


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def parse_credential_offer(value: Mapping[str, Any]) -> CredentialOffer:
    """Read an offer. Raises MalformedError.

    Without ``grants`` the wallet asks the authorization server, so the code flow is assumed.
    """
    issuer = read_string(value, "credential_issuer")
    if (parts := split_url(issuer)).query or parts.fragment:
        raise MalformedError("credential_issuer has a query or fragment")
    identifiers = read_strings(value, "credential_configuration_ids")
    if len(set(identifiers)) != len(identifiers):
        raise MalformedError("credential_configuration_ids are not unique")
    grants = read_object(value.get("grants", {AUTHORIZATION_CODE: {}}), "grants")
    pre_authorized, authorization = _parse_pre_authorized(grants), _parse_authorization(grants)
    if pre_authorized is None and authorization is None:
        raise MalformedError("the offer has no grant that we know")
    return CredentialOffer(issuer, identifiers, pre_authorized, authorization)


def _parse_authorization(grants: Mapping[str, Any]) -> AuthorizationGrant | None:
    if AUTHORIZATION_CODE not in grants:
        return None
    grant = read_object(grants[AUTHORIZATION_CODE], AUTHORIZATION_CODE)
    return AuthorizationGrant(
        read_optional_string(grant, "issuer_state"),
        read_optional_string(grant, "authorization_server"),
    )


def _parse_pre_authorized(grants: Mapping[str, Any]) -> PreAuthorizedGrant | None:
    if PRE_AUTHORIZED_CODE not in grants:
        return None
    grant = read_object(grants[PRE_AUTHORIZED_CODE], "pre-authorized_code grant")
    return PreAuthorizedGrant(
        read_string(grant, "pre-authorized_code"),
        _parse_tx_code(grant["tx_code"]) if "tx_code" in grant else None,
        read_optional_string(grant, "authorization_server"),
    )


def _parse_tx_code(value: Any) -> TxCode:
    members = read_object(value, "tx_code")
    description = read_optional_string(members, "description")
    if description is not None and len(description) > 300:
        raise MalformedError("the description of tx_code is too long")
    input_mode = members.get("input_mode", "numeric")
    if input_mode not in {"numeric", "text"}:
        raise MalformedError("input_mode of tx_code is not known")
    return TxCode(input_mode, read_optional_integer(members, "length"), description)


def create_offer_uri(
    *, offer: CredentialOffer | None = None, reference: str | None = None, endpoint: str = ""
) -> str:
    """Write the link (or QR) of an offer: by value, or by ``reference``.

    ``endpoint`` is a wallet's offer endpoint; without it the custom scheme is used.
    """
    if (offer is None) == (reference is None):
        raise ValueError("an offer goes by value or by reference")
    if offer is not None:
        text = json.dumps(create_credential_offer(offer), separators=(",", ":"))
        query = urlencode({"credential_offer": text})
    else:
        query = urlencode({"credential_offer_uri": reference})
    return f"{endpoint or 'openid-credential-offer://'}?{query}"


def parse_offer_uri(uri: str) -> CredentialOffer | str:
    """Read the link of an offer; return the offer, or the URL it must be fetched from.

    Raises MalformedError, also when both parameters are there (section 4.1).
    """
    if not isinstance(uri, str) or len(uri) > MAX_OFFER:
        raise MalformedError("the offer is too long")
    try:
        parts = urlsplit(uri.strip())
        values = parse_qs(parts.query, strict_parsing=True, max_num_fields=16)
    except ValueError as error:
        raise MalformedError("not a credential offer", code="not_an_offer") from error
    if parts.scheme not in SCHEMES:
        raise MalformedError("not a credential offer", code="not_an_offer")
    return _parse_parameters(values)


def _parse_parameters(values: Mapping[str, Sequence[str]]) -> CredentialOffer | str:
    by_value, by_reference = values.get("credential_offer"), values.get("credential_offer_uri")
    given = by_value or by_reference
    if given is None or (by_value and by_reference) or len(given) != 1:
        message = "exactly one of credential_offer and credential_offer_uri is needed"
        raise MalformedError(message, code="not_an_offer")
    if by_value:
        return parse_credential_offer(parse_json_object(given[0]))
    split_url(given[0])
    return given[0]
