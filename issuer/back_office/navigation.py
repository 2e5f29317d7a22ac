"""The back office's sections: few that people know, each with its pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as _

from esspass.web.settings import Text
from issuer.back_office.access import current_member, may
from issuer.back_office.routes import OVERSIGHT
from issuer.staff import Role

_PASSKEYS = "passkeys.manage"


@dataclass(frozen=True, slots=True)
class Page:
    """A page in the navigation; ``also`` are further paths under which its parts stand.

    ``roles`` are those who are led to a page that everybody may read.
    """

    route: str
    title: Text
    also: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset()

    def is_open_to_reader(self) -> bool:
        """Say whether who is signed in may call it. Whom a provider signs in has no passkeys."""
        member = current_member()
        if member is not None and member.role in self.roles:
            return True
        if self.route == _PASSKEYS and member is not None and member.provider:
            return False
        return may(self.route)

    def holds_request(self) -> bool:
        """Say whether the page that is asked for is this one or a part of it."""
        paths = (url_for(self.route), *self.also)
        return any(request.path == path or request.path.startswith(f"{path}/") for path in paths)


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together."""

    title: Text
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class OpenSection:
    """A section as the reader sees it: the pages that are open to them."""

    title: Text
    pages: tuple[Page, ...]
    active: bool

    @property
    def href(self) -> str:
        """The address of its first page."""
        return url_for(self.pages[0].route)


SECTIONS = (
    Section(_("Start"), (Page("office.index", _("Start")),)),
    Section(_("Tasks"), (Page("cases.tasks", _("Tasks")),)),
    Section(
        _("Documents"),
        (
            Page("decisions.index", _("Decisions")),
            Page("back_office_filings.index", _("Applications")),
            Page("filing_enquiries.mandates", _("Mandates")),
            Page("second_looks.index", _("Second looks")),
            Page("back_office_renewals.index", _("Renewals")),
            Page("back_office_replacements.index", _("Replacement certificates")),
        ),
    ),
    Section(
        _("Abroad"),
        (
            Page("cases.index", _("Cases")),
            Page("drafts.index", _("Drafts")),
            Page("failures.index", _("Failed messages")),
            Page("incoming.index", _("Incoming documents")),
            Page("back_office_doubts.index", _("Doubts"), ("/dialogues",)),
            Page("stays.index", _("Certificates from abroad")),
        ),
    ),
    Section(
        _("Office"),
        (
            Page("statistics.show", _("Statistics")),
            Page("back_office_loads.index", _("Load records")),
            Page("staff.index", _("Staff")),
            Page("staff.access_log", _("Who saw what")),
            Page("api_docs.show", _("Programming interface"), roles=OVERSIGHT),
            Page(_PASSKEYS, _("My passkeys")),
        ),
    ),
)


def open_sections() -> list[OpenSection]:
    """Return the sections of who is signed in; none for others."""
    found = []
    for section in SECTIONS:
        pages = tuple(page for page in section.pages if page.is_open_to_reader())
        if pages:
            active = any(page.holds_request() for page in pages)
            found.append(OpenSection(section.title, pages, active))
    return found
