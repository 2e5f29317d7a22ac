"""The app that publishes an operator's signed lists: the files of one folder, and nothing else.

The lists are public and signed (TS 119 602), so anybody may fetch them, with any script.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, render_template, request
from flask_babel import lazy_gettext as _

from esspass.web.app import create_web_app
from esspass.web.blueprints import page_blueprint, protocol_blueprint
from esspass.web.environment import read_settings
from esspass.web.settings import WebSettings

MEDIA_TYPES = {".jwt": "application/jwt", ".json": "application/json", ".pem": "text/plain"}
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class ListsConfig:
    """Where the published files lie, and the address they are published at."""

    folder: Path
    base_url: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> ListsConfig:
        """Read LISTS_FOLDER and LISTS_BASE_URL. Raises MalformedError."""
        return read_settings(cls, "LISTS", environ)


def create_app(config: ListsConfig) -> Flask:
    """Make the app; a file added to the folder is served at once."""
    settings = WebSettings(
        base_url=config.base_url,
        secret_key=secrets.token_urlsafe(32),  # nothing is remembered, so nothing needs keeping
        session_cookie="lists",
        service_name=_("Trusted lists"),
    )
    app = create_web_app(__name__, settings)
    app.register_blueprint(_create_index(config.folder))
    app.register_blueprint(_create_files(config.folder))
    return app


def app_from_environ() -> Flask:
    """Make the app that the environment describes."""
    return create_app(ListsConfig.from_environ(os.environ))


def migrate(environ: Mapping[str, str]) -> list[str]:
    """Apply nothing: there is no database. Raises MalformedError for missing settings."""
    ListsConfig.from_environ(environ)
    return []


def _create_index(folder: Path) -> Blueprint:
    blueprint = page_blueprint("lists", __name__)

    @blueprint.get("/")
    def index() -> str:
        paths = sorted(path for path in folder.glob("*") if _is_published(path))
        files = [(path.name, path.stat().st_size, int(path.stat().st_mtime)) for path in paths]
        return render_template("esspass/lists.html", files=files)

    return blueprint


def _create_files(folder: Path) -> Blueprint:
    blueprint = protocol_blueprint("files", __name__, cors=True)

    @blueprint.get("/<name>")
    def fetch(name: str) -> Response:
        path = folder / name
        if not _NAME.fullmatch(name) or not _is_published(path):
            abort(404)
        return _answer(path.read_bytes(), MEDIA_TYPES[path.suffix])

    return blueprint


def _answer(content: bytes, media_type: str) -> Response:
    zipped = request.accept_encodings["gzip"] > 0
    body = gzip.compress(content, mtime=0) if zipped else content
    response = Response(body, content_type=media_type)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _is_published(path: Path) -> bool:
    return path.suffix in MEDIA_TYPES and path.is_file() and not path.is_symlink()
