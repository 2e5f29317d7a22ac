"""Pushed requests, the authorization endpoint, codes: RFC 9126, RFC 9207, FAPI 2.0."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from esspass.openid4vci import pkce
from tests.builders.issuance import ISSUER, WalletKit
from tests.unit.issuer.conftest import identity_of
from tests.unit.issuer.test_attacks import code_for, refused


def location(response):
    parts = urlsplit(response.headers["Location"])
    return parts, {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_a_pushed_request(office):
    response = office.wallet().push()
    assert response.status_code == 201
    assert response.json["expires_in"] <= 600
    assert re.fullmatch(
        r"urn:ietf:params:oauth:request_uri:[\w-]{43}", response.json["request_uri"]
    )
    assert response.headers["Cache-Control"] == "no-store"


BAD_PUSHES = {
    "no-pkce": ({"code_challenge": None}, "invalid_request"),
    "plain-pkce": ({"code_challenge_method": "plain"}, "invalid_request"),
    "no-redirect-uri": ({"redirect_uri": None}, "invalid_request"),
    "script-redirect-uri": ({"redirect_uri": "javascript:alert(1)"}, "invalid_request"),
    "request-uri": ({"request_uri": "urn:x"}, "invalid_request"),
    "response-type": ({"response_type": "code id_token"}, "unsupported_response_type"),
    "token-response-type": ({"response_type": "token"}, "unsupported_response_type"),
    "unknown-scope": ({"scope": "openid unknown"}, "invalid_scope"),
    "no-scope": ({"scope": None}, "invalid_scope"),
    "details": (
        {
            "scope": None,
            "authorization_details": '[{"type":"openid_credential","credential_configuration_id":"x"}]',
        },
        "invalid_authorization_details",
    ),
    "details-type": (
        {"authorization_details": '[{"type":"payment"}]'},
        "invalid_authorization_details",
    ),
}


@pytest.mark.parametrize(
    ("changes", "code"), [pytest.param(*case, id=i) for i, case in BAD_PUSHES.items()]
)
def test_bad_pushed_requests(office, changes, code):
    refused(office.wallet().push(**changes), code)


def test_unknown_scopes_beside_known_ones_are_ignored(office):
    assert office.wallet().push(scope="openid urn:eudi:ehic:1").status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        "/par",
        "/token",
        "/nonce",
        "/challenge",
        "/credential",
        "/deferred-credential",
        "/notification",
    ],
)
def test_post_only(office, path):
    client = office.app.test_client()
    for method in (client.get, client.put, client.delete):
        response = method(path, base_url=ISSUER)
        assert response.status_code == 405
        assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"client_id=a&client_id=b", "application/x-www-form-urlencoded"),
        (b"x" * 700_000, "application/x-www-form-urlencoded"),
    ],
)
def test_malformed_forms(office, body, content_type):
    for path in ("/par", "/token"):
        response = office.wallet().post(path, body, content_type=content_type)
        assert response.status_code in (400, 413)
        assert "error" in response.json


def test_an_authorization_request_that_was_not_pushed(office):
    query = {
        "client_id": "wallet.example",
        "response_type": "code",
        "redirect_uri": "https://wallet.example/callback",
    }
    response = office.app.test_client().get("/authorize", query_string=query, base_url=ISSUER)
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert "Start in your wallet" in response.text


def test_a_request_uri_before_and_after_completion(office, people):
    wallet = office.wallet()
    request_uri = wallet.push().json["request_uri"]
    assert wallet.authorize(request_uri).status_code == 200
    page = wallet.authorize(request_uri)
    assert page.status_code == 200
    assert wallet.sign_in(page, **identity_of(people["builder"].person)).status_code == 303
    assert wallet.authorize(request_uri).status_code == 400
    assert wallet.sign_in(page, **identity_of(people["builder"].person)).status_code == 400


def test_an_expired_request_uri(office):
    wallet = office.wallet()
    request_uri = wallet.push().json["request_uri"]
    office.clock[0] += 301
    assert wallet.authorize(request_uri).status_code == 400


def test_a_request_uri_of_another_client(office):
    wallet = office.wallet()
    request_uri = wallet.push().json["request_uri"]
    assert wallet.authorize(request_uri, client_id="someone else").status_code == 400
    assert wallet.authorize("urn:ietf:params:oauth:request_uri:" + "x" * 43).status_code == 400


def test_the_form_ends_in_time(office, people):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    office.clock[0] += 1201
    assert wallet.sign_in(page, **identity_of(people["builder"].person)).status_code == 400


def test_declining(office):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push(state="s" * 2000).json["request_uri"])
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
    path = page.request.path.replace("/demo-eid", "/decline")
    parts, answer = location(wallet.post(path, {"csrf_token": token}))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://wallet.example/callback"
    assert answer == {"error": "access_denied", "state": "s" * 2000, "iss": ISSUER}
    assert wallet.post(path, {"csrf_token": token}).status_code == 400


def test_no_change_without_the_secret_of_the_form(office, people):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    response = wallet.post(page.request.path, identity_of(people["builder"].person))
    assert response.status_code == 400


def test_without_state_and_with_a_query_in_the_redirect_uri(office, people):
    wallet = office.wallet()
    page = wallet.authorize(
        wallet.push(state=None, redirect_uri="https://wallet.example/cb?x=1").json["request_uri"]
    )
    _, answer = location(wallet.sign_in(page, **identity_of(people["builder"].person)))
    assert set(answer) == {"x", "code", "iss"}
    assert (
        wallet.redeem_code(answer["code"], redirect_uri="https://wallet.example/cb?x=1").status_code
        == 200
    )


def test_a_page_may_lead_to_the_wallet_and_nowhere_else(office):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://wallet.example;" in policy
    assert "default-src 'self'" in policy


BAD_CODES = {
    "redirect-uri": ({"redirect_uri": "https://wallet.example/other"}, "invalid_grant"),
    "no-redirect-uri": ({"redirect_uri": None}, "invalid_request"),
    "no-verifier": ({"code_verifier": None}, "invalid_grant"),
    "wrong-verifier": ({"code_verifier": "x" * 43}, "invalid_grant"),
    "unknown": ({"code": "x" * 43}, "invalid_grant"),
}


@pytest.mark.parametrize(
    ("changes", "code"), [pytest.param(*case, id=i) for i, case in BAD_CODES.items()]
)
def test_bad_code_redemption(office, people, changes, code):
    wallet = office.wallet()
    given = code_for(office, wallet, people["builder"].person)
    refused(
        wallet.redeem_code(given, **changes)
        if "code" not in changes
        else wallet.redeem_code(changes["code"]),
        code,
    )
    assert wallet.redeem_code(given).status_code == 200


def test_a_code_lasts_a_minute(office, people):
    wallet = office.wallet()
    given = code_for(office, wallet, people["builder"].person)
    office.clock[0] += 61
    refused(wallet.redeem_code(given), "invalid_grant")


def test_a_code_is_bound_to_its_client(office, people):
    wallet, thief = office.wallet(), office.wallet()
    given = code_for(office, wallet, people["builder"].person)
    thief.verifier = wallet.verifier
    refused(thief.redeem_code(given), "invalid_grant")
    other = office.wallet(client_id="other.example")
    other.verifier = wallet.verifier
    refused(other.redeem_code(given), "invalid_grant")
    assert wallet.redeem_code(given).status_code == 200


@pytest.mark.parametrize("how", ["dpop_jkt", "DPoP header", "both"])
def test_a_code_bound_to_a_dpop_key(office, people, how):
    wallet = office.wallet()
    headers = wallet.client_headers("/par", dpop=how != "dpop_jkt")
    push = {"headers": headers, **({"dpop_jkt": wallet.kit.jkt} if how != "DPoP header" else {})}
    given = code_for(office, wallet, people["builder"].person, **push)
    right, wallet.kit.dpop_key = wallet.kit.dpop_key, WalletKit().dpop_key
    refused(wallet.redeem_code(given), "invalid_dpop_proof")
    wallet.kit.dpop_key = right
    assert wallet.redeem_code(given).status_code == 200


def test_dpop_jkt_and_proof_that_differ(office):
    wallet = office.wallet()
    headers = wallet.client_headers("/par")
    refused(wallet.push(headers=headers, dpop_jkt="x" * 43), "invalid_dpop_proof")


def test_unsupported_grants(office):
    refused(office.wallet().token({"grant_type": "password"}), "unsupported_grant_type")
    refused(office.wallet().token({}), "invalid_request")
    refused(
        office.wallet().token({"grant_type": "refresh_token", "refresh_token": "x"}),
        "invalid_grant",
    )


def test_the_challenge_is_never_the_verifier(office, people):
    wallet = office.wallet()
    given = code_for(office, wallet, people["builder"].person)
    refused(
        wallet.redeem_code(given, code_verifier=pkce.create_code_challenge(wallet.verifier)),
        "invalid_grant",
    )


def test_errors_of_the_simulated_form(office):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    empty = wallet.sign_in(page)
    assert empty.status_code == 400
    assert "Enter the surnames" in empty.text
    wrong = wallet.sign_in(
        page,
        family_name="a",
        given_name="b",
        birthdate="yesterday",
        personal_administrative_number="1",
    )
    assert "Enter the date of birth as year-month-day" in wrong.text
    hostile = wallet.sign_in(
        page,
        family_name='"><script>alert(1)</script>',
        given_name="b",
        birthdate="2000-01-01",
        personal_administrative_number="1",
    )
    assert "<script>alert" not in hostile.text


def test_methods_that_are_not_offered(office, make_office):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    for method in ("pid", "oidc"):
        path = page.request.path.replace("demo-eid", method)
        assert wallet.client.get(path, base_url=ISSUER).status_code == 404
    other = make_office(sign_in=("pid",))
    wallet = other.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    path = page.request.path + "/demo-eid"
    assert wallet.client.get(path, base_url=ISSUER).status_code == 404


def test_several_methods_are_a_choice(make_office):
    office = make_office(sign_in=("pid", "demo-eid"))
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    assert "With the identity in your wallet" in page.text
    assert "Simulated" in page.text
    assert f'{page.request.path}/demo-eid"' in page.text
    assert page.request.path.count("/") == 2
