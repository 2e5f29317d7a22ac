"""The scan page: an installable page that checks documents with and without a network.

The server gives the shell, the engine and the signed sources; decisions are made in the browser.
A service worker keeps all of that, so nothing in it is about a person: who is signed in stands in
``/scan/session.json``, which no cache holds.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.x509.oid import NameOID
from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import force_locale
from werkzeug.exceptions import NotFound

import esspass.web
from esspass.attestations import iso_country
from esspass.web import LOCALES, now, page_blueprint
from esspass.web.csrf import csrf_token
from esspass.web.languages import languages, select_locale
from esspass.web.passkeys import current_session, login_required, signed_in_user
from verifier.decision_specs import create_decision_specs
from verifier.scan_files import StaticFiles, create_digest
from verifier.scan_page import create_page_data
from verifier.service import Verifier

PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self';"
    " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types esspass-scan"
)
"""WebAssembly for the reader of codes, and one named policy that admits the service worker."""
PERMISSIONS = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), display-capture=()"
_ICONS = ((192, "any"), (512, "any"), (512, "maskable"))
_OWN = Path(__file__).parent / "static"
_KERNEL = Path(esspass.web.__file__).parent / "static"

CreateSources = Callable[[int], Mapping[str, Any]]


def create_scan_blueprint(verifier: Verifier, create_sources: CreateSources) -> Blueprint:
    """Make the blueprint; every address needs a signed-in member of staff.

    ``create_sources`` gives what the engine decides with, as known at a time.
    """
    pages = _Pages(verifier, create_sources, StaticFiles(_OWN, _KERNEL))
    blueprint = page_blueprint("scan", __name__)
    for address, view in (
        ("/scan", pages.page),
        ("/scan/shell/<locale>", pages.shell),
        ("/scan/sw.js", pages.worker),
        ("/scan/precache.json", pages.precache),
        ("/scan/manifest.webmanifest", pages.manifest),
        ("/scan/session.json", pages.session),
        ("/scan/sources.json", pages.sources),
        ("/scan/specs.json", pages.specs),
    ):
        blueprint.add_url_rule(address, view.__name__, login_required(view))
    return blueprint


@dataclass(frozen=True, slots=True)
class _Pages:
    verifier: Verifier
    create_sources: CreateSources
    files: StaticFiles

    def page(self) -> Response:
        return self._answer_page(select_locale())

    def shell(self, locale: str) -> Response:
        if locale not in LOCALES:
            raise NotFound
        return self._answer_page(locale)

    def worker(self) -> Response:
        """The version is the digest of all files, so that any change makes a new worker."""
        script = (_OWN / "scan" / "sw.js").read_text(encoding="utf-8")
        version = create_digest(json.dumps(self._digests()).encode())[:16]
        known = f'const VERSION = "{version}";\nconst LANGUAGES = {json.dumps(LOCALES)};\n'
        response = Response(known + script, mimetype="text/javascript")
        response.headers["Service-Worker-Allowed"] = "/scan"
        return _revalidate(response)

    def precache(self) -> Response:
        return _revalidate(jsonify(files=self._digests()))

    def manifest(self) -> Response:
        return _pack(Response(self._manifest(), mimetype="application/manifest+json"))

    def session(self) -> Response:
        session, user = current_session(), signed_in_user()
        assert session is not None  # somebody is signed in
        config = self.verifier.config
        return jsonify(
            user=user.id,
            until=session.expires_at,
            now=now(),
            csrf=csrf_token(),
            verifier={"name": self._organization(), "id": config.identifier or config.base_url},
        )

    def sources(self) -> Response:
        return _pack(_json(self.create_sources(now())))

    def specs(self) -> Response:
        return _pack(_json(create_decision_specs()))

    def _answer_page(self, locale: str) -> Response:
        response = Response(self._render(locale), mimetype="text/html")
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        response.headers["Permissions-Policy"] = PERMISSIONS
        return _revalidate(response)

    def _render(self, locale: str) -> str:
        country = iso_country(self._subject(NameOID.COUNTRY_NAME))
        with force_locale(locale):
            data = create_page_data(locale, country, self._most_hours())
            return render_template(
                "scan/page.html",
                locale=locale,
                languages=languages(),
                page=data,
                texts=data["texts"],
            )

    def _most_hours(self) -> int:
        return self.verifier.config.verdict_retention // 3600

    def _manifest(self) -> bytes:
        body = {
            "id": "/scan", "start_url": "/scan", "scope": "/scan", "display": "standalone",
            "name": "ESSPASS Scan", "short_name": "ESSPASS", "lang": LOCALES[0],
            "background_color": "#f3f6fb", "theme_color": "#0b2447",
            "icons": [_describe_icon(size, purpose) for size, purpose in _ICONS],
        }  # fmt: skip
        return json.dumps(body, indent=1).encode()

    def _digests(self) -> dict[str, str]:
        """Return every address that the page needs without a network, and its SHA-256."""
        shells = {f"/scan/shell/{each}": self._render(each).encode() for each in LOCALES}
        specs = _json(create_decision_specs()).get_data()
        made = {
            **shells, "/scan/manifest.webmanifest": self._manifest(), "/scan/specs.json": specs,
        }  # fmt: skip
        return {
            **{name: create_digest(data) for name, data in made.items()},
            **self.files.digests(),
        }

    def _organization(self) -> str:
        return self._subject(NameOID.ORGANIZATION_NAME)

    def _subject(self, oid: Any) -> str:
        subject = self.verifier.relying_party.access_signer.certificates[0].subject
        return next((str(each.value) for each in subject.get_attributes_for_oid(oid)), "")


def _describe_icon(size: int, purpose: str) -> dict[str, str]:
    name = f"icon-{'maskable' if purpose == 'maskable' else size}.png"
    return {
        "src": f"/static/scan/{name}",
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


def _json(value: Mapping[str, Any]) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/json")


def _revalidate(response: Response) -> Response:
    """Let the browser keep a copy that it asks about each time."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _pack(response: Response) -> Response:
    """Compress for who can read it; each form has an entity tag of its own (RFC 9110, 8.8.3.3)."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip"):
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.content_encoding = "gzip"
    return _revalidate(response)
