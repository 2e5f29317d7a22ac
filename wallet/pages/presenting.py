"""Presenting: who asks, why, each claim, what stays hidden; share or refuse; what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from esspass.attestations import attestation_types, describe_path, describe_type
from esspass.errors import MalformedError
from esspass.openid4vp.dcql import Candidate, NoMatchError
from esspass.web import now, page_blueprint
from esspass.web.passkeys import require_sign_in
from wallet.cards import Card, create_card
from wallet.consent import Choice, ConsentRequest, Disclosure
from wallet.history import Event
from wallet.pages.access import holder_id, is_unlocked, locale, open_holder, passkey_url
from wallet.pages.access import the_wallet as wallet
from wallet.pages.wording import CAUTIONS, describe_request_error
from wallet.presentation import Answered, UnanswerableError
from wallet.presentation_request import PresentationRequest, read_request

LIFETIME = 600
SKIP = "skip"


def create_presenting_blueprint() -> Blueprint:
    """Make the blueprint of showing documents; all of it is for signed-in citizens."""
    blueprint = require_sign_in(page_blueprint("presenting", __name__))
    blueprint.add_url_rule("/present", "open_request", open_request)
    blueprint.add_url_rule("/present/result/<pending_id>", "show_result", show_result)
    blueprint.add_url_rule("/present/<pending_id>", "show_request", show_request)
    blueprint.add_url_rule("/present/<pending_id>", "answer", answer, methods=["POST"])
    return blueprint


@dataclass(frozen=True, slots=True)
class OfferedCard:
    """One document that could be shown for one question, and what of it."""

    card: Card
    disclosure: Disclosure


@dataclass(frozen=True, slots=True)
class Question:
    """One document asked for: the ones that fit, of which one (or several) is chosen."""

    query_id: str
    cards: tuple[OfferedCard, ...]
    multiple: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One thing asked for: the ways to answer it, each a list of questions."""

    place: int
    required: bool
    options: tuple[tuple[Question, ...], ...]


def open_request() -> ResponseReturnValue:
    """Fetch a request once and remember it: its address may answer only once.

    One that must not be answered ends on the page of results; opening its link again leads there
    too, so that the verifier is told once.
    """
    query = request.query_string.decode("ascii", "replace")
    stopped_id = hashlib.sha256(f"{holder_id()} {query}".encode()).hexdigest()
    if wallet().pending.read("result", holder_id(), stopped_id, now()):
        return redirect(f"/present/result/{stopped_id}")
    try:
        received = wallet().fetch_request(holder_id(), f"openid4vp://?{query}", now())
    except UnanswerableError as error:
        return _go_to_result(error.stopped, stopped_id, told=error.told)
    pending_id = wallet().pending.add(
        "presentation", holder_id(), received.write(), now() + LIFETIME, now()
    )
    return redirect(f"/present/{pending_id}")


def show_request(pending_id: str) -> ResponseReturnValue:
    """Show what is asked for, and what can be answered."""
    members = wallet().pending.read("presentation", holder_id(), pending_id, now())
    received = _read(members)
    try:
        asked = wallet().presentation.ask(holder_id(), received)
    except NoMatchError:
        return render_template(
            "wallet/no_match.html", pending_id=pending_id, party=received.party,
            purpose=received.purpose(locale()),
        )  # fmt: skip
    return render_template(
        "wallet/consent.html",
        pending_id=pending_id,
        party=received.party,
        purpose=received.purpose(locale()),
        cautions=[CAUTIONS[caution] for caution in asked.cautions],
        beyond=_beyond(asked),
        groups=_groups(asked),
        unlocked=is_unlocked(),
        passkey_url=passkey_url(f"/present/{pending_id}"),
    )


def answer(pending_id: str) -> ResponseReturnValue:
    """Share or refuse; each request is answered once."""
    shares = request.form.get("answer") == "share"
    if shares and not is_unlocked():
        return redirect(passkey_url(f"/present/{pending_id}"))
    members = wallet().pending.take("presentation", holder_id(), pending_id, now())
    return _go_to_result(_share(_read(members)) if shares else _refuse(_read(members)))


