"""Passkeys over HTTP: sign up, invitations, sign in, several passkeys, and every refusal."""

import copy
import hashlib
import re
from threading import Barrier, Thread

import pytest

from esspass.errors import VerificationError
from esspass.keys.jwk import decode_base64url, encode_base64url
from esspass.storage import migrate
from esspass.web.passkeys import (
    MIGRATIONS,
    PasskeyStore,
    create_first_invitation,
    create_staff_invitation,
)
from esspass.web.passkeys.store import CHALLENGE_LIFETIME, INVITATION_LIFETIME, Challenge
from tests.unit.web.authenticator import USER_PRESENT, SimulatedAuthenticator
from tests.unit.web.demo_app import NOW, create_demo_app

PRF = encode_base64url(b"\x09" * 32)


class Browser:
    """The test client as passkeys.js uses it."""

    def __init__(self, app):
        self.client = app.test_client()
        self.refresh()

    def refresh(self):
        with self.client.session_transaction() as session:
            self.token = session.setdefault("csrf", "t" * 43)

    def post(self, address, body):
        self.refresh()
        headers = {"X-CSRF-Token": self.token, "Origin": "http://localhost"}
        return self.client.post(address, json=body, headers=headers)

    def register(self, device, *, name="Anna", invitation="", **extra):
        asked = self.post("/passkeys/options", {"name": name, "invitation": invitation})
        if asked.status_code != 200:
            return asked
        return self.post("/passkeys/new", {"credential": device.create(asked.json), **extra})

    def ask(self):
        return self.post("/sign-in/options", {}).json

    def sign_in(self, device, **extra):
        return self.post("/sign-in", {"credential": device.get(self.ask()), **extra})

    def sign_out(self):
        self.refresh()
        return self.client.post("/sign-out", data={"csrf_token": self.token})

    def is_signed_in(self):
        return self.client.get("/private").status_code == 200


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def device():
    return SimulatedAuthenticator()


@pytest.fixture
def known(browser, device):
    """A device whose user has signed up and out again."""
    assert browser.register(device).status_code == 200
    browser.sign_out()
    return device


@pytest.fixture
def store(database):
    migrate(database, MIGRATIONS)
    return PasskeyStore(database)


def error_of(response):
    assert response.status_code == 400
    return response.json["error"]


def test_a_citizen_signs_up_and_is_signed_in(browser, device):
    response = browser.register(device, following="/form")
    assert response.json == {"location": "/form"}
    assert browser.is_signed_in()
    assert "Anna" in browser.client.get("/").get_data(as_text=True)


