"""Pictures of issuers on our pages: from our own origin, as images that can do nothing."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response
from flask_babel import gettext

from esspass.errors import ProtocolError
from esspass.web import page_blueprint
from esspass.web.passkeys import require_sign_in
from wallet.pages.access import holder_id, locale
from wallet.pages.access import the_wallet as wallet

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def create_pictures_blueprint() -> Blueprint:
    """Make the blueprint of pictures; each belongs to one signed-in citizen."""
    blueprint = require_sign_in(page_blueprint("pictures", __name__))
    blueprint.add_url_rule("/pictures/<owner_id>/<name>", "picture", picture)
    return blueprint


def picture(owner_id: str, name: str) -> Response:
    """Serve one picture; opened by itself it is still sandboxed and reaches nothing."""
    image = wallet().pictures.get(holder_id(), owner_id, name)
    if image is None:
        raise ProtocolError("there is no such picture here", code="not_found", status=404)
    response = Response(image.body, content_type=image.media_type)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def find_pictures(owner_id: str, fallback: str) -> dict[str, tuple[str, str]]:
    """Return address and words of each picture by name; ``fallback`` is whose they are."""
    kept = wallet().pictures.of_owner(holder_id(), owner_id)
    return {
        name: (f"/pictures/{owner_id}/{name}", _words(alts, fallback))
        for name, alts in kept.items()
    }


def _words(alts: Mapping[str, str], fallback: str) -> str:
    """What a picture shows, in the citizen's language or English; else whose it is."""
    words = alts.get(locale()) or alts.get("en")
    return words or gettext("Picture of %(name)s", name=fallback)
