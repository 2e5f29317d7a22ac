"""What waits for a second person: what is proposed, why it is risky, agree or send back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from issuer.back_office import texts
from issuer.back_office.access import signed_in_member
from issuer.back_office.decisions import name_of
from issuer.risk import Risk, risk_rules
from issuer.services import services

blueprint = require_sign_in(page_blueprint("second_looks", __name__))


@blueprint.get("/second-looks")
def index() -> str:
    """List what waits, the oldest first."""
    return render_template(
        "back_office/second_looks.html", looks=services().second_looks.four_eyes.waiting(),
        name_of=name_of, reasons_of=reasons_of, me=signed_in_member(), texts=texts,
        threshold=services().config.four_eyes_risk,
    )  # fmt: skip


def reasons_of(risk: Risk) -> list[str]:
    """Return why a decision is risky, in the reader's language."""
    locale, rules = str(get_locale()), risk_rules()
    return [rules[each].titles[locale] for each in risk.rules if each in rules]


@blueprint.post("/second-looks/<look_id>/accept")
def accept(look_id: str) -> Response:
    """Agree; it is carried out at once."""
    look = services().second_looks.accept(look_id, signed_in_member(), now())
    if look.withdrawal is None:
        flash(gettext("You agreed: the document is granted."), "success")
    else:
        flash(gettext("You agreed: the document is withdrawn."), "success")
    return redirect(url_for("decisions.show", record_id=look.record.id), 303)


@blueprint.post("/second-looks/<look_id>/decline")
def decline(look_id: str) -> Response:
    """Send it back, or take one's own proposal back; nothing is carried out."""
    look = services().second_looks.four_eyes.decline(look_id, signed_in_member(), now())
    flash(gettext("It is sent back. Nothing was changed."), "success")
    return redirect(url_for("decisions.show", record_id=look.record.id), 303)
