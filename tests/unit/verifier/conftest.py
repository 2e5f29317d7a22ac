"""A verifier over real keys and lists; only the other parties' servers are simulated."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from esspass.keys.certificates import create_signer
from esspass.keys.files import write_signer
from esspass.openid4vp.request_object import verify_request_object
from esspass.storage import migrate
from esspass.trust import create_trust_anchors
from esspass.trust.inspection_rules import read_rules
from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from tests.builders.presentations import IssuingWorld, link_parameters
from verifier import MIGRATIONS, create_app
from verifier.config import VerifierConfig

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
RULES_IN_FORCE = 1_795_255_200  # 21 November 2026, when the first issue of the rules counts
BASE_URL = "http://localhost:8301"


@pytest.fixture(scope="session", autouse=True)
def _catalogues():
    subprocess.run([sys.executable, SCRIPTS / "translations", "compile"], check=True)


class Stage:
    """The app, its world, a clock that tests move, and a wallet's view of its endpoints."""

    def __init__(self, folder, database, *, pinned=None, address=None, **settings):
        self.world = IssuingWorld(RULES_IN_FORCE)
        self.world.lists.rules = read_rules()
        seals = self.world.fund.attestation_signer.certificates
        self.world.lists.institutions = [
            replace(each, certificates=seals) for each in self.world.lists.institutions
        ]
        self.now = self.world.now
        self.publish_lists()
        access = self.world.lists.bodies["access"]
        signer = create_signer(
            access.issuance, "Labour Inspectorate", "GR", "Access", self.now, address
        )
        write_signer(folder, "access", signer)
        anchors = folder / "anchors.json"
        anchors.write_text(create_trust_anchors(pinned or self.world.lists.anchors))
        self.config = VerifierConfig(
            **{
                "base_url": BASE_URL,
                "secret_key": "s" * 40,
                "database_url": "",
                "keys_folder": folder,
                "trust_anchors": anchors,
                "wallet_url": "https://wallet.example.org",
                **settings,
            }
        )
        migrate(database, MIGRATIONS)
        self.database = database
        self.app = create_app(self.config, database, self.world.web, lambda: self.now)
        self.verifier = self.app.extensions["verifier"]
        self.wallet_client = self.app.test_client()

    def publish_lists(self):
        self.world.view()
        for name, tokens in self.world.lists.tokens.items():
            url = self.world.lists.anchors.sources[name].url
            self.world.web.answers[url] = tokens[-1]

    def sign_in(self, name="Inspector"):
        """A browser of a member of staff."""
        store, sessions = PasskeyStore(self.database), ServerSessionStore(self.database)
        store.add_user(User(name, "staff", name, "salt"), self.now)
        browser = self.app.test_client()
        token = sessions.create(name, now=self.now, lifetime=36000)
        with browser.session_transaction() as session:
            session["session"] = token
            session["csrf"] = "csrf"
        return browser

    def post(self, browser, path, **form):
        return browser.post(path, data={"csrf_token": "csrf", **form})

    def begin(self, browser, **form):
        """Start a check on the page; return its id."""
        form = {"purpose": "labour-inspection", "with_pid": "1", **form}
        answer = self.post(browser, "/", **form)
        assert answer.status_code == 303, answer.text
        return answer.location.rpartition("/")[2]

    def open_case(self, browser, **form):
        """Open a case on its page; return its address."""
        form = {
            "purpose": "labour-inspection",
            "country": "GR",
            "day": "2026-11-21",
            "keep": "900",
            **form,
        }
        answer = self.post(browser, "/cases/new", **form)
        assert answer.status_code == 303, answer.text
        return answer.location

    def ask(self, browser, case, **form):
        """Ask a wallet in a case; return the id of the check."""
        answer = self.post(browser, f"{case}/ask", **{"flow": "cross_device", **form})
        assert answer.status_code == 303, answer.text
        return answer.location.rpartition("/")[2]

    def read_request(self, link, wallet_nonce="wallet-nonce-of-22-chars"):
        """What a wallet reads behind a link."""
        parameters = link_parameters(link)
        path = urlsplit(parameters["request_uri"]).path
        answer = self.wallet_client.post(path, data={"wallet_nonce": wallet_nonce})
        assert answer.status_code == 200, answer.text
        assert answer.content_type == "application/oauth-authz-req+jwt"
        return verify_request_object(
            answer.text, parameters["client_id"], now=self.now, wallet_nonce=wallet_nonce
        )

    def answer(self, request, form):
        """Post a form to the response URI, as a wallet does."""
        return self.wallet_client.post(urlsplit(request.response_uri).path, data=form)

    def link_of(self, inspection_id):
        inspection = self.verifier.result(inspection_id, self.now).inspection
        return self.verifier.links(inspection)[0]


@pytest.fixture
def stage(database, tmp_path):
    return Stage(tmp_path, database)
