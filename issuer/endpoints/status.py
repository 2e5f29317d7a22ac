"""Status lists and their aggregation (Token Status List, sections 8 and 9.3).

Whole lists only, for anybody, cacheable: no address tells which credential somebody looks at.
"""

from __future__ import annotations

import gzip
import hashlib

from flask import Response, request
from werkzeug import exceptions

from esspass.statuslist import MEDIA_TYPE
from esspass.web import now, protocol_blueprint
from issuer.endpoints.calls import answer
from issuer.services import services

blueprint = protocol_blueprint("status", __name__, cors=True)


@blueprint.get("/status/<int:list_id>")
def status_list(list_id: int) -> Response:
    """Return a status list token; past lists (``?time=``) are not kept (section 8.4)."""
    if "time" in request.args:
        raise exceptions.NotImplemented
    token = services().publication.status_list_token(list_id, now())
    if token is None:
        raise exceptions.NotFound
    body, encoding = token.encode(), request.accept_encodings["gzip"]
    response = Response(gzip.compress(body, 6) if encoding else body, mimetype=MEDIA_TYPE)
    if encoding:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={services().config.status_ttl}"
    tag = hashlib.sha256(body).hexdigest()[:32]
    response.set_etag(f"{tag}-gzip" if encoding else tag)
    response.make_conditional(request)
    return response


@blueprint.get("/status-lists")
def status_lists() -> Response:
    """Return the addresses of all lists, so that a verifier may fetch them beforehand."""
    uris = services().publication.status_list_uris()
    return answer({"status_lists": uris}, headers={"Cache-Control": "public, max-age=300"})