def test_options_demand_a_discoverable_verified_passkey(browser):
    options = browser.post("/passkeys/options", {"name": "Anna"}).json
    assert options["rp"] == {"id": "localhost", "name": "ESSPASS Demo"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert len(decode_base64url(options["challenge"])) >= 32
    assert "extensions" not in options
    assert browser.ask()["userVerification"] == "required"


def test_sign_in_and_out(browser, known):
    assert not browser.is_signed_in()
    assert browser.sign_in(known).json == {"location": "/"}
    assert browser.is_signed_in()
    assert browser.sign_out().location == "/sign-in"
    assert not browser.is_signed_in()


def test_the_cookie_carries_no_name_and_a_stolen_one_dies_at_sign_out(browser, known):
    browser.sign_in(known)
    with browser.client.session_transaction() as session:
        assert set(session) <= {"csrf", "session"}
        stolen = dict(session)
    browser.sign_out()
    with browser.client.session_transaction() as session:
        session.update(stolen)
    assert not browser.is_signed_in()


def test_a_session_ends_by_itself(browser, known, clock):
    browser.sign_in(known)
    clock.now += 3600
    assert not browser.is_signed_in()


def test_another_process_on_the_same_database_knows_the_session(browser, known, sqlite, clock):
    browser.sign_in(known)
    twin = create_demo_app(sqlite, clock=clock).test_client()
    cookie = browser.client.get_cookie("demo")
    twin.set_cookie("demo", cookie.value)
    assert twin.get("/private").status_code == 200


def test_signing_in_changes_the_session_and_the_form_secret(browser, known):
    browser.client.get("/form")
    with browser.client.session_transaction() as session:
        before = session["csrf"]
    browser.sign_in(known)
    with browser.client.session_transaction() as session:
        assert session.get("csrf") != before


@pytest.mark.parametrize(
    ("following", "location"),
    [
        ("/form?x=1", "/form?x=1"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tx", "/"),
        ("", "/"),
        (7, "/"),
    ],
)
def test_after_sign_in_only_own_pages_follow(browser, known, following, location):
    assert browser.sign_in(known, following=following).json == {"location": location}


def test_pages_send_to_sign_in_and_back(client):
    assert client.get("/private?a=b").location == "/sign-in?next=%2Fprivate%3Fa%3Db"
    assert 'data-following="/private?a=b"' in client.get("/sign-in?next=/private?a=b").get_data(
        as_text=True
    )
    assert client.get("/private", headers={"Accept": "application/json"}).status_code == 401


class TestRefusals:
    """Attack row WW-03."""

    def test_ww_03_replayed_assertion(self, browser, known):
        assertion = known.get(browser.ask())
        assert browser.post("/sign-in", {"credential": assertion}).status_code == 200
        browser.sign_out()
        replay = {"credential": assertion}
        assert error_of(browser.post("/sign-in", replay)) == "challenge_missing"
        browser.ask()
        assert error_of(browser.post("/sign-in", replay)) == "passkey_refused"
        assert not browser.is_signed_in()

    def test_ww_03_challenge_of_another_browser(self, browser, known, app):
        assertion = known.get(Browser(app).ask())
        browser.ask()
        assert error_of(browser.post("/sign-in", {"credential": assertion})) == "passkey_refused"

    def test_ww_03_challenge_from_a_restored_cookie(self, browser, known):
        options = browser.ask()
        with browser.client.session_transaction() as session:
            saved = session["challenge"]
        assert browser.post("/sign-in", {"credential": known.get(options)}).status_code == 200
        with browser.client.session_transaction() as session:
            session["challenge"] = saved
        response = browser.post("/sign-in", {"credential": known.get(options)})
        assert error_of(response) == "challenge_missing"

    def test_ww_03_challenge_too_old(self, browser, known, clock):
        options = browser.ask()
        clock.now += CHALLENGE_LIFETIME
        response = browser.post("/sign-in", {"credential": known.get(options)})
        assert error_of(response) == "challenge_missing"

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            pytest.param("origin", "http://localhost:9999", id="WW-03-other-port"),
            pytest.param("origin", "https://evil.example", id="WW-03-other-origin"),
            pytest.param("rp_id", "evil.example", id="WW-03-other-relying-party"),
            pytest.param("flags", USER_PRESENT, id="WW-03-user-not-verified"),
            pytest.param("flags", 0, id="WW-03-user-not-present"),
            pytest.param("cross_origin", True, id="WW-03-foreign-frame"),
        ],
    )
    def test_a_wrong_answer(self, browser, known, member, value):
        setattr(known, member, value)
        assert error_of(browser.sign_in(known)) == "passkey_refused"
        assert not browser.is_signed_in()

    @pytest.mark.parametrize("count", [0, 1])
    def test_ww_03_counter_rollback(self, browser, known, count):
        known.sign_count = 5
        assert browser.sign_in(known).status_code == 200
        browser.sign_out()
        known.sign_count = 5 * count
        assert error_of(browser.sign_in(known)) == "counter_rollback"
        assert not browser.is_signed_in()

    def test_a_device_without_a_counter_signs_in_again_and_again(self, browser):
        device = SimulatedAuthenticator(sign_count=0)
        browser.register(device)
        for _ in range(2):
            device.sign_count = 0
            assert browser.sign_in(device).status_code == 200

    def test_ww_03_signature_of_another_key(self, browser, known):
        known.key = SimulatedAuthenticator().key
        assert error_of(browser.sign_in(known)) == "passkey_refused"

    def test_ww_03_user_handle_of_another_user(self, browser, known):
        known.user_handle = encode_base64url(b"\x01" * 32)
        assert error_of(browser.sign_in(known)) == "passkey_refused"

    def test_ww_03_registration_answer_used_to_sign_in(self, browser, known):
        response = browser.post(
            "/sign-in", {"credential": known.get(browser.ask(), type_="webauthn.create")}
        )
        assert error_of(response) == "passkey_refused"

    def test_a_challenge_serves_one_purpose(self, browser, known):
        options = browser.ask()
        created = SimulatedAuthenticator().create({**options, "user": {"id": known.user_handle}})
        response = browser.post("/passkeys/new", {"credential": created})
        assert error_of(response) == "challenge_missing"

    def test_an_unknown_passkey(self, browser, known):
        known.credential_id = b"\x05" * 32
        assert error_of(browser.sign_in(known)) == "passkey_unknown"

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("origin", "https://evil.example"),
            ("rp_id", "evil.example"),
            ("flags", USER_PRESENT),
            ("cross_origin", True),
            ("attestation", "packed"),
            ("attestation", "tpm"),
        ],
    )
    def test_a_wrong_registration(self, browser, device, member, value):
        setattr(device, member, value)
        assert error_of(browser.register(device)) == "passkey_refused"
        assert not browser.is_signed_in()

    def test_a_passkey_cannot_be_taken_over(self, known, app):
        thief = copy.copy(known)
        assert error_of(Browser(app).register(thief)) == "passkey_refused"

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda c: c.clear(),
            lambda c: c.update(id=7),
            lambda c: c.update(response=None),
            lambda c: c["response"].update(clientDataJSON="!"),
            lambda c: c["response"].update(clientDataJSON=encode_base64url(b"[1]")),
            lambda c: c["response"].update(clientDataJSON=encode_base64url(b'{"type":1}')),
            lambda c: c["response"].update(authenticatorData="AA"),
            lambda c: c["response"].update(signature=None),
            lambda c: c["response"].update(signature="AAAA"),
            lambda c: c["response"].pop("userHandle"),
            lambda c: c["response"].update(userHandle=["x"]),
            lambda c: c.update(type="password"),
            lambda c: c.update(rawId="AAAA"),
        ],
    )
    def test_malformed_answers_are_refused_not_bugs(self, browser, known, spoil):
        assertion = known.get(browser.ask())
        spoil(assertion)
        code = error_of(browser.post("/sign-in", {"credential": assertion}))
        assert code in {"passkey_refused", "passkey_unknown"}

    @pytest.mark.parametrize("body", [[], {}, {"credential": "x"}, "x", 3])
    def test_malformed_bodies(self, browser, body):
        assert error_of(browser.post("/sign-in", body)) == "malformed"

    def test_not_json(self, browser):
        response = browser.client.post(
            "/sign-in", data="{", headers={"X-CSRF-Token": browser.token}
        )
        assert response.status_code == 415

    def test_without_the_form_secret(self, browser):
        response = browser.client.post("/sign-in/options", json={})
        assert error_of(response) == "form_expired"


