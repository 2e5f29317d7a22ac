"""Fixtures for tests in Chromium: apps on free ports, accessibility, passkeys, a camera."""

import logging
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from werkzeug.serving import make_server

from esspass.attestations import EHIC, PDA1_WEBUILD
from esspass.storage import connect
from tests.conftest import CHROMIUM
from tests.end_to_end.residents import eid_form, settle
from tests.end_to_end.visitors import Citizen, Clerk, Inspector

ROOT = Path(__file__).resolve().parents[2]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe()
GREECE = {"locale": "el", "timezone_id": "Europe/Athens"}
WIDTH, HEIGHT, FRAMES = 640, 480, 8


@pytest.fixture(scope="session", autouse=True)
def _catalogues():
    subprocess.run([sys.executable, ROOT / "scripts" / "translations", "compile"], check=True)


class Pages:
    """Opens pages, and keeps a list of what must not happen on them."""

    def __init__(self, browser):
        self.browser, self.contexts, self.problems = browser, [], []

    def open(self, *, width=1280, height=900, locale="en", on=None, **settings):
        """Open a page in a context of its own: a browser that nobody has used before."""
        viewport = {"width": width, "height": height}
        context = (on or self.browser).new_context(viewport=viewport, locale=locale, **settings)
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        context.on("request", self._note_request)
        return context.new_page()

    def close(self):
        for context in self.contexts:
            context.close()

    def _note_console(self, message):
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.problems.append(message.text)

    def _note_request(self, request):
        if not request.url.startswith(("http://localhost:", "data:", "blob:http://localhost:")):
            self.problems.append(f"asked elsewhere: {request.url}")


@pytest.fixture
def new_page(browser):
    """Open pages: ``new_page(locale="el", width=390)``; the console's errors must stay empty."""
    pages = Pages(browser)
    yield pages.open
    pages.close()
    assert pages.problems == []


@pytest.fixture(scope="session")
def kept_pages(browser):
    """Pages that several tests use, one after the other."""
    pages = Pages(browser)
    yield pages
    pages.close()


@pytest.fixture
def quiet(kept_pages):
    """Nothing went wrong on the pages that are kept, as far as the browser can tell."""
    kept_pages.problems.clear()
    yield
    assert kept_pages.problems == []


@pytest.fixture(scope="session")
def new_citizen(kept_pages, cast):
    """Citizens with an empty wallet: ``new_citizen("Rasa", locale="lt")``."""

    def sign_up(name, **settings):
        page = kept_pages.open(**settings)
        authenticator = add_authenticator(page, prf=True)
        citizen = Citizen(page, cast.world.base_url("wallet"), authenticator)
        citizen.sign_up(name)
        return citizen

    return sign_up


@pytest.fixture(scope="session")
def inspector(kept_pages, cast):
    """The Greek inspector, who came by the first link of that app."""
    return _arrive(Inspector, kept_pages, cast, "inspector-el", "Ελένη Παπαδοπούλου", **GREECE)


@pytest.fixture(scope="session")
def nurse(kept_pages, cast):
    """Somebody at the desk of the Romanian clinic."""
    return _arrive(Inspector, kept_pages, cast, "clinic-ro", "Ioana Popescu", locale="ro")


@pytest.fixture(scope="session")
def clerk(kept_pages, cast):
    """Somebody in the back office of the Lithuanian institution."""
    return _arrive(Clerk, kept_pages, cast, "issuer-lt", "Rasa Kazlauskienė")


def _arrive(role, kept_pages, cast, app, name, **settings):
    page = kept_pages.open(**settings)
    staff = role(page, cast.world.base_url(app), add_authenticator(page))
    log = cast.world.service(app).log.read_text()
    staff.arrive(re.findall(r"http\S+/invitation/\S+", log)[-1], name)
    return staff


@pytest.fixture(scope="session")
def worker(cast):
    """A posted worker with a PID, an A1 and an EHIC to come."""
    return settle(cast, "Kairys", "Jonas Adomas")


