"""Calls on conditions: once (``Idempotency-Key``), and only as it was seen (``If-Match``).

ETags: RFC 9110, sections 8.8.3 and 13.1.1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Response, current_app, g, request

from esspass.errors import ProtocolError
from esspass.keys.jwk import encode_base64url
from esspass.web import now
from issuer.api.answers import Answer, NamedCall
from issuer.api.clients import Caller
from issuer.services import services

KEY_HEADER, REPLAYED_HEADER = "Idempotency-Key", "Idempotency-Replayed"
MAX_KEY = 200
View = Callable[..., Any]
_EACH_TIME = ("/check", "/token")


def can_be_named(path: str) -> bool:
    """Say whether a call that changes something can be named: not a search, a check or a token.

    A check asks other servers, which no transaction waits for.
    """
    return "/search/" not in path and not path.endswith(_EACH_TIME)


def carry_out_once(view: View) -> View:
    """Make a view that the same key calls once; without a key it is called each time."""

    @wraps(view)
    def call(**arguments: Any) -> Any:
        name = request.headers.get(KEY_HEADER)
        if name is None:
            return view(**arguments)
        if not 0 < len(name) <= MAX_KEY or not all("!" <= char <= "~" for char in name):
            raise ProtocolError("a key is 1 to 200 visible characters", code="bad_idempotency_key")
        return _replay(name, lambda: current_app.make_response(view(**arguments)))

    return call


def _replay(name: str, make: Callable[[], Response]) -> Response:
    caller: Caller = g.api_caller
    body = hashlib.sha256(request.get_data()).hexdigest()
    asked = f"{request.method} {request.path} {body}"
    services().view(now())  # so that no list is fetched while the transaction is open
    named = NamedCall(caller.client.id, name, asked)
    fresh: list[Response] = []

    def work() -> Answer:
        fresh.append(make())
        return Answer(fresh[0].status_code, fresh[0].get_data())

    answer, was_before = services().api.answers.once(named, work, now())
    if not was_before:
        return fresh[0]
    response = Response(answer.body, answer.status, content_type="application/json")
    response.headers[REPLAYED_HEADER] = "true"
    return response


def create_etag(shown: Mapping[str, Any]) -> str:
    """Return the strong entity tag of what a program is shown."""
    text = json.dumps(shown, sort_keys=True, default=str)
    return f'"{encode_base64url(hashlib.sha256(text.encode()).digest()[:18])}"'


def verify_match(read: Callable[[], Mapping[str, Any]]) -> None:
    """Hold ``If-Match`` against what stands there now; call it in the transaction of the change.

    Raises ProtocolError 412 ``changed_meanwhile``.
    """
    if "If-Match" not in request.headers:
        return
    current = create_etag(read()).strip('"')
    if not (request.if_match.star_tag or request.if_match.contains(current)):
        raise ProtocolError(
            "it was changed since it was read", code="changed_meanwhile", status=412
        )