class TestInvitations:
    @pytest.fixture
    def app(self, sqlite, clock):
        return create_demo_app(sqlite, clock=clock, role="staff")

    @pytest.fixture
    def staff(self, sqlite):
        migrate(sqlite, MIGRATIONS)
        return PasskeyStore(sqlite)

    def test_an_invitation_makes_one_member_of_staff(self, app, browser, device, staff):
        token = create_staff_invitation(staff, NOW)
        page = browser.client.get(f"/invitation/{token}")
        assert "Set up your access" in page.get_data(as_text=True)
        assert browser.register(device, invitation=token).status_code == 200
        assert browser.is_signed_in()
        late = Browser(app).register(SimulatedAuthenticator(), invitation=token)
        assert error_of(late) == "invitation_unknown"
        assert browser.client.get(f"/invitation/{token}").status_code == 400

    def test_two_that_began_with_one_invitation(self, app, device, staff):
        token = create_staff_invitation(staff, NOW)
        browsers = [Browser(app), Browser(app)]
        body = {"name": "Anna", "invitation": token}
        asked = [browser.post("/passkeys/options", body).json for browser in browsers]
        devices = [device, SimulatedAuthenticator()]
        answers = [
            browser.post("/passkeys/new", {"credential": one.create(options)}).status_code
            for browser, one, options in zip(browsers, devices, asked, strict=True)
        ]
        assert answers == [200, 400]
        assert [browser.is_signed_in() for browser in browsers] == [True, False]

    def test_an_invitation_runs_out(self, browser, device, staff, clock):
        token = create_staff_invitation(staff, clock.now)
        clock.now += INVITATION_LIFETIME
        assert error_of(browser.register(device, invitation=token)) == "invitation_unknown"

    @pytest.mark.parametrize("token", ["", "x" * 43, ["x"], None])
    def test_nobody_becomes_staff_without_one(self, browser, device, token):
        assert error_of(browser.register(device, invitation=token)) == "invitation_unknown"

    def test_staff_need_a_name(self, browser, device, staff):
        token = create_staff_invitation(staff, NOW)
        assert error_of(browser.register(device, name="  ", invitation=token)) == "name_missing"

    def test_staff_cannot_sign_up_alone(self, browser):
        assert browser.client.get("/sign-up").status_code == 404

    def test_staff_invite_colleagues(self, app, browser, device, staff):
        browser.register(device, invitation=create_staff_invitation(staff, NOW))
        browser.refresh()
        page = browser.client.post("/invitations", data={"csrf_token": browser.token})
        link = re.search(r'value="http://localhost/invitation/([^"]+)"', page.text).group(1)
        colleague = Browser(app)
        assert colleague.register(SimulatedAuthenticator(), invitation=link).status_code == 200

    def test_strangers_invite_nobody(self, browser):
        page = browser.client.post("/invitations", data={"csrf_token": browser.token})
        assert page.location == "/sign-in"

    def test_the_first_link_is_offered_until_somebody_has_come(self, browser, device, staff):
        link = create_first_invitation(staff, "http://localhost/", NOW)
        token = link.removeprefix("http://localhost/invitation/")
        assert browser.register(device, invitation=token).status_code == 200
        assert create_first_invitation(staff, "http://localhost", NOW) is None


