"""An app that shows every component once; it exists only for tests."""

import time
from dataclasses import dataclass

from flask import Blueprint, Flask, flash, jsonify, redirect, render_template, request

from esspass.errors import (
    MalformedError,
    ProtocolError,
    UnavailableError,
    UntrustedIssuerError,
)
from esspass.storage import Database, migrate
from esspass.verdict import Finding, Outcome
from esspass.web import (
    WebSettings,
    allow_form_action,
    create_web_app,
    page_blueprint,
    protocol_blueprint,
)
from esspass.web.passkeys import (
    MIGRATIONS,
    PasskeyStore,
    ServerSessionStore,
    create_passkey_blueprint,
    current_session,
    login_required,
)

NOW = int(time.time())
ERRORS = {
    "malformed": MalformedError("the message has no body"),
    "untrusted": UntrustedIssuerError("nobody vouches for it"),
    "unavailable": UnavailableError("the list did not answer"),
    "protocol": ProtocolError("the nonce is old", code="invalid_nonce", status=403),
    "odd": MalformedError('quote " and \\ and ž', code="odd_code"),
}
FINDINGS = (
    Finding("signature", "RFC 9901, 7.1", Outcome.PASSED),
    Finding(
        "trust",
        "TS 119 602",
        Outcome.PASSED,
        parameters={"entity": "Sodra demo", "list": "pub-eaa-providers", "issued": "1795000000"},
    ),
    Finding("validity", "4.2", Outcome.FAILED, "expired", {"expires_at": "1795000000"}),
    Finding("status", "8.3", Outcome.INDETERMINATE, "not_run"),
    Finding("person", "6", Outcome.FAILED, "a_code_without_words"),
)


@dataclass
class Claim:
    label: str
    value: str
    group: str


CLAIMS = (
    Claim("Surname", "Žalgirytė-Παπαδοπούλου", "Person"),
    Claim("Date of birth", "4 March 1988", "Person"),
    Claim("Country", "Lithuania", "Where the law applies"),
)
CARD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 430 270"><rect width="430" height="270" '
    'fill="#12396e"/><text x="28" y="60" fill="#fff" font-size="26">PD A1</text></svg>'
)


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        return self.now


def create_demo_app(
    database: Database,
    base_url: str = "http://localhost",
    *,
    role: str = "citizen",
    prf: bool = False,
    clock: Clock | None = None,
    **callbacks,
) -> Flask:
    migrate(database, MIGRATIONS)
    settings = WebSettings(
        base_url, "k" * 32, "demo", "Demo", clock=clock or Clock(), max_body=64 * 1024
    )
    app = create_web_app(__name__, settings, database)
    app.register_blueprint(
        create_passkey_blueprint(
            PasskeyStore(database),
            ServerSessionStore(database),
            role=role,
            prf=prf,
            lifetime=3600,
            **callbacks,
        )
    )
    app.register_blueprint(_pages())
    app.register_blueprint(_protocol())
    return app


def _pages() -> Blueprint:
    pages = page_blueprint("demo", __name__)

    @pages.get("/")
    def index():
        outcome = request.args.get("outcome", "PASSED")
        return render_template(
            "demo.html", findings=FINDINGS, claims=CLAIMS, card=CARD, outcome=outcome
        )

    @pages.get("/form")
    def form():
        return render_template("form.html", errors=None)

    @pages.post("/form")
    def send_form():
        if not request.form.get("payload"):
            return render_template("form.html", errors={"payload": "Enter the code"}), 422
        flash(f"Received {len(request.form['payload'])} characters.", "success")
        return redirect("/form")

    @pages.get("/waiting")
    def waiting():
        return render_template("waiting.html", url=request.args["url"])

    @pages.get("/state")
    def state():
        asked = int(request.cookies.get("asked", 0))
        response = jsonify(location="/form" if asked else None)
        response.set_cookie("asked", str(asked + 1))
        return response

    @pages.get("/elsewhere")
    def elsewhere():
        allow_form_action(request.args["url"])
        return render_template("form.html", errors=None)

    @pages.get("/error/<name>")
    def error(name):
        raise ERRORS[name]

    @pages.get("/bug/<person>")
    def bug(person):
        raise RuntimeError(f"secret of {person}")

    @pages.get("/private")
    @login_required
    def private():
        opened = current_session()
        return (opened.secret or b"none").hex() if opened else "nobody"

    return pages


def _protocol() -> Blueprint:
    protocol = protocol_blueprint("protocol", __name__, cors=True, max_body=1000)

    @protocol.post("/token")
    def token():
        return {"length": len(request.get_data())}

    @protocol.get("/protocol-error/<name>")
    def error(name):
        raise ERRORS[name]

    @protocol.get("/protocol-bug")
    def bug():
        raise RuntimeError("secret")

    return protocol
