"""Metadata, keys, type metadata: what anybody may read (OpenID4VCI 1.0, section 12.2; RFC 8414)."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import NotFound

from esspass.openid4vci import authorization_server, metadata, signed_metadata
from esspass.web import now, protocol_blueprint
from issuer.endpoints.calls import answer
from issuer.services import services

blueprint = protocol_blueprint("metadata", __name__, cors=True)
_HOUR = "public, max-age=3600"


@blueprint.get(metadata.WELL_KNOWN)
def issuer_metadata() -> Response:
    """Return the issuer metadata: JSON, or signed when the wallet asks for a JWT."""
    publication = services().publication
    accepted = request.accept_mimetypes
    if accepted[signed_metadata.MEDIA_TYPE] > accepted["application/json"]:
        token = publication.signed_issuer_metadata(now())
        response = Response(token, mimetype=signed_metadata.MEDIA_TYPE)
    else:
        response = answer(publication.issuer_metadata)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blueprint.get(authorization_server.WELL_KNOWN)
def authorization_server_metadata() -> Response:
    """Return the authorization server metadata."""
    document = services().publication.authorization_server_metadata
    return answer(document, headers={"Cache-Control": "public, max-age=300"})


@blueprint.get("/jwks")
def jwks() -> Response:
    """Return the public keys."""
    return answer(services().publication.jwks, headers={"Cache-Control": _HOUR})


@blueprint.get("/types/<vct>")
def type_metadata(vct: str) -> Response:
    """Return the type metadata, byte for byte what ``vct#integrity`` is over."""
    known = services().publication.type(vct)
    if known is None:
        raise NotFound
    response = Response(known.metadata_bytes, mimetype="application/json")
    response.headers["Cache-Control"] = _HOUR
    response.set_etag(known.integrity[7:39])
    response.make_conditional(request)
    return response