class TestManagement:
    @pytest.fixture
    def second(self, browser, device):
        browser.register(device)
        second = SimulatedAuthenticator()
        assert browser.register(second, label="Blue key").json == {"location": "/passkeys"}
        return second

    def form(self, browser, address, **fields):
        browser.refresh()
        return browser.client.post(address, data={"csrf_token": browser.token, **fields})

    def address(self, device, action):
        return f"/passkeys/{encode_base64url(device.credential_id)}/{action}"

    def test_both_sign_in_as_the_same_user(self, browser, device, second):
        assert device.user_handle == second.user_handle
        for one in (device, second):
            browser.sign_out()
            assert browser.sign_in(one).status_code == 200

    def test_known_passkeys_are_excluded_from_a_new_one(self, browser, device, second):
        options = browser.post("/passkeys/options", {}).json
        names = {known["id"] for known in options["excludeCredentials"]}
        assert names == {encode_base64url(d.credential_id) for d in (device, second)}

    @pytest.mark.usefixtures("second")
    def test_the_page_lists_them(self, browser):
        page = browser.client.get("/passkeys").get_data(as_text=True)
        assert "Blue key" in page
        assert "My passkey" in page

    def test_rename(self, browser, second):
        assert self.form(browser, self.address(second, "name"), name="Red  key").status_code == 302
        assert "Red key" in browser.client.get("/passkeys").get_data(as_text=True)
        assert self.form(browser, self.address(second, "name"), name=" ").status_code == 400

    def test_remove_all_but_the_last(self, browser, device, second):
        assert self.form(browser, self.address(second, "remove")).status_code == 302
        last = self.form(browser, self.address(device, "remove"))
        assert last.status_code == 400
        assert "<code>last_passkey</code>" in last.get_data(as_text=True)
        browser.sign_out()
        assert error_of(browser.sign_in(second)) == "passkey_unknown"

    def test_nobody_touches_the_passkeys_of_others(self, browser, second, app):
        other = Browser(app)
        other.register(SimulatedAuthenticator())
        other.register(SimulatedAuthenticator())
        assert self.form(other, self.address(second, "remove")).status_code == 400
        self.form(other, self.address(second, "name"), name="Mine")
        page = browser.client.get("/passkeys").get_data(as_text=True)
        assert "Blue key" in page
        assert "Mine" not in page

    @pytest.mark.usefixtures("second")
    def test_a_passkey_of_somebody_else_confirms_nothing(self, browser, app):
        stranger = SimulatedAuthenticator()
        Browser(app).register(stranger)
        options = browser.post("/passkeys/confirm/options", {}).json
        response = browser.post("/passkeys/confirm", {"credential": stranger.get(options)})
        assert error_of(response) == "passkey_unknown"


