"""The command line, and signing in without a browser."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask, redirect, request

from esspass.attestations import EHIC
from esspass.errors import EsspassError, MalformedError, VerificationError
from esspass.fetch import Fetcher, FetchPolicy
from tests.builders.holders import SERVER_KEY
from tests.simulators.server import LoopbackServer
from tests.simulators.verifier import ask_for
from wallet import commands
from wallet.sealing import write_sealing_key
from wallet.sign_in import MAX_STEPS, HeadlessSignIn
from wallet.wiring import create_sign_in

CALLBACK = "http://localhost:8199/offer/callback"


@pytest.fixture
def run(wallet, monkeypatch):
    """Run a command on the test's wallet: only the place where it is opened is replaced."""
    monkeypatch.setattr(commands, "_open", lambda: wallet)
    runner = CliRunner()

    def call(*arguments, text=None):
        return runner.invoke(commands.wallet, list(arguments), input=text)

    return call


class TestCommands:
    def test_accept_list_and_present_speak_json(self, run, issuer, verifier):
        accepted = json.loads(run("accept", issuer.create_offer("ehic"), "--json").stdout)
        (document,) = accepted["documents"]
        assert (document["type"], document["standing"], document["copies"]) == (EHIC, "valid", 3)
        assert json.loads(run("list", "--json").stdout)["documents"] == [document]
        link = verifier.ask(ask_for(EHIC, ("document_number",)))
        presented = run("present", link, "--yes", "--json")
        assert json.loads(presented.stdout) == {"event": "shared", "redirect_uri": None}
        assert verifier.take()["a"]

    def test_each_holder_has_a_wallet_of_their_own(self, run, issuer):
        run("accept", issuer.create_offer("ehic"), "--holder", "asta")
        assert run("list", "--holder", "jonas").stdout == "no documents\n"
        assert "European Health Insurance Card" in run("list", "--holder", "asta").stdout

    def test_a_tx_code_goes_along(self, run, issuer):
        uri = issuer.create_offer("ehic", tx_code="4711")
        assert isinstance(run("accept", uri).exception, MalformedError)
        assert "valid" in run("accept", uri, "--tx-code", "4711").stdout

    @pytest.mark.parametrize(("answer", "event"), [("y\n", "shared"), ("n\n", "refused")])
    def test_present_shows_what_goes_out_and_asks(self, run, issuer, verifier, answer, event):
        run("accept", issuer.create_offer("ehic"))
        result = run("present", verifier.ask(ask_for(EHIC, ("document_number",))), text=answer)
        assert "Identification number of the card" in result.stderr
        assert "To check your posting" in result.stderr
        assert result.stdout.strip() == event
        assert result.exit_code == (0 if event == "shared" else 1)

    def test_nothing_to_show_is_a_failure(self, run, verifier):
        result = run("present", verifier.ask(ask_for(EHIC)), "--yes")
        assert (result.stdout.strip(), result.exit_code) == ("no_match", 1)

    def test_a_deferred_document_is_polled_for(self, run, issuer, wallet_database):
        issuer.faults["defer"] = True
        accepted = json.loads(run("accept", issuer.create_offer("ehic"), "--json").stdout)
        assert len(accepted["waiting"]) == 1
        assert "being prepared" in run("list").stdout
        issuer.faults.clear()
        wallet_database.execute("UPDATE wallet_deferred SET next_at = 0")
        assert "valid" in run("poll").stdout

    @pytest.mark.parametrize("option", ["family_name", "=x", "family_name="])
    def test_a_field_without_value_is_refused(self, run, issuer, option):
        result = run("accept", issuer.create_offer("ehic"), "--eid", option)
        assert isinstance(result.exception, MalformedError)

    def test_missing_settings_are_named(self, monkeypatch):
        for name in ("BASE_URL", "SECRET_KEY", "DATABASE_URL", "KEYS_FOLDER", "TRUST_ANCHORS"):
            monkeypatch.delenv(f"WALLET_{name}", raising=False)
        result = CliRunner().invoke(commands.wallet, ["list"])
        assert isinstance(result.exception, MalformedError)
        assert "WALLET_BASE_URL" in str(result.exception)


def form_page(fields, action="/eid"):
    inputs = "".join(f'<input name="{name}" value="">' for name in fields)
    return f'<!doctype html><a href="/elsewhere">x</a><form method="post" action="{action}"><input type="hidden" name="csrf_token" value="secret">{inputs}</form>'


