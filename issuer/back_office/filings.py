"""Applications as the staff sees them: one table with the status of each, and one application."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from esspass.web.settings import Text
from issuer.back_office.access import may
from issuer.endpoints import apply_texts as texts
from issuer.filing.activities import SEVERAL, read_others
from issuer.filing.checks import Rule, rules
from issuer.filing.filings import FiledPerson, FilingState
from issuer.filing.form import steps
from issuer.renewals import day_of
from issuer.services import services

blueprint = require_sign_in(page_blueprint("back_office_filings", __name__))
PAGE_SIZE = 20
STATES: Mapping[FilingState, tuple[Text, str]] = {
    **texts.STATES,
    FilingState.WAITING: (_("Waits for a clerk"), "unsure"),
}
_STATES = [state for state in FilingState if state not in (FilingState.DRAFT, FilingState.ARRIVED)]


@blueprint.get("/applications")
@blueprint.post("/applications")
def index() -> str:
    """List what was applied for; what is searched for is posted, so it stands in no address."""
    filings = services().filing.filings
    text = request.form.get("q", "").strip()
    asked = request.values.get("state", "")
    state = FilingState(asked) if asked in _STATES else None
    number = max(1, request.values.get("page", 1, type=int))
    return render_template(
        "back_office/filings.html", page=filings.search(text, state, number, PAGE_SIZE),
        text=text, state=state, all_states=_STATES, states=STATES, forms=texts.FORMS,
        waiting=filings.count_waiting(),
        answered=[filings.get(each) for each in services().filing.enquiries.unread()],
    )  # fmt: skip


@blueprint.get("/applications/<filing_id>")
def show(filing_id: str) -> str:
    """Show an application: the answers, the persons, and why a clerk was asked."""
    desk = services().filing
    filing = desk.filings.get(filing_id)
    applicant = desk.applicants.get(filing.applicant_id)
    if may("filing_enquiries.ask"):
        desk.enquiries.mark_read(filing, now())
    page = desk.filings.persons_page(filing, max(1, request.args.get("page", 1, type=int)))
    return render_template(
        "back_office/filing.html", filing=filing, applicant=applicant,
        page=page, persons=page.persons, states=STATES, forms=texts.FORMS,
        steps=[step for step in steps(filing.form, filing.answers) if step.id != "workers"],
        title_of=texts.step_title, value_of=texts.describe_answer, locale=str(get_locale()),
        others=read_others(filing.answers), is_regular=filing.answers.get("work") in SEVERAL,
        own_country=services().config.country, posted_to=texts.posted_to,
        counted=desk.filings.count_states(filing), reasons=_reasons,
        needs_mandate=desk.needs_mandate(filing),
        enquiries=desk.enquiries.of(filing), today=day_of(now()),
        corrections=desk.corrector.corrections.of(filing), change=texts.describe_change,
    )  # fmt: skip


def _reasons(person: FiledPerson) -> list[tuple[str, str, str]]:
    """Return id, sentence and legal source of the rules that asked for a clerk."""
    locale = str(get_locale())
    found: list[Rule] = [rules()[name] for name in person.obstacles if name in rules()]
    return [(rule.id, rule.text(locale), rule.source) for rule in found]


@blueprint.post("/applications/<filing_id>/mandate")
def confirm_mandate(filing_id: str) -> Response:
    """Note that the applicant may act for the employer: from now on for all applications."""
    desk = services().filing
    filing = desk.filings.get(filing_id)
    if desk.needs_mandate(filing):
        granted = desk.confirm_representative(filing, now(), signed_in_user().name)
        told = ngettext("%(num)s document was granted.", "%(num)s documents were granted.", granted)
        flash(f"{gettext('Noted: this person may act for this employer.')} {told}", "success")
    return redirect(url_for("back_office_filings.show", filing_id=filing.id), 303)
