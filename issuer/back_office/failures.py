"""Messages that failed: ours that nobody could deliver, and others' that we refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from esspass.exchange.model import Message, RefusedMessageError
from esspass.exchange.subject import describe_subject
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in, signed_in_user
from esspass.web.settings import Text
from issuer.back_office import exchange_texts as texts
from issuer.exchange.outbox import Delivery
from issuer.exchange.refusals import Refusal
from issuer.services import Services, services

blueprint = require_sign_in(page_blueprint("failures", __name__))

_WAIT = _("Look whether the other institution works again, then try once more.")
_DIRECTORY = _("Ask who keeps the directory of institutions to put it right, then try once more.")
_ANEW = _("Trying again does not help. Open the case and write the message anew.")
_HEALS: Mapping[str, Text] = {
    **dict.fromkeys(
        ("unavailable", "answer_too_large", "malformed", "bad_signature", "other_receipt",
         "no_gateway", "with_gateway", "reordered", "unknown_case", "too_many_requests"),
        _WAIT,
    ),
    **dict.fromkeys(
        ("unknown_institution", "unknown_signer", "signer_expired", "sender_without_competence",
         "receiver_not_ready", "wrong_encryption_key", "not_decryptable", "not_yet_valid",
         "directory_unavailable", "directory_stale"),
        _DIRECTORY,
    ),
}  # fmt: skip
"""What to do about a message of ours, where a further try may succeed."""
_TOLD = _("The sender was told why. It puts the message right and sends it anew.")
_LISTED = _(
    "The sender tries again by itself. If it should stand in the directory of institutions, tell"
    " who keeps it."
)
_WATCH = _("If it comes again, tell who is responsible for security: somebody may be trying.")
_LIMIT = _("The sender asked more often than one day allows. Nothing to do, unless it was right.")
_ADVICE: Mapping[str, Text] = {
    **dict.fromkeys(
        ("unknown_institution", "unknown_signer", "signer_expired", "sender_without_competence",
         "wrong_encryption_key", "not_decryptable", "not_yet_valid", "reordered", "unknown_case"),
        _LISTED,
    ),
    **dict.fromkeys(
        ("bad_signature", "replayed", "wrong_sender", "unsigned", "altered_attachment"), _WATCH
    ),
    "too_many_requests": _LIMIT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failed:
    """A message of ours that was given up. ``again`` says whether trying may help."""

    delivery: Delivery
    message: Message
    task_id: str
    subject: str
    advice: Text
    again: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A message of others that we refused, and what to do about it."""

    refusal: Refusal
    advice: Text


def count_failures(given: Services) -> int:
    """Count what nobody has settled or seen yet."""
    return given.desk.keeper.outbox.count_given_up() + given.desk.refusals.count_new()


@blueprint.get("/failed-messages")
def index() -> str:
    """List both, the latest first; of the refused all that are not seen, or all."""
    everything = request.args.get("all") == "1"
    keeper = services().desk.keeper
    failed = [_failed(delivery, task_id) for delivery, task_id in keeper.outbox.given_up()]
    refused = [
        Refused(each, _ADVICE.get(each.code, _TOLD))
        for each in services().desk.refusals.latest(unseen=not everything)
    ]
    return render_template(
        "back_office/exchange/failures.html", failed=failed, refused=refused, texts=texts,
        everything=everything,
    )  # fmt: skip


def _failed(delivery: Delivery, task_id: str) -> Failed:
    message = services().desk.keeper.log.get(delivery.message_id).message
    found = describe_subject(services().desk.view(delivery.case_id).contents)
    advice = _HEALS.get(delivery.code)
    return Failed(
        delivery, message, task_id, found[0] if found else "", advice or _ANEW, advice is not None
    )


@blueprint.post("/failed-messages/again")
def again() -> Response:
    """Have a message of ours tried once more."""
    case, message, receiver = (
        request.form.get(name, "") for name in ("case", "message", "receiver")
    )
    try:
        services().desk.try_again(case, message, receiver, now(), signed_in_user().name)
        flash(gettext("The message is on its way again."), "success")
    except RefusedMessageError as error:
        flash(texts.refusal_words(error), "error")
    return redirect(url_for("failures.index"), 303)


@blueprint.post("/failed-messages/settled")
def settle() -> Response:
    """Note that a message of ours will not be tried again."""
    services().desk.tasks.done(request.form.get("task", ""), now(), signed_in_user().name)
    flash(
        gettext("The message is left as it is. The case shows that it did not arrive."), "success"
    )
    return redirect(url_for("failures.index"), 303)


@blueprint.post("/failed-messages/seen")
def see() -> Response:
    """Note that somebody saw a refusal."""
    reference, times = request.form.get("reference", ""), request.form.get("times", 0, type=int)
    if services().desk.refusals.mark_seen(reference, times, now()):
        flash(gettext("It is noted."), "success")
    else:
        flash(gettext("It came once more meanwhile. Look at it again."), "warning")
    return redirect(url_for("failures.index"), 303)
