"""The words for roles, grounds and the lines of the log."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web.settings import Text
from issuer.access_log import RECOVERED, RECOVERY_LINK, Access, Ground
from issuer.back_office.routes import ACCESS
from issuer.staff import Role

ROLES: Mapping[Role, tuple[Text, Text]] = {
    Role.SUPERVISOR: (_("Supervisor"), _("Everything, and who works here in which role")),
    Role.APPROVER: (
        _("Approver"),
        _("The work of a clerk, and the second look at risky decisions"),
    ),
    Role.CLERK: (_("Clerk"), _("Decides, offers, prints and withdraws documents")),
    Role.AUDITOR: (_("Auditor"), _("Reads everything, changes nothing, sees who saw what")),
}
GROUNDS: Mapping[Ground, Text] = {
    Ground.DECISION: _("Work on documents (Reg. 987/2009, Articles 5 and 19)"),
    Ground.EXCHANGE: _("Exchange with institutions (Reg. 883/2004, Article 76)"),
    Ground.OVERSIGHT: _("Oversight (GDPR, Article 5(2))"),
    Ground.ADMINISTRATION: _("Administration of access (GDPR, Article 32)"),
}

_NO_ROUTES: Mapping[str, Text] = {
    RECOVERY_LINK: _("A link for a new passkey was made by command"),
    RECOVERED: _("Set up a new passkey with such a link"),
}


def describe_access(access: Access) -> Text:
    """Return what somebody did, in words; a route that is no more says its name."""
    known = ACCESS.get(access.route)
    return known.words if known else _NO_ROUTES.get(access.route, access.route)


def is_decision(access: Access) -> bool:
    """Say whether the identifier of a look is that of a decision."""
    parts = ("decisions", "withdrawal", "back_office_offers", "back_office_paper")
    return bool(access.subject) and access.route.partition(".")[0] in parts
