"""Fixtures for tests in Chromium: apps on free ports, accessibility, passkeys, a camera."""

import logging
import os
import shutil
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
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from esspass.storage import connect

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTH, HEIGHT, FRAMES = 640, 480, 8


@pytest.fixture(scope="session", autouse=True)
def _catalogues():
    subprocess.run([sys.executable, ROOT / "scripts" / "translations", "compile"], check=True)


@pytest.fixture(scope="session")
def playwright():
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (scripts/test-tools finds or installs it)")
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright):
    chromium = playwright.chromium.launch(executable_path=CHROMIUM)
    yield chromium
    chromium.close()


@pytest.fixture
def new_page(browser):
    """Open pages: ``new_page(locale="el", width=390)``; the console's errors must stay empty."""
    contexts, problems = [], []

    def open_page(*, width=1280, height=900, locale="en", on=browser, **settings):
        viewport = {"width": width, "height": height}
        context = on.new_context(viewport=viewport, locale=locale, **settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: _note(problems, message))
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def _note(problems, message):
    if message.type == "error" and "the server responded with a status of" not in message.text:
        problems.append(message.text)


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serve(free_port):
    """Run an app on localhost: ``serve(lambda base_url: create_app(...))`` returns its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    servers = []

    def start(create, port=free_port):
        base_url = f"http://localhost:{port}"
        server = make_server("localhost", port, create(base_url), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return base_url

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def sqlite(tmp_path):
    db = connect(str(tmp_path / "browser.db"))
    yield db
    db.close()


@pytest.fixture
def accessible():
    """Check a page opened with ``bypass_csp=True`` (axe is injected) against the rules."""
    axe = Axe()

    def check(page):
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        result = axe.run(page, options=options)
        assert result.violations_count == 0, result.generate_report()

    return check


@pytest.fixture
def passkeys():
    """Give a page a virtual authenticator (Chromium, CDP WebAuthn); returns the CDP session."""

    def add(page, *, prf=False, verified=True):
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

    return add


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