class SignInPages:
    """An authorization endpoint with a page to choose on, a form behind a cookie, and a PID way."""

    def __init__(self, link=""):
        self.posted = []
        self.app = Flask("pages")
        self.app.add_url_rule("/authorize", view_func=self.authorize)
        self.app.add_url_rule(
            "/choose",
            view_func=lambda: '<a href="/choose/pid">PID</a><a href="/choose/demo-eid">eID</a>',
        )
        self.app.add_url_rule(
            "/choose/demo-eid", "eid", lambda: form_page(["family_name", "birthdate"])
        )
        self.app.add_url_rule("/choose/pid", "pid", lambda: '<a href="/choose/pid/here">here</a>')
        self.app.add_url_rule("/choose/pid/here", "here", lambda: redirect(link, 303))
        self.app.add_url_rule("/back", "back", lambda: redirect(f"{CALLBACK}?code=c&state=s"))
        self.app.add_url_rule("/eid", "post", self.post, methods=["POST"])
        self.app.add_url_rule("/circle", "circle", lambda: redirect("/circle"))
        self.app.add_url_rule("/odd", "odd", lambda: "<p>Nothing here</p>")

    def authorize(self):
        answer = redirect("/choose", 303)
        answer.set_cookie("session", "browser-1")
        return answer

    def post(self):
        self.posted.append((request.form.to_dict(), request.cookies.get("session")))
        if request.form["family_name"] != "Žemaitis":
            return form_page(["family_name"]), 400
        return redirect(f"{CALLBACK}?code=c&state=s")


@pytest.fixture
def pages():
    made = SignInPages("openid4vp://?client_id=x&request_uri=https%3A%2F%2Fa.example")
    server = LoopbackServer()
    with server.serving(made.app):
        made.url = server.url
        yield made


def sign_in(fields=None, present=None):
    fetcher = Fetcher(FetchPolicy(allow_loopback=True, timeout=5.0))
    return HeadlessSignIn(
        fetcher,
        CALLBACK,
        "http://localhost:8199/present",
        fields or {},
        present or (lambda _uri: None),
    )


class TestHeadlessSignIn:
    def test_the_form_is_filled_with_its_hidden_field_and_cookie(self, pages):
        fields = {"family_name": "Žemaitis", "birthdate": "1984-05-17"}
        assert sign_in(fields)(f"{pages.url}/authorize") == f"{CALLBACK}?code=c&state=s"
        assert pages.posted == [({**fields, "csrf_token": "secret"}, "browser-1")]

    def test_an_unknown_person_is_refused(self, pages):
        with pytest.raises(VerificationError) as refused:
            sign_in({"family_name": "Nobody"})(f"{pages.url}/authorize")
        assert refused.value.code == "sign_in_refused"

    def test_without_fields_the_wallet_presents(self, pages):
        asked = []
        present = lambda uri: asked.append(uri) or f"{pages.url}/back"
        assert sign_in(present=present)(f"{pages.url}/authorize").startswith(CALLBACK)
        (link,) = asked
        assert link.partition("?")[2] == "client_id=x&request_uri=https%3A%2F%2Fa.example"

    def test_a_presentation_that_leads_nowhere_ends_it(self, pages):
        with pytest.raises(EsspassError) as refused:
            sign_in()(f"{pages.url}/authorize")
        assert refused.value.code == "access_denied"

    @pytest.mark.parametrize("path", ["/circle", "/odd"])
    def test_pages_it_does_not_understand_end_it(self, pages, path):
        with pytest.raises(VerificationError):
            sign_in()(f"{pages.url}{path}")
        assert MAX_STEPS < 20

    def test_it_accepts_an_offer_by_sign_in(self, wallet, holder, issuer, now):
        offer = issuer.create_offer("ehic", grant="authorization")
        authorize = create_sign_in(wallet, holder, {}, now)
        received = wallet.accept_offer(holder, offer, None, now, authorize)
        assert len(received.credential_ids) == 1


def test_migrate_makes_the_sealing_key_once(tmp_path):
    import wallet as wallet_app

    environ = {
        "WALLET_BASE_URL": "http://localhost:1", "WALLET_SECRET_KEY": "x" * 40,
        "WALLET_DATABASE_URL": str(tmp_path / "w.db"), "WALLET_KEYS_FOLDER": str(tmp_path / "keys"),
        "WALLET_TRUST_ANCHORS": str(tmp_path / "anchors.json"),
    }  # fmt: skip
    assert "wallet-credentials-001" in wallet_app.migrate(environ)
    (file,) = (tmp_path / "keys").iterdir()
    before = file.read_bytes()
    assert wallet_app.migrate(environ) == []
    assert file.read_bytes() == before
    write_sealing_key(tmp_path / "keys")
    assert SERVER_KEY.secret not in before
