"""Every route of the back office: which roles may call it, on which ground, what the log says.

A route that does not stand here is closed to all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from esspass.web.settings import Text
from issuer.access_log import Ground
from issuer.four_eyes import SECOND
from issuer.staff import Role

EVERYBODY = frozenset(Role)
WORK = frozenset({Role.SUPERVISOR, Role.APPROVER, Role.CLERK})
LEAD = frozenset({Role.SUPERVISOR})
OVERSIGHT = frozenset({Role.SUPERVISOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route; ``words`` tell in the log what was done."""

    roles: frozenset[Role]
    words: Text


OWN_ACCOUNT = frozenset(
    {
        "passkeys.manage",
        "passkeys.rename",
        "passkeys.remove",
        "passkeys.begin_confirmation",
        "passkeys.finish_confirmation",
    }
)
"""Everybody's own passkeys; they are not logged."""
_DECISION: Mapping[str, Access] = {
    "decisions.index": Access(EVERYBODY, _("Looked through decisions")),
    "decisions.show": Access(EVERYBODY, _("Read a decision")),
    "decisions.note_sector": Access(WORK, _("Noted the sector of an employer")),
    "decisions.hold": Access(WORK, _("Put a decision on hold")),
    "decisions.suspend": Access(WORK, _("Suspended a document")),
    "decisions.reinstate": Access(WORK, _("Put a document back in force")),
    "decisions.approve": Access(WORK, _("Approved a decision")),
    "decisions.refuse": Access(WORK, _("Refused a decision")),
    "withdrawal.form": Access(WORK, _("Prepared a withdrawal")),
    "withdrawal.review": Access(WORK, _("Prepared a withdrawal")),
    "withdrawal.confirm": Access(WORK, _("Withdrew a document")),
    "amending.edit": Access(WORK, _("Prepared a change")),
    "amending.review": Access(WORK, _("Prepared a change")),
    "amending.confirm": Access(WORK, _("Changed a decision")),
    "back_office_offers.new": Access(WORK, _("Prepared an offer")),
    "back_office_offers.create": Access(WORK, _("Made an offer")),
    "back_office_offers.show": Access(WORK, _("Read an offer")),
    "back_office_offers.cancel": Access(WORK, _("Cancelled an offer")),
    "back_office_paper.form": Access(WORK, _("Prepared a paper")),
    "back_office_paper.pdf": Access(WORK, _("Made a paper")),
    "back_office_applications.acknowledge": Access(WORK, _("Made a proof of application")),
    "back_office_renewals.index": Access(EVERYBODY, _("Read the requests for renewal")),
    "back_office_renewals.grant": Access(WORK, _("Granted a renewal")),
    "back_office_renewals.decline": Access(WORK, _("Declined a renewal")),
    "back_office_replacements.index": Access(EVERYBODY, _("Read the replacement certificates")),
    "back_office_replacements.deliver": Access(WORK, _("Sent replacement certificates again")),
    "second_looks.index": Access(EVERYBODY, _("Read what waits for a second person")),
    "second_looks.accept": Access(SECOND, _("Agreed as second person")),
    "second_looks.decline": Access(WORK, _("Sent a proposal back")),
    "back_office_filings.index": Access(EVERYBODY, _("Looked through applications")),
    "back_office_filings.show": Access(EVERYBODY, _("Read an application")),
    "back_office_filings.confirm_mandate": Access(WORK, _("Confirmed a mandate")),
    "filing_corrections.answers": Access(WORK, _("Prepared to put an application right")),
    "filing_corrections.save_answers": Access(WORK, _("Put an application right")),
    "filing_corrections.worker": Access(WORK, _("Prepared to put an application right")),
    "filing_corrections.save_worker": Access(WORK, _("Put an application right")),
    "filing_corrections.state": Access(WORK, _("Prepared to put an application right")),
    "filing_corrections.save_state": Access(WORK, _("Put an application right")),
    "filing_enquiries.new": Access(WORK, _("Prepared a question to an applicant")),
    "filing_enquiries.ask": Access(WORK, _("Asked an applicant")),
    "filing_enquiries.attachment": Access(EVERYBODY, _("Read what an applicant sent")),
    "filing_enquiries.mandates": Access(EVERYBODY, _("Read who may act for employers")),
    "filing_enquiries.end_mandate": Access(WORK, _("Ended a mandate")),
    "back_office_loads.index": Access(EVERYBODY, _("Read about loads of records")),
    "back_office_loads.show": Access(EVERYBODY, _("Read about loads of records")),
    "back_office_loads.progress": Access(EVERYBODY, _("Read about loads of records")),
    "back_office_loads.errors": Access(EVERYBODY, _("Read about loads of records")),
    "back_office_loads.template": Access(EVERYBODY, _("Read about loads of records")),
    "back_office_loads.create": Access(WORK, _("Loaded records")),
    "back_office_loads.fetch": Access(WORK, _("Loaded records")),
    "back_office_loads.start": Access(SECOND, _("Loaded records")),
    "back_office_loads.step": Access(WORK, _("Loaded records")),
    "back_office_loads.discard": Access(WORK, _("Loaded records")),
}
_EXCHANGE: Mapping[str, Access] = {
    "cases.index": Access(EVERYBODY, _("Looked through cases")),
    "cases.show": Access(EVERYBODY, _("Read a case")),
    "cases.printout": Access(EVERYBODY, _("Printed a case")),
    "cases.attachment": Access(EVERYBODY, _("Opened a file of a case")),
    "cases.close": Access(WORK, _("Closed a case")),
    "cases.again": Access(WORK, _("Had a message delivered again")),
    "cases.tasks": Access(EVERYBODY, _("Read the tasks")),
    "cases.done": Access(WORK, _("Finished a task")),
    "case_forms.new": Access(WORK, _("Began a case")),
    "case_forms.start": Access(WORK, _("Began a case")),
    "case_forms.write": Access(WORK, _("Wrote a message")),
    "drafts.index": Access(WORK, _("Looked through drafts")),
    "drafts.show": Access(WORK, _("Read a draft")),
    "drafts.attachment": Access(WORK, _("Read a draft")),
    "drafts.send": Access(WORK, _("Sent a message")),
    "drafts.propose": Access(WORK, _("Put a message before a second person")),
    "drafts.approve": Access(SECOND, _("Agreed to a message, and sent it")),
    "drafts.send_back": Access(SECOND, _("Sent a draft back")),
    "drafts.discard": Access(WORK, _("Threw a draft away")),
    "failures.index": Access(EVERYBODY, _("Read which messages failed")),
    "failures.again": Access(WORK, _("Had a message delivered again")),
    "failures.settle": Access(WORK, _("Gave a message up")),
    "failures.see": Access(WORK, _("Noted a refused message")),
    "incoming.index": Access(EVERYBODY, _("Looked through documents from abroad")),
    "incoming.show": Access(EVERYBODY, _("Read a document from abroad")),
    "incoming.check": Access(WORK, _("Checked a document from abroad again")),
    "choosing.form": Access(WORK, _("Chose whom to tell")),
    "choosing.choose": Access(WORK, _("Chose whom to tell")),
    "stays.index": Access(EVERYBODY, _("Read the requests for certificates")),
    "stays.new": Access(WORK, _("Asked for a certificate abroad")),
    "stays.create": Access(WORK, _("Asked for a certificate abroad")),
    "back_office_doubts.index": Access(EVERYBODY, _("Read doubts")),
    "back_office_doubts.show": Access(EVERYBODY, _("Read doubts")),
    "back_office_doubts.evidence": Access(EVERYBODY, _("Opened the evidence of a doubt")),
    "back_office_doubts.dialogue": Access(EVERYBODY, _("Read a dialogue")),
    "back_office_doubts.ask": Access(WORK, _("Put a doubt to the institution abroad")),
    "back_office_doubts.set_aside": Access(WORK, _("Set a doubt aside")),
}
_ADMINISTRATION: Mapping[str, Access] = {
    "office.index": Access(EVERYBODY, _("Looked at what waits")),
    "statistics.show": Access(EVERYBODY, _("Read the statistics")),
    "statistics.as_csv": Access(EVERYBODY, _("Took the statistics")),
    "statistics.as_json": Access(EVERYBODY, _("Took the statistics")),
    "statistics.signed": Access(LEAD, _("Took the signed return")),
    "staff.index": Access(OVERSIGHT, _("Read who works here")),
    "staff.invite": Access(LEAD, _("Invited a colleague")),
    "staff.give_role": Access(LEAD, _("Gave a role")),
    "staff.remove": Access(LEAD, _("Ended an access")),
    "staff.readmit": Access(LEAD, _("Let somebody in again")),
    "staff.access_log": Access(OVERSIGHT, _("Read who saw what")),
}
GROUNDS: Mapping[Ground, Mapping[str, Access]] = {
    Ground.DECISION: _DECISION,
    Ground.EXCHANGE: _EXCHANGE,
    Ground.ADMINISTRATION: _ADMINISTRATION,
}
ACCESS: Mapping[str, Access] = {**_DECISION, **_EXCHANGE, **_ADMINISTRATION}


def ground_of(route: str) -> Ground:
    """Return the ground on which a route of the table may be called."""
    return next(ground for ground, routes in GROUNDS.items() if route in routes)
