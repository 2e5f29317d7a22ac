"""Staff sign in with OpenID Connect; a provider that lies signs nobody in."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from esspass.errors import MalformedError
from esspass.web.passkeys import PasskeyStore
from issuer.config import IssuerConfig, StaffOidcConfig
from issuer.sign_in_staff import NoRoleError, parse_member
from issuer.staff import Role
from tests.builders.issuance import ISSUER, NOW
from tests.simulators.openid_provider import SimulatedProvider
from tests.unit.issuer.staffing import Colleague

CALLBACK = "/sign-in/provider/callback"


@pytest.fixture(scope="module")
def provider():
    simulated = SimulatedProvider()
    yield simulated
    simulated.server.shutdown()


@pytest.fixture
def make(make_office, provider):
    """An institution whose staff have accounts at the provider."""
    provider.mode = "good"
    provider.claims = {"name": "Rasa Kazlauskienė", "roles": ["clerk"]}

    def office(**changes):
        settings = StaffOidcConfig(provider.url, "issuer", "s3cret", **changes)
        return make_office(staff_oidc=settings, allow_loopback=True)

    return office


@pytest.fixture
def office(make):
    return make()


def go_to_provider(client, provider, path="/sign-in/provider?next=/decisions"):
    """Follow the browser to the provider and back; return the callback's address."""
    there = client.get(path, base_url=ISSUER)
    assert there.status_code == 303, there.text
    parts = urlsplit(there.headers["Location"])
    with provider.app.test_client() as browser:
        back = browser.get(f"{parts.path}?{parts.query}", base_url=provider.url).headers["Location"]
    back = urlsplit(back)
    assert back.path == CALLBACK
    return f"{back.path}?{back.query}"


def sign_in(office, provider, **options):
    client = office.app.test_client()
    answer = client.get(go_to_provider(client, provider, **options), base_url=ISSUER)
    return client, answer


@pytest.mark.parametrize("mode", ["good", "names in userinfo"])
def test_signing_in_with_a_role(office, provider, mode):
    provider.mode = mode
    client, answer = sign_in(office, provider)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/decisions")
    page = client.get("/decisions", base_url=ISSUER)
    assert "Rasa Kazlauskienė" in page.text
    assert "My passkeys" not in page.text
    assert client.get("/staff", base_url=ISSUER).status_code == 403


def test_the_role_of_each_sign_in_counts_everywhere(office, provider):
    earlier, _ = sign_in(office, provider)
    provider.claims["roles"] = ["supervisor", "clerk"]
    later, _ = sign_in(office, provider)
    assert later.get("/staff", base_url=ISSUER).status_code == 200
    provider.claims["roles"] = "auditor"
    sign_in(office, provider)
    for client in (earlier, later):
        assert client.get("/access-log", base_url=ISSUER).status_code == 200
        assert client.get("/decisions/x/offer", base_url=ISSUER).status_code == 403
    assert len(office.services.staff.everybody()) == 1


def test_the_button_stands_on_the_sign_in_page(office, make_office):
    page = office.app.test_client().get("/sign-in?next=/decisions", base_url=ISSUER).text
    assert 'href="/sign-in/provider?next=/decisions"' in page


def test_without_a_provider_there_is_no_such_way(make_office):
    client = make_office().app.test_client()
    assert "/sign-in/provider" not in client.get("/sign-in", base_url=ISSUER).text
    assert client.get("/sign-in/provider", base_url=ISSUER).status_code == 404
    assert client.get(CALLBACK, base_url=ISSUER).status_code == 404


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(m, id=f"OIDC-01-{m}")
        for m in ("nonce", "aud", "iss", "exp", "key", "none", "mix-up", "declined", "userinfo")
    ],
)
def test_oidc_refuses_a_lying_provider(office, provider, mode):
    provider.mode = mode
    client, answer = sign_in(office, provider)
    assert answer.status_code == 400
    assert client.get("/decisions", base_url=ISSUER).headers["Location"].startswith("/sign-in")
    assert office.services.staff.everybody() == []


def test_oidc_01_state_browser_and_replay(office, provider):
    client = office.app.test_client()
    back = go_to_provider(client, provider)
    assert office.app.test_client().get(back, base_url=ISSUER).status_code == 400
    assert client.get(back, base_url=ISSUER).status_code == 303
    assert client.get(back, base_url=ISSUER).status_code == 400
    other = office.app.test_client()
    wrong = go_to_provider(other, provider).replace("state=", "state=x")
    assert other.get(wrong, base_url=ISSUER).status_code == 400


def test_oidc_01_a_code_of_another_sign_in(office, provider):
    ours, theirs = office.app.test_client(), office.app.test_client()
    code = parse_qs(urlsplit(go_to_provider(theirs, provider)).query)["code"][0]
    state = parse_qs(urlsplit(go_to_provider(ours, provider)).query)["state"][0]
    query = urlencode({"code": code, "state": state})
    assert ours.get(f"{CALLBACK}?{query}", base_url=ISSUER).status_code == 400


