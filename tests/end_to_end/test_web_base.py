"""The shared pages in Chromium: accessibility, reflow, keyboard, passkeys, the camera."""

import hashlib
import re
from itertools import cycle

import pytest

from esspass.web.languages import LOCALES
from esspass.web.passkeys import PasskeyStore, create_first_invitation
from tests.end_to_end.conftest import draw_code
from tests.unit.web.demo_app import NOW, create_demo_app

pytestmark = pytest.mark.browser
PAGES = ("/", "/form", "/sign-in", "/sign-up", "/nope", "/error/untrusted")
OFFER = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffers%2F1"
OPEN_DETAILS = "document.querySelectorAll('details').forEach(d => { d.open = true })"


@pytest.fixture
def base(serve, sqlite):
    return serve(lambda base_url: create_demo_app(sqlite, base_url))


@pytest.mark.parametrize(("locale", "width"), [*zip(LOCALES, cycle((1280, 390, 390)))])
def test_pages_are_accessible(base, new_page, accessible, locale, width):
    page = new_page(width=width, locale=locale)
    for address in PAGES:
        page.goto(base + address)
        assert page.get_attribute("html", "lang") == locale
        page.evaluate(OPEN_DETAILS)
        accessible(page)


@pytest.mark.parametrize("outcome", ["PASSED", "FAILED", "INDETERMINATE"])
def test_every_verdict_is_accessible(base, new_page, accessible, outcome):
    page = new_page()
    page.goto(f"{base}/?outcome={outcome}")
    accessible(page)


def test_the_accessibility_check_can_fail(base, new_page, accessible):
    page = new_page()
    page.goto(f"{base}/form")
    page.evaluate("document.querySelector('label[for=payload]').remove()")
    with pytest.raises(AssertionError, match="label"):
        accessible(page)


