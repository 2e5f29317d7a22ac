"""Signing in to apply: with a PID from a wallet, and with an OpenID Provider."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from issuer.config import OidcConfig
from tests.builders.issuance import ISSUER
from tests.simulators.openid_provider import SimulatedProvider
from tests.unit.issuer.test_sign_in import cross_device_link, holder_of, present

PID = "/apply/sign-in/pid"


@pytest.fixture
def pid_office(make_office):
    return make_office(sign_in=("pid",))


def get(client, path):
    return client.get(path, base_url=ISSUER)


def test_the_wallet_on_this_device(pid_office, world, people):
    client, driver = pid_office.app.test_client(), pid_office.wallet()
    get(client, "/apply/sign-in?next=/letters")
    link = get(client, f"{PID}/here").headers["Location"]
    answer = present(pid_office, driver, link, holder_of(world, people["builder"].pid))
    assert answer.status_code == 200, answer.text
    back = urlsplit(answer.json["redirect_uri"])
    assert back.path == f"{PID}/return"
    done = get(client, f"{back.path}?{back.query}")
    assert (done.status_code, done.headers["Location"]) == (303, "/letters")
    assert people["builder"].person.surnames in get(client, "/apply/mine").text


def test_a_wallet_on_another_device(pid_office, world, people):
    client, driver = pid_office.app.test_client(), pid_office.wallet()
    link = cross_device_link(get(client, PID).text)
    assert get(client, f"{PID}/state").json == {"state": "waiting"}
    present(pid_office, driver, link, holder_of(world, people["builder"].pid))
    location = get(client, f"{PID}/state").json["location"]
    stranger = pid_office.app.test_client()
    assert get(stranger, location).status_code == 400
    assert get(client, location).status_code == 303
    assert get(client, "/apply/mine").status_code == 200


def test_a_response_code_is_needed(pid_office, world, people):
    client, driver = pid_office.app.test_client(), pid_office.wallet()
    link = get(client, f"{PID}/here").headers["Location"]
    present(pid_office, driver, link, holder_of(world, people["builder"].pid))
    guess = get(client, f"{PID}/return?response_code=guess")
    assert guess.headers["Location"].endswith("/pid/failed")
    assert get(client, f"{PID}/failed").status_code == 403
    assert get(client, "/apply/mine").status_code == 302


def test_another_site_is_no_next_page(pid_office):
    client = pid_office.app.test_client()
    get(client, "/apply/sign-in?next=https://evil.example/")
    with client.session_transaction(base_url=ISSUER) as session:
        assert session["apply_next"] == "/apply/mine"


@pytest.fixture
def provider(people):
    simulated = SimulatedProvider()
    person = people["builder"].person
    simulated.claims = {
        "family_name": person.surnames, "given_name": person.forenames,
        "birthdate": person.date_of_birth.isoformat(),
        "personal_administrative_number": person.pin,
    }  # fmt: skip
    yield simulated
    simulated.server.shutdown()
    simulated.server.server_close()


@pytest.fixture
def oidc_office(make_office, provider):
    return make_office(
        sign_in=("oidc",), oidc=OidcConfig(provider.url, "issuer", "s3cret"), allow_loopback=True
    )


def go_to_provider(client):
    there = get(client, "/apply/sign-in/oidc").headers["Location"]
    assert parse_qs(urlsplit(there).query)["redirect_uri"] == [
        f"{ISSUER}/apply/sign-in/oidc/callback"
    ]
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    return urlsplit(back)


def test_the_openid_provider(oidc_office, people):
    client = oidc_office.app.test_client()
    back = go_to_provider(client)
    done = get(client, f"{back.path}?{back.query}")
    assert done.status_code == 303, done.text
    assert people["builder"].person.surnames in get(client, "/apply/mine").text
    assert get(client, f"{back.path}?{back.query}").status_code == 400  # an answer counts once


def test_oidc_01_the_answer_of_another_browser(oidc_office):
    client, other = oidc_office.app.test_client(), oidc_office.app.test_client()
    back = go_to_provider(client)
    assert get(other, f"{back.path}?{back.query}").status_code == 400
    get(other, "/apply/sign-in/oidc")
    assert get(other, f"{back.path}?{back.query}").status_code == 400
    assert get(other, "/apply/mine").status_code == 302


def test_without_a_number_nobody_applies(oidc_office, provider):
    del provider.claims["personal_administrative_number"]
    client = oidc_office.app.test_client()
    back = go_to_provider(client)
    page = get(client, f"{back.path}?{back.query}")
    assert page.status_code == 400
    assert "personal number is missing" in page.text