def _go_to_result(
    answered: Answered, result_id: str = "", *, told: bool = True
) -> ResponseReturnValue:
    result = {
        "history_id": answered.history_id,
        "redirect_uri": answered.redirect_uri or "",
        "told": told,
    }
    kept_id = wallet().pending.add(
        "result", holder_id(), result, now() + LIFETIME, now(), pending_id=result_id
    )
    return redirect(f"/present/result/{kept_id}")


def show_result(pending_id: str) -> ResponseReturnValue:
    """Show how it ended, and the way back to who asked."""
    members = wallet().pending.read("result", holder_id(), pending_id, now())
    entry = wallet().history.get(holder_id(), members["history_id"]) if members else None
    if members is None or entry is None:
        raise MalformedError("no such result is open", code="pending_gone")
    redirect_uri = members["redirect_uri"]
    return render_template(
        "wallet/result.html",
        entry=entry,
        shown=entry.event is Event.SHARED,
        stopped=entry.event is Event.FAILED,
        reason=describe_request_error(entry.encounter.reason),
        told=members["told"],
        redirect_uri=redirect_uri,
        host=urlsplit(redirect_uri).netloc,
    )


def _share(received: PresentationRequest) -> Answered:
    asked = wallet().presentation.ask(holder_id(), received)
    return wallet().presentation.share(
        open_holder(), asked, read_choice(request.form, asked), now()
    )


def _refuse(received: PresentationRequest) -> Answered:
    """What the verifier gets is the same either way; the history knows better."""
    try:
        wallet().presentation.ask(holder_id(), received)
    except NoMatchError:
        event = Event.NO_MATCH
    else:
        event = Event.REFUSED
    return wallet().presentation.refuse(holder_id(), received, event, now())


def _read(members: dict[str, object] | None) -> PresentationRequest:
    if members is None:
        raise MalformedError("no such request is open", code="pending_gone")
    return read_request(members, wallet().inspector.decide(now()), now())


def read_choice(form: MultiDict[str, str], asked: ConsentRequest) -> Choice:
    """Read the consent form. Raises MalformedError for what the page does not offer."""
    options: dict[int, int | None] = {}
    for place, _group in enumerate(asked.match.sets):
        value = form.get(f"option-{place}")
        if value is not None:
            options[place] = None if value == SKIP else _number(value)
    holdings = {
        query_id: tuple(form.getlist(f"document-{query_id}"))
        for query_id in asked.match.candidates
        if form.getlist(f"document-{query_id}")
    }
    return Choice(options, holdings)


def _beyond(asked: ConsentRequest) -> list[str]:
    """Name what is asked for over and above the registration."""
    labels = []
    for excess in asked.beyond:
        vct = asked.match.query.credential(excess.query_id).vct_values[0]
        if vct in attestation_types():
            path = excess.path
            labels.append(
                describe_type(vct, locale()) if path is None else describe_path(vct, path, locale())
            )
    return list(dict.fromkeys(labels))


def _number(value: str) -> int:
    if not value.isdecimal() or len(value) > 3:
        raise MalformedError("not a choice of this page")
    return int(value)


def _groups(asked: ConsentRequest) -> list[Group]:
    return [
        Group(place, each.required, tuple(_questions(asked, option) for option in each.options))
        for place, each in enumerate(asked.match.sets)
        if each.options
    ]


def _questions(asked: ConsentRequest, option: Sequence[str]) -> tuple[Question, ...]:
    return tuple(
        Question(
            query_id,
            tuple(_offered(asked, candidate) for candidate in asked.match.candidates[query_id]),
            asked.match.query.credential(query_id).multiple,
        )
        for query_id in option
    )


def _offered(asked: ConsentRequest, candidate: Candidate) -> OfferedCard:
    held = asked.held[candidate.holding_id]
    card = create_card(held, locale(), now())
    return OfferedCard(card, asked.disclosure(candidate, locale()))
