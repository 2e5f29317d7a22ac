"""npm ``oidc-provider`` (OpenID certified) signs staff in: a real process, its own pages."""

import json
import subprocess
import time
from html import unescape
from re import search
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from issuer.config import StaffOidcConfig
from issuer.staff import Role
from tests.builders.issuance import ISSUER
from tests.interop.npm import FOLDER, NEEDS_NODE
from tests.unit.issuer.conftest import Office, keys, people, sqlite_database, world  # noqa: F401

pytestmark = NEEDS_NODE
CALLBACK = f"{ISSUER}/sign-in/provider/callback"
CLIENT = {
    "client_id": "esspass",
    "client_secret": "s3cret of the client & more",
    "redirect_uris": [CALLBACK],
}
ACCOUNTS = {
    "rasa": {"name": "Rasa Kazlauskienė", "roles": ["approver", "clerk"]},
    "vida": {"name": "Vida Auditorė", "roles": ["auditor"]},
    "guest": {"name": "Guest", "roles": []},
}


class Provider:
    """The process; its stdin keeps it alive."""

    def __init__(self, **given):
        self.process = subprocess.Popen(
            ["node", "--no-warnings", "oidc-provider.mjs"],
            cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        given = {"client": CLIENT, "accounts": ACCOUNTS, **given}
        self.process.stdin.write(json.dumps(given) + "\n")
        self.process.stdin.flush()
        self.issuer = json.loads(self.process.stdout.readline())["issuer"]

    def close(self):
        self.process.communicate(timeout=10)


@pytest.fixture(
    params=[("RS256", False), ("ES256", True)], ids=["RS256-userinfo", "ES256-id_token"]
)
def provider(request):
    alg, id_token = request.param
    running = Provider(alg=alg, id_token=id_token)
    yield running
    running.close()


@pytest.fixture
def office(sqlite_database, world, keys, people, provider):  # noqa: F811
    settings = StaffOidcConfig(
        provider.issuer, CLIENT["client_id"], CLIENT["client_secret"], "openid profile roles"
    )
    office = Office(sqlite_database, world, keys, people, staff_oidc=settings, allow_loopback=True)
    office.clock[0] = int(time.time())
    return office


def follow(person, answer):
    """Go where the provider sends the browser, until it sends it back to us."""
    while answer.is_redirect:
        there = urljoin(answer.url, answer.headers["Location"])
        if there.startswith(ISSUER):
            return there
        answer = person.get(there, allow_redirects=False, timeout=10)
    return answer


def submit(person, page, **values):
    """Send the form of one of the provider's pages."""
    action = unescape(search(r'action="([^"]+)"', page.text).group(1))
    prompt = search(r'name="prompt" value="([^"]+)"', page.text).group(1)
    there = urljoin(page.url, action)
    form = {"prompt": prompt, **values}
    return follow(person, person.post(there, data=form, allow_redirects=False, timeout=10))


def sign_in(office, login):
    """Sign in at the provider; return our browser and what the callback answered."""
    ours, person = office.app.test_client(), requests.Session()
    there = ours.get("/sign-in/provider?next=/decisions", base_url=ISSUER).headers["Location"]
    page = follow(person, person.get(there, allow_redirects=False, timeout=10))
    page = submit(person, page, login=login, password="any")
    back = urlsplit(submit(person, page))
    return ours, f"{back.path}?{back.query}"


def test_staff_sign_in_with_the_role_of_their_account(office):
    for login, role in (("rasa", Role.APPROVER), ("vida", Role.AUDITOR)):
        ours, back = sign_in(office, login)
        answer = ours.get(back, base_url=ISSUER)
        assert (answer.status_code, answer.headers.get("Location")) == (303, "/decisions"), (
            answer.text
        )
        assert ACCOUNTS[login]["name"] in ours.get("/decisions", base_url=ISSUER).text
        assert role in {member.role for member in office.services.staff.everybody()}
    assert ours.get("/access-log", base_url=ISSUER).status_code == 200


def test_who_has_no_role_stays_outside(office):
    ours, back = sign_in(office, "guest")
    answer = ours.get(back, base_url=ISSUER)
    assert answer.status_code == 400
    assert "You have no role here" in answer.text


def test_a_code_is_redeemed_once_and_in_the_browser_that_asked(office):
    ours, back = sign_in(office, "rasa")
    assert office.app.test_client().get(back, base_url=ISSUER).status_code == 400
    assert ours.get(back, base_url=ISSUER).status_code == 303
    assert ours.get(back, base_url=ISSUER).status_code == 400


def test_a_person_who_says_no(office):
    ours, person = office.app.test_client(), requests.Session()
    there = ours.get("/sign-in/provider", base_url=ISSUER).headers["Location"]
    page = follow(person, person.get(there, allow_redirects=False, timeout=10))
    abort = search(r'href="([^"]+/abort)"', page.text).group(1)
    back = follow(person, person.get(urljoin(page.url, abort), allow_redirects=False, timeout=10))
    parts = urlsplit(back)
    assert parse_qs(parts.query)["error"] == ["access_denied"]
    answer = ours.get(f"{parts.path}?{parts.query}", base_url=ISSUER)
    assert answer.status_code == 400
    assert "You did not sign in" in answer.text


def test_a_wrong_secret_signs_nobody_in(office):
    from dataclasses import replace

    sign = office.app.extensions["issuer.staff_oidc"]
    wrong = replace(sign, config=replace(sign.config, client_secret="another"))
    office.app.extensions["issuer.staff_oidc"] = wrong
    ours, back = sign_in(office, "rasa")
    assert ours.get(back, base_url=ISSUER).status_code == 400
    assert office.services.staff.everybody() == []
