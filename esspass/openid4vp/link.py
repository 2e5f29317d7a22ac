"""The link or QR code that invokes a wallet (OpenID4VP 1.0, sections 5 and 9; RFC 9101).

It carries no parameter of the request but who asks and where the signed request is; the HAIP
profile needs no other form.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from esspass.errors import MalformedError, ProtocolError

SCHEMES = frozenset({"openid4vp", "haip-vp", "eu-eaap"})
MAX_LENGTH = 4096
METHODS = ("get", "post")


@dataclass(frozen=True, slots=True)
class RequestLink:
    """Who asks, and where its request object is fetched by which method."""

    client_id: str
    request_uri: str
    request_uri_method: str = "get"


def create_request_link(link: RequestLink, base: str = "openid4vp://") -> str:
    """Write the link; ``base`` is a scheme, or the address of a web wallet."""
    parameters = {"client_id": link.client_id, "request_uri": link.request_uri}
    if link.request_uri_method != "get":
        parameters["request_uri_method"] = link.request_uri_method
    return f"{base}?{urlencode(parameters)}"


def parse_request_link(text: str, web_wallet: str | None = None) -> RequestLink:
    """Read a link of a known scheme, or one to ``web_wallet`` (an address without query).

    Raises MalformedError (``unknown_scheme`` for anything else a QR code may hold) or
    ProtocolError.
    """
    if len(text) > MAX_LENGTH or not text.isascii() or not text.isprintable():
        raise MalformedError("not a link, or too long")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise MalformedError("not a link") from error
    at_web_wallet = web_wallet is not None and text.partition("?")[0] == web_wallet
    if parts.scheme not in SCHEMES and not at_web_wallet:
        raise MalformedError("not a request for credentials", code="unknown_scheme")
    return parse_request_query(parts.query)


def parse_request_query(query: str) -> RequestLink:
    """Read the query of a link. Raises ProtocolError."""
    pairs = parse_qsl(query, keep_blank_values=True)
    parameters = dict(pairs)
    if len(parameters) < len(pairs):
        raise ProtocolError("a parameter appears twice")
    if not parameters.get("client_id") or not parameters.get("request_uri"):
        raise ProtocolError("client_id and request_uri are needed")
    if "request" in parameters:
        raise ProtocolError("request and request_uri exclude each other")
    method = parameters.get("request_uri_method", "get")
    if method not in METHODS:
        message = "request_uri_method is get or post"
        raise ProtocolError(message, code="invalid_request_uri_method")
    return RequestLink(parameters["client_id"], parameters["request_uri"], method)
