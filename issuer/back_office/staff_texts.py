"""The words for roles, grounds and the routes of the log."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from esspass.web.settings import Text
from issuer.access_log import Access, Ground
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
_ROUTES: Mapping[str, Text] = {
    "decisions.index": _("Looked through decisions"),
    "decisions.show": _("Read a decision"),
    "decisions.hold": _("Put a decision on hold"),
    "decisions.suspend": _("Suspended a document"),
    "decisions.reinstate": _("Put a document back in force"),
    "decisions.approve": _("Approved a decision"),
    "decisions.refuse": _("Refused a decision"),
    "withdrawal.form": _("Prepared a withdrawal"),
    "withdrawal.review": _("Prepared a withdrawal"),
    "withdrawal.confirm": _("Withdrew a document"),
    "back_office_offers.new": _("Prepared an offer"),
    "back_office_offers.create": _("Made an offer"),
    "back_office_offers.show": _("Read an offer"),
    "back_office_offers.cancel": _("Cancelled an offer"),
    "back_office_paper.form": _("Prepared a paper"),
    "back_office_paper.pdf": _("Made a paper"),
    "back_office_applications.acknowledge": _("Made a proof of application"),
    "back_office_renewals.index": _("Read the requests for renewal"),
    "back_office_renewals.grant": _("Granted a renewal"),
    "back_office_renewals.decline": _("Declined a renewal"),
    "back_office_replacements.index": _("Read the replacement certificates"),
    "back_office_replacements.deliver": _("Sent replacement certificates again"),
    "second_looks.index": _("Read what waits for a second person"),
    "second_looks.accept": _("Agreed as second person"),
    "second_looks.decline": _("Sent a proposal back"),
    "cases.index": _("Looked through cases"),
    "cases.show": _("Read a case"),
    "cases.tasks": _("Read the tasks"),
    "cases.attachment": _("Opened a file of a case"),
    "cases.close": _("Closed a case here"),
    "cases.done": _("Ticked a task off"),
    "case_forms.new": _("Began a case"),
    "case_forms.start": _("Began a case"),
    "case_forms.write": _("Wrote a message"),
    "statistics.show": _("Read the statistics"),
    "statistics.as_csv": _("Took the statistics"),
    "statistics.as_json": _("Took the statistics"),
    "statistics.signed": _("Took the signed return"),
    "staff.index": _("Read who works here"),
    "staff.invite": _("Invited a colleague"),
    "staff.give_role": _("Gave a role"),
    "staff.remove": _("Ended an access"),
    "staff.readmit": _("Let somebody in again"),
    "staff.access_log": _("Read who saw what"),
}


def describe_access(access: Access) -> Text:
    """Return what somebody did, in words; a route without words says its name."""
    return _ROUTES.get(access.route, access.route)


def is_decision(access: Access) -> bool:
    """Say whether the identifier of a look is that of a decision."""
    parts = ("decisions", "withdrawal", "back_office_offers", "back_office_paper")
    return bool(access.subject) and access.route.partition(".")[0] in parts
