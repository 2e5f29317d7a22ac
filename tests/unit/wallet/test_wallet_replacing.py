"""A desk's request for a replacement certificate: what the page says when it cannot go on."""

import secrets
from datetime import timedelta

import pytest
from flask import Flask

from esspass.jose.jwe import create_encryption_key
from esspass.keys.certificates import create_signer
from esspass.openid4vci.replacement import (
    MEDIA_TYPE,
    ReplacementRequest,
    create_replacement_request,
)
from esspass.trust import read_rules
from tests.builders.lists import DAY, PDA1, authorize
from tests.simulators.issuer import today
from tests.simulators.server import LoopbackServer
from tests.simulators.world import TodaysWorld

DESK = "Clinica Exemplu"
REFUSED = {
    "result": "refused", "reason": "not_entitled", "institution": "Pavyzdinė tarnyba",
    "desk": DESK, "sentence": {"en": "You were not insured on these days.",
                               "el": "Δεν ήσασταν ασφαλισμένος αυτές τις ημέρες."},
}  # fmt: skip


@pytest.fixture
def desk(world, now):
    """A listed desk that serves one signed request; its link for the wallet."""
    server = LoopbackServer()
    signer = create_signer(world.access.issuance, DESK, "RO", "access", now - 60, server.url)
    jti = secrets.token_urlsafe(16)
    asked = ReplacementRequest(
        iss=server.url, jti=jti, issued_at=now, expires_at=now + 900, desk_name=DESK,
        country="RO", treatment_from=today(), treatment_until=today() + timedelta(days=2),
        deliver_uri=f"{server.url}/replacement/{jti}/certificate",
        jwk=create_encryption_key().public_jwk(),
    )  # fmt: skip
    token = create_replacement_request(asked, signer)
    app = Flask("desk")
    app.add_url_rule("/request", "request", lambda: (token, {"Content-Type": MEDIA_TYPE}))
    with server.serving(app):
        yield f"/replacement?request_uri={server.url}/request"


@pytest.fixture
def known(browser, identity_issuer):
    """The browser of somebody whose identity is in the wallet, and nothing else."""
    path, _ = browser.open("offer", identity_issuer.create_offer("pid"))
    browser.post(path, answer="accept")
    return browser


def test_without_an_identity_nothing_can_be_sent(browser, desk):
    page = browser.get(desk)
    assert DESK in page.text
    assert "Your identity is not in this wallet" in page.text
    assert 'value="send"' not in page.text
    answer = browser.post(page.request.path, 400, answer="send", institution="https://x.example")
    assert "Your identity is not in this wallet" in answer.text


class TestNobodyInsures:
    @pytest.fixture
    def world(self):
        """Lists in whose directory nobody issues health insurance cards."""
        made = TodaysWorld()
        made.lists.rules = read_rules()
        made.lists.institutions = [authorize(made.fund, PDA1, starts=made.now - 400 * DAY)]
        return made

    def test_without_a_known_institution_it_says_so(self, known, desk):
        page = known.get(desk)
        assert "We do not know your institution" in page.text
        assert 'value="send"' not in page.text
        known.post(page.request.path, 400, answer="send", institution="https://x.example")


def test_a_refusal_is_told_with_its_reason_and_only_to_its_citizen(browser, wallet, now):
    kept = wallet.pending.add("reply", browser.user_id, REFUSED, now + 60, now)
    page = browser.get(f"/replacement/result/{kept}")
    assert "Your institution sent no certificate" in page.text
    assert "You were not insured on these days." in page.text
    assert "the desk was told nothing" in page.text
    assert "Δεν ήσασταν ασφαλισμένος" in browser.get(f"/replacement/result/{kept}?lang=el").text
    other = wallet.pending.add("reply", "somebody-else", REFUSED, now + 60, now)
    assert "not insured" not in browser.get(f"/replacement/result/{other}", 400).text


def test_a_refusal_without_words_still_says_what_to_do(browser, wallet, now):
    silent = {**REFUSED, "sentence": {}}
    kept = wallet.pending.add("reply", browser.user_id, silent, now + 60, now)
    assert "It gave no reason." in browser.get(f"/replacement/result/{kept}").text