def test_a_sign_in_that_took_too_long(office, provider):
    client = office.app.test_client()
    back = go_to_provider(client, provider)
    office.clock[0] += 601
    answer = client.get(back, base_url=ISSUER)
    assert answer.status_code == 400
    assert "This sign-in is over" in answer.text


@pytest.mark.parametrize(
    "roles", [None, [], ["wallet-admin"], "king", {"clerk": True}, [["clerk"]]]
)
def test_who_has_no_role_stays_outside(office, provider, roles):
    provider.claims["roles"] = roles
    _, answer = sign_in(office, provider)
    assert answer.status_code == 400
    assert "You have no role here" in answer.text
    assert office.services.staff.everybody() == []


def test_who_was_removed_stays_outside_until_let_in_again(office, provider):
    supervisor = Colleague(office, "supervisor", "Ona")
    client, _ = sign_in(office, provider)
    (member,) = [m for m in office.services.staff.everybody() if m.provider]
    supervisor.post(f"/staff/{member.id}/remove")
    assert client.get("/decisions", base_url=ISSUER).status_code == 302
    refused, answer = sign_in(office, provider)
    assert answer.status_code == 400
    assert "Your access was ended" in answer.text
    assert refused.get("/decisions", base_url=ISSUER).status_code == 302
    page = supervisor.get("/staff").text
    assert "Let in again" in page
    supervisor.post(f"/staff/{member.id}/readmit")
    assert sign_in(office, provider)[1].status_code == 303


def test_no_passkey_outlives_the_account(office, provider):
    """Somebody signed in by the provider adds a passkey: it signs nobody in."""
    from tests.unit.issuer.test_staff import register_at

    client, _ = sign_in(office, provider)
    assert client.get("/passkeys", base_url=ISSUER).status_code == 400
    device, post = register_at(client)
    options = post("/sign-in/options", {}).json
    answer = post("/sign-in", {"credential": device.get(options)})
    assert answer.status_code == 400
    assert answer.json["error"] == "provider_signs_in"
    stranger = client.get("/decisions", base_url=ISSUER)
    assert stranger.headers["Location"].startswith("/sign-in")


def test_where_to_afterwards_stays_here(office, provider):
    path = "/sign-in/provider?next=https://evil.example/"
    assert sign_in(office, provider, path=path)[1].headers["Location"] == "/"


def test_the_context_class_insisted_on(make, provider):
    office = make(acr="urn:example:two-factors")
    there = office.app.test_client().get("/sign-in/provider", base_url=ISSUER).headers["Location"]
    assert parse_qs(urlsplit(there).query)["acr_values"] == ["urn:example:two-factors"]
    assert sign_in(office, provider)[1].status_code == 400
    provider.claims["acr"] = "urn:example:two-factors"
    assert sign_in(office, provider)[1].status_code == 303


CONFIG = StaffOidcConfig("https://op.example", "issuer", "s", role_prefix="esspass-")


def test_roles_with_a_prefix_and_the_strongest_counts():
    claims = {"sub": "1", "name": "A", "roles": ["auditor", "esspass-clerk", "esspass-approver"]}
    assert parse_member(claims, CONFIG).role is Role.APPROVER
    with pytest.raises(NoRoleError):
        parse_member({**claims, "roles": ["clerk"]}, CONFIG)


@pytest.mark.parametrize(
    "changes", [{"sub": None}, {"sub": ""}, {"sub": "x" * 256}, {"name": None}, {"name": "  "}]
)
def test_identities_that_are_incomplete(changes):
    with pytest.raises(MalformedError, match="missing"):
        parse_member({"sub": "1", "name": "A", "roles": "esspass-clerk", **changes}, CONFIG)


def test_a_user_is_made_for_who_comes_from_the_provider(office, provider):
    sign_in(office, provider)
    (member,) = office.services.staff.everybody()
    known = PasskeyStore(office.services.database).find_user(member.id)
    assert (known.role, known.name, member.since) == ("staff", "Rasa Kazlauskienė", NOW)


def test_settings_of_the_environment():
    environ = {
        "ISSUER_STAFF_OIDC_ISSUER": "https://op.example", "ISSUER_STAFF_OIDC_CLIENT_ID": "c",
        "ISSUER_STAFF_OIDC_CLIENT_SECRET": "s", "ISSUER_STAFF_OIDC_ROLE_CLAIM": "groups",
        "ISSUER_BASE_URL": ISSUER, "ISSUER_SECRET_KEY": "x" * 32, "ISSUER_DATABASE_URL": "x.db",
        "ISSUER_KEYS_FOLDER": "k", "ISSUER_TRUST_ANCHORS": "a", "ISSUER_INSTITUTION_ID": "LT:1",
        "ISSUER_INSTITUTION_NAME": "N", "ISSUER_COUNTRY": "LT", "ISSUER_FOUR_EYES_RISK": "4",
    }  # fmt: skip
    config = IssuerConfig.from_environ(environ)
    assert config.staff_oidc.role_claim == "groups"
    assert config.four_eyes_risk == 4
    with pytest.raises(MalformedError, match="FOUR_EYES"):
        IssuerConfig.from_environ({**environ, "ISSUER_FOUR_EYES_RISK": "-1"})
