"""Tokens of the API that are bound to a key (RFC 9449), beside bearer tokens or alone."""

import pytest

from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci.dpop import create_dpop_proof
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.api_client import API, Program
from tests.unit.issuer.test_api import is_problem


class Keyed(Program):
    """A program that proves its key."""

    key = KeySigner(create_key())

    def prove(self, method, path, key=None, **more):
        url = f"{ISSUER}{API}{path}"
        return create_dpop_proof(key or self.key, method, url, now=NOW, **more)

    def ask_token(self, secret=None, proof=None, **form):
        form = {"grant_type": "client_credentials", "scope": "records", **form}
        headers = {"DPoP": proof or self.prove("POST", "/token")}
        return self.client.post(
            f"{API}/token", data=form, auth=(self.id, secret or self.secret), base_url=self.base,
            headers=headers,
        )  # fmt: skip

    def call(self, method, path, proof=None, scheme="DPoP", **settings):
        proof = self.prove(method, path, access_token=self.token) if proof is None else proof
        headers = {"Authorization": f"{scheme} {self.token}", "DPoP": proof}
        return self.client.open(
            API + path, method=method, headers=headers, base_url=self.base, **settings
        )


@pytest.fixture
def keyed(portable_office):
    return Keyed(portable_office, "clerk")


def test_a_token_is_bound_to_the_key_that_was_proved(keyed):
    assert keyed.ask_token().json["token_type"] == "DPoP"
    assert keyed.get("/decisions", size=1).status_code == 200
    assert keyed.call("GET", "/tasks").status_code == 200


def test_a_proof_is_for_one_call(keyed):
    proof = keyed.prove("GET", "/decisions", access_token=keyed.token)
    assert keyed.call("GET", "/decisions", proof).status_code == 200
    answer = keyed.call("GET", "/decisions", proof)
    assert is_problem(answer, 401, "invalid_dpop_proof")
    assert "DPoP" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("method", "path", "more", "code"),
    [
        ("POST", "/decisions", {}, "invalid_dpop_proof"),
        ("GET", "/tasks", {}, "invalid_dpop_proof"),
        ("GET", "/decisions", {"access_token": "another"}, "invalid_dpop_proof"),
        ("GET", "/decisions", {"key": KeySigner(create_key())}, "invalid_token"),
    ],
    ids=["method", "address", "token", "key"],
)
def test_a_proof_of_something_else_is_refused(keyed, method, path, more, code):
    proof = keyed.prove(method, path, **{"access_token": keyed.token, **more})
    assert is_problem(keyed.call("GET", "/decisions", proof), 401, code)


def test_a_bound_token_is_no_bearer_token_and_the_other_way_round(portable_office, keyed):
    proof = keyed.prove("GET", "/decisions", access_token=keyed.token)
    assert is_problem(keyed.call("GET", "/decisions", proof, "Bearer"), 401, "invalid_token")
    assert is_problem(keyed.call("GET", "/decisions", ""), 401, "invalid_dpop_proof")
    bearer = Program(portable_office, "clerk", name="Bearer")
    keyed.token = bearer.token
    assert is_problem(keyed.call("GET", "/decisions"), 401, "invalid_token")


def test_who_is_not_known_learns_nothing_from_a_proof(portable_office, keyed):
    answer = keyed.ask_token("wrong", keyed.prove("POST", "/token"))
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    wrong = keyed.ask_token(proof=keyed.prove("GET", "/token"))
    assert (wrong.status_code, wrong.json["error"]) == (400, "invalid_dpop_proof")


def test_where_it_is_obligatory_there_are_no_other_tokens(make_office):
    office = make_office(require_api_dpop=True)
    keyed = Keyed(office, "clerk")
    assert keyed.get("/decisions").status_code == 200
    plain = keyed.client.post(
        f"{API}/token", data={"grant_type": "client_credentials", "scope": "records"},
        auth=(keyed.id, keyed.secret), base_url=ISSUER,
    )  # fmt: skip
    assert (plain.status_code, plain.json["error"]) == (400, "invalid_dpop_proof")
    clients = office.services.api.clients
    keyed.token = clients.create_token(clients.authenticate(keyed.id, keyed.secret), "records", NOW)
    answer = keyed.call("GET", "/decisions", scheme="Bearer")
    assert is_problem(answer, 401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'DPoP algs="ES256"'


def test_a_nonce_of_ours_is_asked_for_where_the_setting_says_so(make_office):
    office = make_office(require_dpop_nonce=True)
    keyed = Keyed.__new__(Keyed)
    keyed.office, keyed.client, keyed.base = office, office.app.test_client(), ISSUER
    keyed.id, keyed.secret = office.services.api.clients.add("P", {"clerk"}, {"records"}, NOW)
    asked = keyed.ask_token()
    assert (asked.status_code, asked.json["error"]) == (400, "use_dpop_nonce")
    nonce = asked.headers["DPoP-Nonce"]
    keyed.token = keyed.ask_token(proof=keyed.prove("POST", "/token", nonce=nonce)).json[
        "access_token"
    ]
    refused = keyed.call("GET", "/decisions")
    assert is_problem(refused, 401, "use_dpop_nonce")
    fresh = refused.headers["DPoP-Nonce"]
    proof = keyed.prove("GET", "/decisions", access_token=keyed.token, nonce=fresh)
    assert keyed.call("GET", "/decisions", proof).status_code == 200
