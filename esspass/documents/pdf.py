"""From a page to a sealed file: tagged PDF/UA-1 with embedded fonts, the code, the credential.

WeasyPrint lays the page out; it sees the files listed here and nothing else, no network. But for
the fonts this is a pure function, and but for the seal its result depends on its arguments alone.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

import segno

from esspass.documents.languages import choose_languages
from esspass.documents.model import AttachedCredential, PaperDocument
from esspass.documents.page import render_page
from esspass.documents.seal import Seal, seal_pdf
from esspass.documents.typeface import create_font_faces, read_font
from esspass.errors import MalformedError, UnavailableError

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

MAX_QR_VERSION = 22
_PANGO = (
    "PDF files need Pango and HarfBuzz: install the Debian packages libpango-1.0-0,"
    " libpangoft2-1.0-0 and libharfbuzz-subset0"
)


def create_pdf(
    document: PaperDocument,
    *,
    locale: str,
    second_locale: str | None,
    seal: Seal,
    core_text: str | None,
    credential: AttachedCredential,
    now: int,
) -> bytes:
    """Make the paper: ``core_text``, if any, goes into the QR code, ``credential`` is attached.

    ``locale`` is the language of issue, ``second_locale`` that of the authority abroad; ``now`` is
    epoch seconds. Raises MalformedError ``unknown_language`` and ``too_large``,
    UnavailableError ``pdf_unavailable`` and ``no_time_stamp``.
    """
    languages = choose_languages(locale, second_locale)
    code = b"" if core_text is None else create_code(core_text)
    html = render_page(document, languages, now)
    return seal_pdf(_write_pdf(html, code, credential, now), seal, now)


def create_code(core_text: str) -> bytes:
    """Draw the QR code as SVG: level M, at most version 22, four modules of quiet zone.

    Raises MalformedError ``too_large``.
    """
    try:
        code = segno.make_qr(core_text, error="m", boost_error=False)
    except segno.DataOverflowError as error:
        raise _too_long() from error
    if int(code.version) > MAX_QR_VERSION:
        raise _too_long()
    picture = io.BytesIO()
    code.save(picture, kind="svg", border=4, light="#fff", omitsize=True, xmldecl=False)
    return picture.getvalue()


def _write_pdf(html: str, code: bytes, credential: AttachedCredential, now: int) -> bytes:
    try:
        from weasyprint import HTML, Attachment
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        from esspass.documents.finishing import finish_pdf
    except OSError as error:  # Pango is loaded by the import
        raise UnavailableError(_PANGO, code="pdf_unavailable") from error

    class Shelf(URLFetcher):  # type: ignore[misc]
        """Hands out what a page is made of, and refuses every other address."""

        def fetch(self, url: str, _headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            content, media_type = _find_part(url.removeprefix("paper:"), code)
            return URLFetcherResponse(url, content, {"Content-Type": media_type})

    made_at = datetime.fromtimestamp(now, UTC)
    attachment = Attachment(
        string=credential.content, name=credential.name, description=credential.media_type,
        created=made_at, modified=made_at,
    )  # fmt: skip
    page = HTML(string=html, url_fetcher=Shelf())
    written = page.write_pdf(
        finisher=finish_pdf, pdf_variant="pdf/ua-1", uncompressed_pdf=True,
        attachments=[attachment], pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
    )  # fmt: skip
    return bytes(written)


def _find_part(name: str, code: bytes) -> tuple[bytes, str]:
    if name == "core.svg":
        return code, "image/svg+xml"
    if name == "paper.css":
        style = files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
        return f"{create_font_faces()}\n{style}".encode(), "text/css"
    return read_font(name), "font/ttf"


def _too_long() -> MalformedError:
    return MalformedError("the core data do not fit the QR code", code="too_large")
