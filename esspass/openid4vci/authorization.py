"""Authorization requests, pushed (RFC 9126), and the response with ``iss`` (RFC 9207)."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from esspass.errors import MalformedError, ProtocolError, VerificationError
from esspass.jose.jws import parse_json
from esspass.openid4vci.members import is_array, read_object, read_string
from esspass.openid4vci.pkce import parse_code_challenge
from esspass.openid4vci.refusal import refuse_with

DETAILS_TYPE = "openid_credential"
REQUEST_URI_PREFIX = "urn:ietf:params:oauth:request_uri:"
MAX_DETAILS = 20
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a wallet asks the citizen to authorize.

    ``configuration_ids`` come from ``authorization_details``; ``issuer_state`` is untrusted.
    """

    client_id: str
    redirect_uri: str
    code_challenge: str
    scopes: tuple[str, ...] = ()
    configuration_ids: tuple[str, ...] = ()
    state: str | None = None
    issuer_state: str | None = None
    dpop_jkt: str | None = None


def create_authorization_request(request: AuthorizationRequest) -> dict[str, str]:
    """Write the form that a wallet pushes."""
    details = [
        {"type": DETAILS_TYPE, "credential_configuration_id": identifier}
        for identifier in request.configuration_ids
    ]
    form = {
        "response_type": "code",
        "client_id": request.client_id,
        "redirect_uri": request.redirect_uri,
        "code_challenge": request.code_challenge,
        "code_challenge_method": "S256",
        "scope": " ".join(request.scopes),
        "authorization_details": json.dumps(details) if details else "",
        "state": request.state or "",
        "issuer_state": request.issuer_state or "",
        "dpop_jkt": request.dpop_jkt or "",
    }
    return {name: value for name, value in form.items() if value}


def parse_authorization_request(form: Mapping[str, str]) -> AuthorizationRequest:
    """Read a pushed authorization request.

    Raises ProtocolError: ``invalid_request``, ``unsupported_response_type``.
    """
    if "request_uri" in form or "request" in form:
        raise ProtocolError("request_uri and request are not allowed here")
    if form.get("response_type") != "code":
        known = "response_type" in form
        code = "unsupported_response_type" if known else "invalid_request"
        raise ProtocolError("response_type must be code", code=code)
    with refuse_with("invalid_request"):
        return AuthorizationRequest(
            client_id=read_string(form, "client_id"),
            redirect_uri=_redirect_uri(read_string(form, "redirect_uri")),
            code_challenge=parse_code_challenge(form),
            scopes=tuple(dict.fromkeys(form.get("scope", "").split())),
            configuration_ids=parse_authorization_details(form),
            state=form.get("state"),
            issuer_state=form.get("issuer_state"),
            dpop_jkt=_dpop_jkt(form),
        )


def _redirect_uri(text: str) -> str:
    """Absolute, without fragment; a wallet's own scheme is fine, a script is not."""
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise MalformedError("redirect_uri is not a URI") from error
    schemes_that_run = {"javascript", "data", "vbscript", "file", "blob", "about"}
    if not parts.scheme or parts.scheme in schemes_that_run or "#" in text or not text.isascii():
        raise MalformedError("redirect_uri is not allowed")
    if any(ord(character) <= 32 for character in text):
        raise MalformedError("redirect_uri is not allowed")
    return text


def _dpop_jkt(form: Mapping[str, str]) -> str | None:
    value = form.get("dpop_jkt")
    if value is not None and not _THUMBPRINT.fullmatch(value):
        raise MalformedError("dpop_jkt is not a thumbprint")
    return value


def parse_authorization_details(form: Mapping[str, str]) -> tuple[str, ...]:
    """Return the configuration ids asked for in ``authorization_details`` (RFC 9396).

    Raises ProtocolError ``invalid_authorization_details``.
    """
    if not form.get("authorization_details"):
        return ()
    with refuse_with("invalid_authorization_details"):
        details = parse_json(form["authorization_details"])
        if not is_array(details) or not 0 < len(details) <= MAX_DETAILS:
            raise MalformedError("authorization_details must be a non-empty array")
        return tuple(dict.fromkeys(_configuration_id(entry) for entry in details))


def _configuration_id(entry: Any) -> str:
    members = read_object(entry, "authorization_details")
    if members.get("type") != DETAILS_TYPE:
        raise MalformedError("type of authorization_details is not known")
    return read_string(members, "credential_configuration_id")


def create_authorization_response(redirect_uri: str, parameters: Mapping[str, str | None]) -> str:
    """Return where to send the browser: ``redirect_uri`` with the present parameters added."""
    parts = urlsplit(redirect_uri)
    added = urlencode({name: value for name, value in parameters.items() if value is not None})
    query = f"{parts.query}&{added}" if parts.query else added
    return parts._replace(query=query).geturl()


def parse_authorization_response(url: str, *, state: str, issuer: str) -> str:
    """Return the code of the response that a wallet got; ``state`` and ``iss`` must be right.

    Raises VerificationError (``state_mismatch``, ``issuer_mismatch``), MalformedError, and
    ProtocolError with the server's error code when it refused.
    """
    try:
        values = parse_qs(urlsplit(url).query, max_num_fields=32)
    except ValueError as error:
        raise MalformedError("not an authorization response") from error
    response = {name: found[0] for name, found in values.items() if len(found) == 1}
    if not hmac.compare_digest(response.get("state", "").encode(), state.encode()):
        raise VerificationError("state is not the one sent", code="state_mismatch")
    if response.get("iss") != issuer:
        raise VerificationError("iss is another authorization server", code="issuer_mismatch")
    if "error" in response:
        raise ProtocolError("the authorization was refused", code=response["error"][:64])
    return read_string(response, "code")