@pytest.fixture(scope="session")
def holder(new_citizen, cast, worker):
    """The worker's wallet in the browser, with all three documents; it reads English."""
    citizen = new_citizen("Jonas")
    equip(citizen, cast, worker)
    return citizen


def equip(citizen, cast, worker):
    """Accept PID, A1 and EHIC offers, the two last without a sign-in."""
    citizen.open_link(cast.office("identity-lt").offer_pid(worker).uri)
    citizen.accept()
    citizen.fill_demo_eid(eid_form(worker))
    for vct, kind in ((PDA1_WEBUILD, "pda1"), (EHIC, "ehic")):
        office = cast.office("issuer-lt")
        offer = office.offer(worker, vct, kind, "pre-authorized", tx_code=False)
        citizen.open_link(offer.uri)
        citizen.accept()


@pytest.fixture
def serve():
    """Run an app on localhost: ``serve(lambda base_url: create_app(...))`` returns its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    servers = []

    def start(create):
        port = find_free_port()
        base_url = f"http://localhost:{port}"
        server = make_server("localhost", port, create(base_url), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return base_url

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def find_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def sqlite(tmp_path):
    db = connect(str(tmp_path / "browser.db"))
    yield db
    db.close()


@pytest.fixture
def accessible():
    """Check a page against axe's rules."""
    return check_accessibility


def check_accessibility(page):
    """Run axe on a page. Raises AssertionError with its report."""
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    result = AXE.run(page, options=options)
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"


@pytest.fixture
def passkeys():
    """Give a page a virtual authenticator: ``passkeys(page, prf=True)``."""
    return add_authenticator


def add_authenticator(page, *, prf=False, verified=True):
    """Give a page an authenticator that says yes by itself (Chromium, CDP WebAuthn)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
        "hasPrf": prf,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return VirtualAuthenticator(session, added["authenticatorId"])


class VirtualAuthenticator:
    def __init__(self, session, identifier):
        self.session, self.identifier = session, identifier

    def _send(self, method, **parameters):
        return self.session.send(
            f"WebAuthn.{method}", {"authenticatorId": self.identifier, **parameters}
        )

    def credentials(self):
        return self._send("getCredentials")["credentials"]

    def set_verified(self, verified):
        self._send("setUserVerified", isUserVerified=verified)

    def remove(self):
        self._send("removeVirtualAuthenticator")


@pytest.fixture
def camera(playwright, tmp_path):
    """Launch Chromium whose camera films a QR code: ``with camera("text") as chromium``."""

    @contextmanager
    def film(text):
        video = tmp_path / "camera.y4m"
        write_video(video, text)
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={video}",
            ],
        )
        try:
            yield chromium
        finally:
            chromium.close()

    return film


def write_video(path, text):
    """Write YUV4MPEG2: two empty frames, then the code, slowly turning."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            frame = Image.new("RGB", (WIDTH, HEIGHT), (90, 110, 120))
            if number >= 2:
                code = draw_code(text, HEIGHT - 60).rotate(
                    number - 4, expand=True, fillcolor=(255, 255, 255)
                )
                frame.paste(code, ((WIDTH - code.width) // 2, (HEIGHT - code.height) // 2))
            luma, blue, red = frame.convert("YCbCr").split()
            half = (WIDTH // 2, HEIGHT // 2)
            file.write(b"FRAME\n" + luma.tobytes())
            file.write(blue.resize(half).tobytes() + red.resize(half).tobytes())


def draw_code(text, size):
    """Draw a QR code about ``size`` pixels wide."""
    code = segno.make(text, error="m", micro=False)
    scale = max(2, size // code.symbol_size(border=4)[0])
    rows = [bytes(0 if dark else 255 for dark in row) for row in code.matrix_iter(scale, 4)]
    return Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows)).convert("RGB")
