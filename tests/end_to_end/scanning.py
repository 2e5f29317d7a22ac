"""A verifier with real lists, rules and status lists, somebody who scans, and what is scanned."""

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PIL import Image
from werkzeug.serving import make_server

from esspass.attestations import EHIC, PDA1_WEBUILD
from esspass.cwt import create_document_cwt
from esspass.jose.claims import StatusReference
from esspass.keys.certificates import create_signer
from esspass.keys.files import write_signer
from esspass.qr import create_paper_text, create_qr_text, create_qr_texts
from esspass.storage import connect, migrate
from esspass.trust import create_trust_anchors, read_rules
from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from tests.builders.inspections import bind_shown
from tests.builders.presentations import (
    FUND_LIST,
    IDENTITY_LIST,
    PERSON,
    IssuingWorld,
    create_a1,
    create_ehic,
)
from tests.end_to_end.conftest import HEIGHT, WIDTH, draw_code, find_free_port
from verifier import MIGRATIONS, create_app
from verifier.config import VerifierConfig

AGGREGATION = "https://fund.example.lt/status-lists"
SHOWN = (
    ("subject", "names"), ("subject", "dateOfBirth"), ("placesOfWork", "GR"),
    ("employmentSituations", None), ("statusConfirmation",), ("documentID",),
    ("competentInstitution",),
)  # fmt: skip
CREW = (
    ("Šimkutė-Petraitienė", "Ona"), ("Παπαδόπουλος", "Γιώργος"), ("Ștefănescu", "Ioana"),
    ("Kazlauskas", "Jonas"), ("Müller", "Anna-Lena"),
)  # fmt: skip


