"""Letters: written once, read in every language, pushed signed until they are taken."""

import json
import threading

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from esspass.errors import MalformedError
from esspass.fetch import Fetcher, FetchPolicy
from esspass.jose.jws import parse_jws, verify_jws
from esspass.keys.certificates import parse_leaf_key, parse_x5c
from issuer.mailbox import Mailbox, MailboxPush, Recipient
from tests.builders.issuance import ISSUER, NOW

DETAILS = {
    "institution": "Fund", "number": "A1-1", "holder": "Ona Test", "starts_day": "2027-01-01",
    "ends_day": "2027-06-30",
}  # fmt: skip


@pytest.fixture
def mailbox(issuer_database):
    return Mailbox(issuer_database)


def post(mailbox, reference="r1", number="384-0517-0415", **changes):
    values = {"details": DETAILS, "record_id": "r1", **changes}
    return mailbox.post(Recipient.PERSON, number, "granted", reference, NOW, **values)


def test_told_twice_is_one_letter(mailbox):
    assert post(mailbox)
    assert not post(mailbox)
    (letter,) = mailbox.of(Recipient.PERSON, "38405170415")
    assert mailbox.get(letter.id) == letter
    assert mailbox.get("guess") is None
    assert mailbox.of(Recipient.EMPLOYER, "38405170415") == []


def test_everybody_reads_it_in_their_language(mailbox):
    post(mailbox)
    (letter,) = mailbox.of(Recipient.PERSON, "38405170415")
    texts = {locale: letter.text(locale) for locale in ("en", "lt", "el", "ro")}
    assert len(set(texts.values())) == 4
    assert "1 January 2027" in texts["en"]
    for text in texts.values():
        assert "A1-1" in text
        assert "{" not in text
        assert "2027-01-01" not in text


def test_the_reason_of_a_withdrawal_is_in_words(mailbox):
    details = {**DETAILS, "reason": "fraud", "effective_day": "2027-02-01"}
    mailbox.post(Recipient.EMPLOYER, "900004516", "withdrawn", "r", NOW, details=details)
    (letter,) = mailbox.of(Recipient.EMPLOYER, "900004516")
    assert "it was obtained by false statements" in letter.text("en")
    assert "1 February 2027" in letter.text("en")


def test_a_detail_is_no_template(mailbox):
    post(mailbox, details={**DETAILS, "holder": "{number} {reference.__class__}"})
    (letter,) = mailbox.of(Recipient.PERSON, "38405170415")
    assert "{number} {reference.__class__}" in letter.text("en")


@pytest.mark.parametrize(("topic", "number"), [("greeting", "1"), ("granted", " - ")])
def test_letters_that_cannot_be(mailbox, topic, number):
    with pytest.raises(MalformedError):
        mailbox.post(Recipient.PERSON, number, topic, "r", NOW, details={})


def test_read_is_noted_once(mailbox):
    post(mailbox)
    (letter,) = mailbox.of(Recipient.PERSON, "38405170415")
    mailbox.mark_read(letter.id, NOW + 1)
    mailbox.mark_read(letter.id, NOW + 2)
    assert mailbox.get(letter.id).read_at == NOW + 1


class StateMailbox:
    """A State's mailbox, over real HTTP; ``status`` is what it answers."""

    def __init__(self):
        self.status, self.taken = 200, []
        app = Flask("mailbox")
        app.add_url_rule("/letters", view_func=self.take, methods=["POST"])
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}/letters"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self):
        assert request.content_type == "application/jwt"
        self.taken.append(request.get_data(as_text=True))
        return "", self.status


@pytest.fixture
def state():
    running = StateMailbox()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def push(mailbox, state, keys):
    fetcher = Fetcher(FetchPolicy(allow_loopback=True))
    return MailboxPush(mailbox, state.url, ISSUER, keys.access, fetcher, lambda *_: b"%PDF")


def test_pushed_once_and_signed(mailbox, state, push):
    post(mailbox)
    assert push.deliver_due(NOW) == 1
    assert push.deliver_due(NOW + 10**6) == 0
    jws = parse_jws(state.taken[0])
    verify_jws(jws, parse_leaf_key(parse_x5c(jws.header)))
    assert jws.header["typ"] == "letter+jwt"
    claims = json.loads(jws.payload)
    (letter,) = mailbox.of(Recipient.PERSON, "38405170415")
    assert claims["jti"] == letter.id
    assert claims["recipient"] == {"kind": "person", "number": "38405170415"}
    assert claims["offer_link"] == f"{ISSUER}/letters/{letter.id}"
    assert claims["pdf"] == "JVBERg"
    assert {"en", "lt", "el", "ro"} <= set(claims["text"])
    assert letter.sent_at == NOW


def test_tried_again_later_and_later(mailbox, state, push):
    post(mailbox)
    state.status = 503
    assert push.deliver_due(NOW) == 0
    assert push.deliver_due(NOW + 30) == 0
    assert len(state.taken) == 1
    assert push.deliver_due(NOW + 80) == 0
    assert len(state.taken) == 2
    assert push.deliver_due(NOW + 160) == 0  # the second wait is twice as long
    assert len(state.taken) == 2
    state.status = 202
    assert push.deliver_due(NOW + 400) == 1


def test_nothing_is_lost_when_the_mailbox_is_away(mailbox, keys):
    away = MailboxPush(
        mailbox, "http://127.0.0.1:9/", ISSUER, keys.access,
        Fetcher(FetchPolicy(allow_loopback=True)), lambda *_: None,
    )  # fmt: skip
    post(mailbox)
    assert away.deliver_due(NOW) == 0
    assert mailbox.take_due(NOW + 400) is not None


def test_a_process_that_died_leaves_its_letter_to_others(mailbox, push):
    post(mailbox)
    assert mailbox.take_due(NOW) is not None  # and then it was killed
    assert mailbox.take_due(NOW + 59) is None
    assert push.deliver_due(NOW + 60) == 1


def test_without_an_address_letters_stay_on_our_pages(mailbox, push):
    from dataclasses import replace

    post(mailbox)
    assert replace(push, url=None).deliver_due(NOW) == 0
    assert mailbox.take_due(NOW) is not None