@pytest.mark.parametrize("locale", LOCALES)
def test_pages_reflow_at_320_pixels(base, new_page, locale):
    page = new_page(width=320, height=640, locale=locale)
    for address in PAGES:
        page.goto(base + address)
        page.evaluate(OPEN_DETAILS)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_targets_are_large_enough(base, new_page):
    page = new_page(width=390)
    for address in PAGES:
        page.goto(base + address)
        small = page.evaluate(
            """[...document.querySelectorAll('button, input, select, textarea, summary, nav a')]
            .filter(e => e.type !== 'hidden' && e.offsetParent)
            .map(e => [e.id || e.textContent, e.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
        )
        assert small == [], address


def test_the_keyboard_reaches_everything_in_order(base, new_page):
    page = new_page()
    page.goto(f"{base}/form")
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("(e => e.id || e.textContent.trim())(document.activeElement)"))
        focus = page.evaluate(
            """(s => s.outlineStyle + s.boxShadow + s.backgroundColor)(
            getComputedStyle(document.activeElement))"""
        )
        assert "solid" in focus or "rgb(255, 212, 59)" in focus, seen[-1]
        if seen[-1] == "Continue":
            break
    assert seen[:5] == ["Skip to main content", "English", "Lietuvių", "Ελληνικά", "Română"]
    assert seen[-4:] == ["Scan with the camera", "payload-image", "payload", "Continue"]


def test_the_skip_link_skips(base, new_page):
    page = new_page()
    page.goto(f"{base}/form")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "Scan with the camera"


def test_pages_load_nothing_from_elsewhere(base, new_page):
    page, asked = new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    for address in PAGES:
        page.goto(base + address)
    assert len(asked) > len(PAGES)
    assert [url for url in asked if not url.startswith((base, "data:"))] == []


def test_our_own_typeface_is_used(base, new_page):
    page = new_page(locale="el")
    page.goto(base)
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.evaluate("document.fonts.check('16px Commissioner', 'Ελλάδα žŽ')")
    assert "GDS" not in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")


def test_the_language_is_kept(base, new_page):
    page = new_page()
    page.goto(f"{base}/sign-in")
    page.click("text=Ελληνικά")
    assert page.inner_text("h1") == "Σύνδεση"
    assert page.url == f"{base}/sign-in"
    page.goto(f"{base}/nope")
    assert page.inner_text("h1") == "Η σελίδα δεν βρέθηκε"


def test_form_errors_get_the_focus(base, new_page):
    page = new_page()
    page.goto(f"{base}/form")
    page.click("text=Continue")
    page.wait_for_selector(".govuk-error-summary:focus")
    page.click("text=Enter the code >> nth=0")
    assert page.evaluate("document.activeElement.id") == "payload"


def test_a_value_is_copied(base, new_page):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(base)
    page.click("button:has-text('Copy')")
    page.wait_for_selector(".app-copy__status:has-text('Copied')")
    link = "https://example.org/invitation/0123456789"
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_a_waiting_page_moves_on_when_there_is_an_answer(base, new_page, accessible):
    page = new_page()
    page.goto(f"{base}/waiting?url=/state")
    page.wait_for_url(f"{base}/form")
    page.goto(f"{base}/waiting?url=/bug/x")
    page.wait_for_selector("text=The connection was lost. Reload the page.")
    accessible(page)


class TestPasskeys:
    """Attack row WW-03 in a real browser, beside the ways that must work."""

    @pytest.fixture
    def secrets(self):
        return []

    @pytest.fixture
    def base(self, serve, sqlite, secrets):
        def on_sign_in(_user_id, secret):
            secrets.append(secret)
            return hashlib.sha256(secret).digest() if secret else None

        def on_passkey_added(_user_id, secret, session_secret):
            secrets.append((secret, session_secret))

        return serve(
            lambda base_url: create_demo_app(
                sqlite,
                base_url,
                prf=True,
                on_sign_in=on_sign_in,
                on_passkey_added=on_passkey_added,
            )
        )

    def sign_up(self, page, base):
        page.goto(f"{base}/sign-up?next=/form")
        page.fill("#name", "Rasa's wallet")
        page.click("button:has-text('Create a passkey')")
        page.wait_for_url(f"{base}/form")

    def sign_in(self, page, base, following="/private"):
        page.goto(f"{base}/sign-in?next={following}")
        page.click("button:has-text('Sign in with a passkey')")

    def sign_out(self, page, base):
        page.click("text=Sign out")
        page.wait_for_url(f"{base}/sign-in")

    def test_sign_up_sign_out_sign_in(self, base, new_page, passkeys, secrets):
        page = new_page()
        device = passkeys(page, prf=True)
        self.sign_up(page, base)
        assert "Rasa's wallet" in page.inner_text("header")
        self.sign_out(page, base)
        assert page.goto(f"{base}/private").url.startswith(f"{base}/sign-in")
        self.sign_in(page, base)
        page.wait_for_url(f"{base}/private")
        assert len(set(secrets)) == 1
        assert len(secrets[0]) == 32
        assert page.inner_text("body") == hashlib.sha256(secrets[0]).hexdigest()
        assert [c["isResidentCredential"] for c in device.credentials()] == [True]

    def test_an_authenticator_without_prf(self, base, new_page, passkeys, secrets):
        page = new_page()
        passkeys(page, prf=False)
        self.sign_up(page, base)
        assert secrets == [None]
        page.goto(f"{base}/private")
        assert page.inner_text("body") == b"none".hex()

    def test_a_second_passkey(self, base, new_page, passkeys, secrets):
        page = new_page()
        first = passkeys(page, prf=True)
        self.sign_up(page, base)
        first.remove()
        passkeys(page, prf=True)
        page.goto(f"{base}/passkeys")
        page.fill("#label", "Blue key")
        page.click("button:has-text('Add a passkey')")
        page.wait_for_selector("text=The passkey is added.")
        names = page.locator(".app-tiles h2").all_inner_texts()
        assert sorted(names) == ["Blue key", "My passkey"]
        added, session_secret = secrets[-1]
        assert added not in {None, secrets[0]}
        assert session_secret == hashlib.sha256(secrets[0]).digest()
        self.sign_out(page, base)
        self.sign_in(page, base)
        page.wait_for_url(f"{base}/private")
        assert secrets[-1] == added

    def test_ww_03_user_verification_missing(self, base, new_page, passkeys):
        page = new_page()
        device = passkeys(page, prf=True)
        self.sign_up(page, base)
        self.sign_out(page, base)
        device.set_verified(False)
        self.sign_in(page, base)
        message = page.wait_for_selector("[role=alert]:visible").inner_text()
        assert message.startswith("Nothing happened")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        assert page.goto(f"{base}/private").url.startswith(f"{base}/sign-in")

    def test_ww_03_counter_rollback(self, base, new_page, passkeys, sqlite):
        page = new_page(locale="lt")
        passkeys(page, prf=True)
        page.goto(f"{base}/sign-up")
        page.click("text=Sukurti prieigos raktą")
        page.wait_for_url(f"{base}/")
        sqlite.execute("UPDATE web_passkeys SET sign_count = 1000")
        page.context.clear_cookies()
        page.goto(f"{base}/sign-in")
        page.click("button:has-text('Prisijungti prieigos raktu')")
        message = page.wait_for_selector("[role=alert]:visible").inner_text()
        assert message.startswith("Jo skaitiklis grįžo atgal")

    def test_ww_03_replayed_assertion(self, base, new_page, passkeys):
        page, sent = new_page(), []
        passkeys(page, prf=True)
        self.sign_up(page, base)
        self.sign_out(page, base)
        page.on("request", lambda r: r.method == "POST" and sent.append((r.url, r.post_data)))
        self.sign_in(page, base)
        page.wait_for_url(f"{base}/private")
        body = next(data for url, data in sent if url == f"{base}/sign-in")
        page.context.clear_cookies()
        for with_new_challenge in (False, True):
            page.goto(f"{base}/sign-in")
            status = page.evaluate(REPLAY, [body, with_new_challenge])
            assert status == 400
            assert page.goto(f"{base}/private").url.startswith(f"{base}/sign-in")

    def test_ww_03_other_origin(self, base, new_page, passkeys, serve, sqlite):
        """The same host on another port shows the same passkeys; its assertions are refused."""
        page = new_page()
        passkeys(page, prf=True)
        self.sign_up(page, base)
        self.sign_out(page, base)
        other = serve(lambda _: create_demo_app(sqlite, base, prf=True))
        page.goto(f"{other}/sign-in")
        assertion = page.evaluate(ASSERT_ONLY)
        assert "clientDataJSON" in assertion
        page.goto(f"{base}/sign-in")
        assert page.evaluate(REPLAY, [assertion, True]) == 400

    def test_the_same_device_is_not_registered_twice(self, base, new_page, passkeys):
        page = new_page()
        passkeys(page, prf=True)
        self.sign_up(page, base)
        page.goto(f"{base}/passkeys")
        page.click("button:has-text('Add a passkey')")
        message = page.wait_for_selector("[role=alert]:visible").inner_text()
        assert message == "This device already holds a passkey of yours."

    def test_the_page_of_passkeys_is_accessible(self, base, new_page, passkeys, accessible):
        page = new_page()
        passkeys(page, prf=True)
        self.sign_up(page, base)
        page.goto(f"{base}/passkeys")
        accessible(page)
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


REPLAY = """async ([body, ask]) => {
  const token = document.querySelector('.app-passkey').dataset.csrf;
  const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': token};
  if (ask) await fetch('/sign-in/options', {method: 'POST', headers, body: '{}'});
  return (await fetch('/sign-in', {method: 'POST', headers, body})).status;
}"""
ASSERT_ONLY = """async () => {
  const credential = await navigator.credentials.get({publicKey: {
    challenge: new Uint8Array(64), rpId: 'localhost', userVerification: 'required'}});
  return JSON.stringify({credential: credential.toJSON()});
}"""


def test_a_member_of_staff_arrives_by_invitation(serve, sqlite, new_page, passkeys, accessible):
    base = serve(lambda base_url: create_demo_app(sqlite, base_url, role="staff"))
    page = new_page()
    passkeys(page)
    page.goto(create_first_invitation(PasskeyStore(sqlite), base, NOW))
    accessible(page)
    page.click("button:has-text('Create a passkey')")
    message = page.wait_for_selector("[role=alert]:visible").inner_text()
    assert message == "The field for the name is empty."
    page.fill("#name", "Eleni Papadopoulou")
    page.click("button:has-text('Create a passkey')")
    page.wait_for_url(f"{base}/")
    page.goto(f"{base}/passkeys")
    page.click("text=Make an invitation link")
    link = page.input_value("#link")
    assert re.fullmatch(rf"{base}/invitation/[\w-]{{43}}", link)
    accessible(page)


class TestScanner:
    def test_the_camera_reads_a_code_and_sends_it(self, base, new_page, camera):
        with camera(OFFER) as chromium:
            page = new_page(on=chromium, permissions=["camera"])
            page.goto(f"{base}/form")
            page.click("text=Scan with the camera")
            page.wait_for_selector(f"text=Received {len(OFFER)} characters.")
            page.context.close()

    def test_the_camera_can_be_stopped(self, base, new_page, camera):
        with camera("") as chromium:
            page = new_page(on=chromium, permissions=["camera"])
            page.goto(f"{base}/form")
            page.click("text=Scan with the camera")
            page.wait_for_selector("video:visible")
            page.click("text=Stop the camera")
            assert not page.is_visible("video")
            assert page.is_visible("text=Scan with the camera")
            page.context.close()

    def test_an_image_is_read(self, base, new_page, tmp_path):
        draw_code(OFFER, 900).save(tmp_path / "code.png")
        page = new_page()
        page.goto(f"{base}/form")
        page.set_input_files("#payload-image", tmp_path / "code.png")
        page.wait_for_selector(f"text=Received {len(OFFER)} characters.")

    def test_an_image_without_a_code_says_so(self, base, new_page, tmp_path):
        (tmp_path / "odd.png").write_bytes(b"not an image")
        page = new_page(locale="ro")
        page.goto(f"{base}/form")
        page.set_input_files("#payload-image", tmp_path / "odd.png")
        page.wait_for_selector("text=Nu există niciun cod lizibil în această imagine.")

    def test_no_camera_says_so(self, base, new_page):
        page = new_page(permissions=["camera"])
        page.goto(f"{base}/form")
        page.click("text=Scan with the camera")
        page.wait_for_selector("text=No camera was found. Choose an image instead.")