class ScanStage:
    """The verifier as a server that can be stopped, at the time of the clock on the wall."""

    def __init__(self, folder):
        self.world = IssuingWorld(int(time.time()))
        self.folder = folder
        self.port = find_free_port()
        self.base = f"http://localhost:{self.port}"
        self._publish()
        self.database = connect(str(folder / "verifier.db"))
        migrate(self.database, MIGRATIONS)
        self.app = create_app(self._configure(), self.database, self.world.web)
        self.server = None
        self.start()

    def _publish(self):
        world = self.world
        world.seal = world.fund.attestation_signer
        world.lists.institutions = [
            replace(each, certificates=world.seal.certificates, status_lists=AGGREGATION)
            for each in world.lists.institutions
        ]
        world.lists.rules = read_rules()
        world.view()
        for name, tokens in world.lists.tokens.items():
            world.web.answers[world.lists.anchors.sources[name].url] = tokens[-1]
        addresses = {"status_lists": [FUND_LIST, IDENTITY_LIST]}
        world.web.answers[AGGREGATION] = json.dumps(addresses)

    def _configure(self):
        access = self.world.lists.bodies["access"]
        signer = create_signer(
            access.issuance, "Labour Inspectorate", "GR", "Access", self.world.now
        )
        write_signer(self.folder, "access", signer)
        anchors = self.folder / "anchors.json"
        anchors.write_text(create_trust_anchors(self.world.lists.anchors))
        return VerifierConfig(self.base, "s" * 40, "", self.folder, anchors)

    def start(self):
        """Serve, also after a stop."""
        self.server = make_server("localhost", self.port, self.app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        """Leave the site without a server."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def sign_in(self, page, name="Inspector", lifetime=36000):
        """Give the page's browser the cookie of a member of staff."""
        store, now = PasskeyStore(self.database), int(time.time())
        if store.find_user(name) is None:
            store.add_user(User(name, "staff", name, "salt"), now)
        token = ServerSessionStore(self.database).create(name, now=now, lifetime=lifetime)
        signed = self.app.session_interface.get_signing_serializer(self.app)
        cookie = {"name": self.app.config["SESSION_COOKIE_NAME"], "url": self.base}
        value = signed.dumps({"session": token, "csrf": "csrf"})
        page.context.add_cookies([{**cookie, "value": value}])

    def present(self, person=0, purpose="labour-inspection", index=7, at=None, **changes):
        """A presentation of one of the crew's A1, made now or at another time."""
        surnames, forenames = CREW[person]
        worker = replace(PERSON, surnames=surnames, forenames=forenames)
        a1 = create_a1(
            document_number=f"LT-A1-{person:06}", **{**_period(), "person": worker, **changes}
        )
        text = self.world.issue(a1, PDA1_WEBUILD, index=index)
        nonce = f"nonce-{person:02}-{time.time_ns()}"
        return bind_shown(self.world, text, SHOWN, purpose, now=at or int(time.time()), nonce=nonce)

    def code(self, person=0, **changes):
        """The text of one code, however large."""
        return create_qr_text(self.present(person, **changes))

    def codes(self, person=0, **changes):
        """The texts that a wallet shows in turn."""
        return create_qr_texts(self.present(person, **changes))

    def card(self):
        """The code of a health insurance card."""
        text = self.world.issue(create_ehic(), EHIC)
        paths = (("document_number",), ("starting_date",), ("ending_date",))
        now = int(time.time())
        return create_qr_text(bind_shown(self.world, text, paths, "care", now=now))

    def paper(self):
        """The code on a sealed A1."""
        now = int(time.time())
        sealed = create_document_cwt(
            create_a1(**_period()),
            signer=self.world.seal,
            issued_at=now - 86400,
            expires_at=now + 90 * 86400,
            status=StatusReference(FUND_LIST, 9),
        )
        return create_paper_text(sealed)


def _period():
    today = datetime.now(UTC).date()
    starts, ends = today - timedelta(days=90), today + timedelta(days=200)
    return {"starts": starts, "ends": ends, "issued_on": starts, "expires_on": ends}


class Scanner:
    """Somebody with the scan page open."""

    def __init__(self, page, stage):
        self.page, self.stage = page, stage

    def open(self):
        """Open the page, and wait until it is kept for use without a network."""
        self.page.goto(f"{self.stage.base}/scan")
        self.page.wait_for_selector("html[data-kept=yes]", timeout=30_000)

    def begin(self, **fields):
        """Fill the set-up and start."""
        for name, value in {"employer_name": "Statyba UAB", "place": "Patra", **fields}.items():
            self.page.fill(f"#{name}", value)
        self.page.click("#begin")
        self.page.wait_for_selector("#scan-status")

    def type(self, text):
        """Type as a hand-held scanner does, anywhere on the page."""
        self.page.evaluate(_TYPE, text)

    def forget(self):
        """Take everything from this device that was kept of inspections."""
        self.page.goto("about:blank")
        session = self.page.context.new_cdp_session(self.page)
        wish = {"origin": self.stage.base, "storageTypes": "indexeddb"}
        session.send("Storage.clearDataForOrigin", wish)
        session.detach()

    def change(self, act):
        """Change the set-up of the inspection."""
        self.page.click(".scan-case__actions button >> nth=0")
        act(self.page)
        self.page.click("#begin")
        self.page.wait_for_selector("#scan-status")

    def scan(self, text):
        """Scan and read the outcome of the verdict."""
        self.page.evaluate("document.querySelector('.scan-verdict')?.classList.add('old')")
        self.type(text)
        return self.verdict()

    def verdict(self):
        """Wait for a verdict; return outcome and reason."""
        banner = self.page.wait_for_selector(".scan-verdict:not(.old)", timeout=15_000)
        return banner.get_attribute("data-outcome"), banner.get_attribute("data-reason")

    def next(self):
        """Go back to the camera."""
        self.page.click("#next")
        self.page.wait_for_selector("#scan-status")

    def persons(self):
        """Outcome and state of everybody in the list, the newest first."""
        rows = self.page.locator(".scan-person").all()
        return [(r.get_attribute("data-outcome"), r.get_attribute("data-state")) for r in rows]

    @property
    def said(self):
        """What the page says below the camera."""
        return self.page.inner_text("#scan-status")


# Keys as fast as a scanner sends them; one by one through the protocol would be a person's pace.
_TYPE = """text => {
  const send = key => document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  [...text, 'Enter'].forEach(send);
}"""


def write_film(path, texts, *, repeat=3, blank=2):
    """Write MJPEG: empty frames, then each code for a while, over and over."""
    empty = Image.new("RGB", (WIDTH, HEIGHT), (90, 110, 120))
    frames = [empty] * blank + [_film(text) for text in texts for _ in range(repeat)]
    with path.open("wb") as file:
        for frame in frames:
            frame.save(file, "JPEG", quality=90)


def _film(text):
    frame = Image.new("RGB", (WIDTH, HEIGHT), (90, 110, 120))
    code = draw_code(text, HEIGHT - 8)
    frame.paste(code, ((WIDTH - code.width) // 2, (HEIGHT - code.height) // 2))
    return frame