class TestPrf:
    """The PRF output becomes a secret of the session and is kept nowhere else."""

    @pytest.fixture
    def calls(self):
        return []

    @pytest.fixture
    def app(self, sqlite, clock, calls):
        def on_sign_in(user_id, secret):
            calls.append(("sign_in", user_id, secret))
            return hashlib.sha256(secret).digest() if secret else None

        def on_passkey_added(user_id, secret, session_secret):
            calls.append(("added", user_id, secret, session_secret))

        return create_demo_app(
            sqlite,
            clock=clock,
            prf=True,
            on_sign_in=on_sign_in,
            on_passkey_added=on_passkey_added,
        )

    def test_options_evaluate_the_prf(self, browser):
        salts = [
            options["extensions"]["prf"]["eval"]["first"]
            for options in (browser.ask(), browser.post("/passkeys/options", {}).json)
        ]
        assert salts[0] == salts[1]
        assert len(decode_base64url(salts[0])) == 32

    def test_the_secret_is_stable_per_user_and_differs_between_users(self, browser, device, calls):
        browser.register(device, prf=PRF, prf_enabled=True)
        browser.sign_out()
        browser.sign_in(device, prf=PRF)
        browser.sign_out()
        browser.register(SimulatedAuthenticator(), prf=PRF, prf_enabled=True)
        first, again, other = (call[2] for call in calls)
        assert first == again
        assert len(first) == 32
        assert first != b"\x09" * 32
        assert other != first

    def test_the_session_keeps_what_the_app_returned(self, browser, device, calls, sqlite):
        browser.register(device, prf=PRF, prf_enabled=True)
        secret = hashlib.sha256(calls[0][2]).digest()
        assert browser.client.get("/private").get_data(as_text=True) == secret.hex()
        rows = [
            dict(row)
            for table in ("users", "passkeys", "sessions", "challenges")
            for row in sqlite.query(f"SELECT * FROM web_{table}")
        ]
        assert encode_base64url(secret) not in str(rows)
        assert PRF not in str(rows)

    def test_an_authenticator_without_prf_still_signs_in(self, browser, device, calls):
        assert browser.register(device, prf=None, prf_enabled=False).json == {"location": "/"}
        assert calls == [("sign_in", device.user_handle, None)]

    def test_prf_known_only_at_sign_in_asks_for_one(self, browser, device, calls):
        answer = browser.register(device, prf=None, prf_enabled=True)
        assert answer.json == {"next": "sign_in"}
        assert not browser.is_signed_in()
        assert browser.sign_in(device, prf=PRF).status_code == 200
        assert len(calls) == 1

    def test_a_further_passkey_is_confirmed_and_reported(self, browser, device, calls):
        browser.register(device, prf=PRF, prf_enabled=True)
        second = SimulatedAuthenticator()
        answer = browser.register(second, prf=None, prf_enabled=True)
        assert answer.json == {"next": "confirm"}
        options = browser.post("/passkeys/confirm/options", {}).json
        assert {c["id"] for c in options["allowCredentials"]} == {
            encode_base64url(d.credential_id) for d in (device, second)
        }
        other = encode_base64url(b"\x08" * 32)
        browser.post("/passkeys/confirm", {"credential": second.get(options), "prf": other})
        kind, user_id, secret, session_secret = calls[-1]
        assert (kind, user_id) == ("added", device.user_handle)
        assert secret != calls[0][2]
        assert session_secret == hashlib.sha256(calls[0][2]).digest()

    @pytest.mark.parametrize("prf", ["", "AAAA", 7, PRF + "AA", PRF + "="])
    def test_anything_but_32_bytes_is_refused(self, browser, device, prf):
        assert error_of(browser.register(device, prf=prf)) == "malformed"
        assert not browser.is_signed_in()


class TestStore:
    def test_a_challenge_is_taken_once(self, store):
        name = store.add_challenge("sign_in", Challenge("abc", None, None, None), NOW)
        with pytest.raises(VerificationError):
            store.take_challenge("register", name, NOW)
        assert store.take_challenge("sign_in", name, NOW).challenge == "abc"
        with pytest.raises(VerificationError) as caught:
            store.take_challenge("sign_in", name, NOW)
        assert caught.value.code == "challenge_missing"

    def test_a_challenge_is_taken_once_by_eight_threads(self, store):
        name = store.add_challenge("sign_in", Challenge("abc", None, None, None), NOW)
        barrier, outcomes = Barrier(8), []

        def take():
            barrier.wait()
            try:
                outcomes.append(store.take_challenge("sign_in", name, NOW))
            except VerificationError as error:
                outcomes.append(error.code)

        threads = [Thread(target=take) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(str, outcomes))[1:] == ["challenge_missing"] * 7

    def test_old_challenges_are_swept(self, store, database):
        for moment in (NOW, NOW + CHALLENGE_LIFETIME):
            store.add_challenge("sign_in", Challenge("abc", None, None, None), moment)
        assert len(database.query("SELECT purpose FROM web_challenges")) == 1

    def test_an_invitation_is_used_once(self, store):
        token = create_staff_invitation(store, NOW)
        name = store.check_invitation(token, NOW)
        store.use_invitation(name, NOW)
        with pytest.raises(VerificationError):
            store.use_invitation(name, NOW)

    def test_secrets_are_kept_as_hashes(self, store, database):
        token = create_staff_invitation(store, NOW)
        name = store.add_challenge("sign_in", Challenge("abc", None, None, None), NOW)
        rows = str(
            [dict(row) for row in database.query("SELECT * FROM web_invitations")]
            + [dict(row) for row in database.query("SELECT * FROM web_challenges")]
        )
        assert token not in rows
        assert name not in rows
