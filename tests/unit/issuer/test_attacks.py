"""Rows VCI-01 to VCI-14, KM-06, SL-10 and SL-11 of the attack catalogue, through HTTP."""

import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from esspass.attestations import EHIC
from esspass.errors import MalformedError
from esspass.jose.jwe import create_encryption_key
from esspass.keys.jwk import create_jwk
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci import encryption
from esspass.openid4vci.client_attestation import ATTESTATION_HEADER, POP_HEADER
from esspass.openid4vci.metadata import parse_issuer_metadata
from esspass.sdjwt import parse_sd_jwt_vc, verify_sd_jwt_vc
from esspass.statuslist import INVALID, SUSPENDED, VALID
from issuer.keys import IssuerKeys
from issuer.records import StateError
from tests.builders.issuance import (
    ISSUER,
    NOW,
    WalletKit,
    create_provider,
    flip_signature,
    spoil,
)
from tests.unit.issuer.conftest import identity_of

DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


def refused(response, *codes, status=400):
    assert response.status_code == status, response.text
    assert response.json["error"] in codes
    assert DESCRIPTION.fullmatch(response.json["error_description"])
    assert response.headers["Cache-Control"] == "no-store"
    return True


def code_for(office, wallet, person, **push):
    page = wallet.authorize(wallet.push(**push).json["request_uri"])
    location = wallet.sign_in(page, **identity_of(person)).headers["Location"]
    return parse_qs(urlsplit(location).query)["code"][0]


# VCI-01


def test_vci_01_a_pre_authorized_code_works_once(portable_office):
    offer = portable_office.offer()[0]
    assert portable_office.wallet().redeem(offer).status_code == 200
    refused(portable_office.wallet().redeem(offer), "invalid_grant")


def test_vci_01_in_parallel_one_wallet_wins(portable_office):
    offer = portable_office.offer()[0]
    wallets = [portable_office.wallet() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda wallet: wallet.redeem(offer).status_code, wallets))
    assert sorted(answers) == [200] + [400] * 7


def test_vci_01_expired_cancelled_and_unknown_codes(office):
    offer, _, offer_id = office.offer()
    office.issuer.cancel_offer(offer_id, NOW)
    refused(office.wallet().redeem(offer), "invalid_grant")
    late = office.offer()[0]
    office.clock[0] += 601
    refused(office.wallet().redeem(late), "invalid_grant")
    late["grants"][next(iter(late["grants"]))]["pre-authorized_code"] = "x" * 43
    refused(office.wallet().redeem(late), "invalid_grant")


def test_vci_01_an_authorization_code_works_once_and_its_reuse_revokes(office, people):
    wallet = office.wallet()
    code = code_for(office, wallet, people["builder"].person)
    assert wallet.redeem_code(code).status_code == 200
    office.clock[0] += 1
    refused(wallet.redeem_code(code), "invalid_grant")
    refused(wallet.credential(), "invalid_token", status=401)


# VCI-02


def test_vci_02_five_wrong_transaction_codes_kill_the_offer(portable_office):
    offer, tx_code, offer_id = portable_office.offer(tx_code=True)
    wrong = f"{(int(tx_code) + 1) % 10**6:06d}"
    for _ in range(5):
        refused(portable_office.wallet().redeem(offer, wrong), "invalid_grant")
    refused(portable_office.wallet().redeem(offer, tx_code), "invalid_grant")
    history = [
        entry.event
        for entry in portable_office.issuer.history.of(portable_office.records["builder", "ehic"])
    ]
    assert "offer_locked" in history
    assert portable_office.issuer.offers.get(offer_id).tries_left == 0


def test_vci_02_parallel_guesses_get_no_more_than_five_tries(portable_office):
    offer, tx_code, offer_id = portable_office.offer(tx_code=True)
    guesses = [f"{(int(tx_code) + n) % 10**6:06d}" for n in range(1, 13)]
    wallets = [portable_office.wallet() for _ in guesses]
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(
                lambda pair: pair[0].redeem(offer, pair[1]).status_code,
                zip(wallets, guesses, strict=True),
            )
        )
    assert answers == [400] * 12
    assert portable_office.issuer.offers.get(offer_id).tries_left == 0


def test_vci_02_a_missing_or_unexpected_transaction_code(office):
    with_code, _, offer_id = office.offer(tx_code=True)
    refused(office.wallet().redeem(with_code), "invalid_request")
    assert office.issuer.offers.get(offer_id).tries_left == 5
    refused(office.wallet().redeem(office.offer()[0], "123456"), "invalid_request")


def test_vci_02_codes_are_not_in_the_database(office):
    offer, tx_code, _ = office.offer(tx_code=True)
    code = next(iter(offer["grants"].values()))["pre-authorized_code"]
    wallet = office.wallet()
    wallet.redeem(offer, tx_code)
    stored = str(
        [
            office.services.database.query(f"SELECT * FROM {table}")
            for table in ("offers", "tokens", "grants")
        ]
    )
    assert code not in stored
    assert wallet.access_token not in stored
    assert tx_code not in re.findall(r"\b\d{6}\b", stored)


# VCI-03 and VCI-04


def spoiled(wallet, nonce=None, **claims):
    return {
        "jwt": [
            spoil(
                wallet.kit.jwt_proof(nonce or wallet.nonce(), now=NOW),
                wallet.kit.holders[0],
                **claims,
            )
        ]
    }


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(
            lambda w: spoiled(w, aud="https://other.example"),
            "invalid_proof",
            id="VCI-03-other-aud",
        ),
        pytest.param(lambda w: spoiled(w, nonce="other"), "invalid_nonce", id="VCI-03-other-nonce"),
        pytest.param(lambda w: spoiled(w, iat=NOW - 86400), "invalid_proof", id="VCI-03-old"),
        pytest.param(
            lambda w: {"jwt": [flip_signature(w.proofs()["jwt"][0])]},
            "invalid_proof",
            id="VCI-04-signature",
        ),
        pytest.param(lambda _w: {"jwt": []}, "invalid_proof", id="VCI-04-empty"),
        pytest.param(lambda _w: {"jwt": ["not a jwt"]}, "invalid_proof", id="VCI-04-not-a-jwt"),
        pytest.param(
            lambda w: {"attestation": [w.kit.key_attestation(None)]},
            "invalid_proof",
            id="VCI-04-attestation-without-nonce",
        ),
        pytest.param(
            lambda w: {"attestation": [flip_signature(w.kit.key_attestation(w.nonce()))]},
            "invalid_proof",
            id="VCI-04-attestation-signature",
        ),
    ],
)
def test_bad_proofs(office, make, code):
    wallet = office.ready()
    refused(wallet.credential(proofs=make(wallet)), code)
    assert wallet.credential().status_code == 200


def test_vci_03_no_nonce_in_the_proof(office):
    wallet = office.ready()
    proof = spoil(wallet.kit.jwt_proof("x"), wallet.kit.holders[0], nonce=None)
    refused(wallet.credential(proofs={"jwt": [proof]}), "invalid_proof")


def test_vci_03_a_proof_or_nonce_used_before(portable_office):
    wallet = portable_office.ready()
    proofs = wallet.proofs()
    assert wallet.credential(proofs=proofs).status_code == 200
    refused(wallet.credential(proofs=proofs), "invalid_nonce")


def test_vci_03_an_expired_nonce(office):
    wallet = office.ready()
    proofs = wallet.proofs()
    office.clock[0] += 301
    refused(wallet.credential(proofs=proofs), "invalid_nonce")


def test_vci_03_a_nonce_for_another_purpose(office):
    wallet = office.ready()
    challenge = wallet.post("/challenge").json["attestation_challenge"]
    refused(wallet.credential(proofs=wallet.proofs(challenge)), "invalid_nonce")


def test_vci_03_nonces_are_unpredictable(office):
    wallet = office.wallet()
    nonces = [wallet.nonce() for _ in range(20)]
    assert len(set(nonces)) == 20
    assert all(len(nonce) >= 22 for nonce in nonces)


def test_vci_04_proofs_missing(office):
    wallet = office.ready()
    refused(wallet.resource("/credential", {"credential_configuration_id": EHIC}), "invalid_proof")


def test_vci_04_an_unlisted_provider_of_key_attestations(office):
    wallet = office.ready()
    stranger = WalletKit(create_provider("Stranger"))
    refused(
        wallet.credential(proofs={"attestation": [stranger.key_attestation(wallet.nonce())]}),
        "invalid_proof",
    )


# VCI-05


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(
            {"credential_configuration_id": "unknown"},
            "unknown_credential_configuration",
            id="VCI-05-configuration",
        ),
        pytest.param(
            {"credential_identifier": "unknown"},
            "unknown_credential_identifier",
            id="VCI-05-identifier",
        ),
        pytest.param({}, "invalid_credential_request", id="VCI-05-neither"),
        pytest.param(
            {"credential_identifier": "a", "credential_configuration_id": EHIC},
            "invalid_credential_request",
            id="VCI-05-both",
        ),
        pytest.param(
            {"credential_configuration_id": 7}, "invalid_credential_request", id="VCI-05-number"
        ),
    ],
)
def test_unknown_credentials(office, body, code):
    wallet = office.ready()
    refused(wallet.resource("/credential", {**body, "proofs": wallet.proofs()}), code)


def test_vci_05_a_credential_that_was_not_granted(office):
    wallet = office.ready()
    response = wallet.credential("urn:eudi:pda1:1")
    refused(response, "insufficient_scope", status=403)
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"\xff", b"[" * 5000])
def test_vci_05_what_is_not_json(office, body):
    wallet = office.ready()
    refused(
        wallet.resource("/credential", data=body, content_type="application/json"),
        "invalid_credential_request",
    )


def test_vci_05_a_huge_body(office):
    wallet = office.ready()
    response = wallet.resource(
        "/credential", data=b"x" * 2_000_000, content_type="application/json"
    )
    assert response.status_code == 413


# VCI-06 and VCI-08: tokens and DPoP


def test_vci_06_an_access_token_in_the_query(office):
    wallet = office.ready()
    body = {"credential_configuration_id": EHIC, "proofs": wallet.proofs()}
    response = wallet.post(
        "/credential", json=body, query_string={"access_token": wallet.access_token}
    )
    refused(response, "invalid_request")
    headers = wallet.kit.resource_headers(f"{ISSUER}/credential", wallet.access_token)
    both = wallet.post(
        "/credential",
        json=body,
        headers=headers,
        query_string={"access_token": wallet.access_token},
    )
    refused(both, "invalid_request")


def resource_headers(wallet, **changes):
    return {**wallet.kit.resource_headers(f"{ISSUER}/credential", wallet.access_token), **changes}


def with_proof(change):
    def make(wallet):
        kit = wallet.kit
        proof = kit.dpop("POST", f"{ISSUER}/credential", access_token=wallet.access_token)
        return resource_headers(wallet, DPoP=change(wallet, proof))

    return make


BAD_RESOURCE_HEADERS = {
    "no-token": (lambda _w: {}, "invalid_token"),
    "bearer-downgrade": (
        lambda w: resource_headers(w, Authorization=f"Bearer {w.access_token}"),
        "invalid_token",
    ),
    "unknown-token": (
        lambda w: w.kit.resource_headers(f"{ISSUER}/credential", "x" * 43),
        "invalid_token",
    ),
    "no-proof": (lambda w: {"Authorization": f"DPoP {w.access_token}"}, "invalid_dpop_proof"),
    "other-key": (
        lambda w: {
            **resource_headers(w),
            "DPoP": WalletKit().dpop("POST", f"{ISSUER}/credential", access_token=w.access_token),
        },
        "invalid_token",
    ),
    "wrong-htu": (
        with_proof(lambda w, p: spoil(p, w.kit.dpop_key, htu=f"{ISSUER}/token")),
        "invalid_dpop_proof",
    ),
    "wrong-htm": (
        with_proof(lambda w, p: spoil(p, w.kit.dpop_key, htm="GET")),
        "invalid_dpop_proof",
    ),
    "wrong-ath": (with_proof(lambda w, p: spoil(p, w.kit.dpop_key, ath="x")), "invalid_dpop_proof"),
    "signature": (with_proof(lambda _w, p: flip_signature(p)), "invalid_dpop_proof"),
    "old": (
        with_proof(lambda w, p: spoil(p, w.kit.dpop_key, iat=NOW - 3600)),
        "invalid_dpop_proof",
    ),
    "two-proofs": (with_proof(lambda _w, p: f"{p},{p}"), "invalid_dpop_proof"),
}


@pytest.mark.parametrize(
    ("make", "code"),
    [pytest.param(*case, id=f"VCI-08-{i}") for i, case in BAD_RESOURCE_HEADERS.items()],
)
def test_bad_resource_requests(office, make, code):
    wallet = office.ready()
    response = wallet.credential(headers=make(wallet))
    refused(response, code, status=401)
    assert response.headers["WWW-Authenticate"].startswith("DPoP ")
    assert wallet.credential().status_code == 200


def test_vci_08_a_dpop_proof_used_before(portable_office):
    wallet = portable_office.ready()
    headers = resource_headers(wallet)
    assert wallet.credential(headers=headers).status_code == 200
    refused(wallet.credential(headers=headers), "invalid_dpop_proof", status=401)
    form = portable_office.wallet()
    used = form.client_headers("/token")
    assert form.redeem(portable_office.offer()[0], headers=used).status_code == 200
    again = {**form.client_headers("/token"), "DPoP": used["DPoP"]}
    refused(form.redeem(portable_office.offer()[0], headers=again), "invalid_dpop_proof")


def test_vci_08_the_scheme_in_any_case(office):
    wallet = office.ready()
    assert (
        wallet.credential(
            headers=resource_headers(wallet, Authorization=f"dPoP {wallet.access_token}")
        ).status_code
        == 200
    )


@pytest.mark.parametrize("skew", [-10, 10])
def test_vci_08_ten_seconds_of_skew_pass(office, skew):
    wallet = office.ready()
    proof = wallet.kit.dpop("POST", f"{ISSUER}/credential", NOW + skew, wallet.access_token)
    assert wallet.credential(headers=resource_headers(wallet, DPoP=proof)).status_code == 200


def test_vci_08_no_dpop_at_the_token_endpoint(office):
    wallet = office.wallet()
    headers = wallet.client_headers("/token", dpop=False)
    refused(wallet.redeem(office.offer()[0], headers=headers), "invalid_dpop_proof")


def test_vci_08_a_nonce_can_be_demanded(make_office):
    office = make_office(require_dpop_nonce=True)
    wallet = office.wallet()
    offer = office.offer()[0]
    asked = wallet.redeem(offer)
    refused(asked, "use_dpop_nonce")
    headers = wallet.client_headers("/token", dpop=False)
    headers["DPoP"] = wallet.kit.dpop("POST", f"{ISSUER}/token", nonce=asked.headers["DPoP-Nonce"])
    assert wallet.redeem(offer, headers=headers).status_code == 200
    asked = wallet.credential()
    refused(asked, "use_dpop_nonce", status=401)
    assert 'error="use_dpop_nonce"' in asked.headers["WWW-Authenticate"]
    proof = wallet.kit.dpop(
        "POST", f"{ISSUER}/credential", NOW, wallet.access_token, asked.headers["DPoP-Nonce"]
    )
    assert wallet.credential(headers=resource_headers(wallet, DPoP=proof)).status_code == 200
    assert wallet.post("/nonce").headers["DPoP-Nonce"]


# VCI-07


def attested(change):
    def make(wallet):
        kit = wallet.kit
        return {ATTESTATION_HEADER: change(kit, kit.attestation()), POP_HEADER: kit.pop()}

    return make


def proven(change):
    def make(wallet):
        kit = wallet.kit
        return {ATTESTATION_HEADER: kit.attestation(), POP_HEADER: change(kit, kit.pop())}

    return make


BAD_CLIENTS = {
    "exp-past": attested(lambda kit, t: spoil(t, kit.provider, exp=NOW - 600)),
    "stale": attested(lambda kit, _t: kit.attestation(NOW - 86401, 2 * 86400)),
    "no-sub": attested(lambda kit, t: spoil(t, kit.provider, sub=None)),
    "signature": attested(lambda _kit, t: flip_signature(t)),
    "unlisted-provider": attested(
        lambda _kit, _t: WalletKit(create_provider("Stranger")).attestation()
    ),
    "pop-wrong-aud": proven(lambda kit, t: spoil(t, kit.instance, aud="https://other.example")),
    "pop-signature": proven(lambda _kit, t: flip_signature(t)),
    "pop-other-key": proven(lambda _kit, t: spoil(t, KeySigner(create_key()))),
    "pop-challenge-not-ours": proven(lambda kit, t: spoil(t, kit.instance, challenge="made up")),
    "missing": lambda _wallet: {},
    "pop-missing": lambda wallet: {ATTESTATION_HEADER: wallet.kit.attestation()},
}
EXPECTED = {
    "missing": "invalid_client",
    "pop-missing": "invalid_client",
    "pop-challenge-not-ours": "use_attestation_challenge",
    "stale": "use_fresh_attestation",
}


@pytest.mark.parametrize("name", [pytest.param(name, id=f"VCI-07-{name}") for name in BAD_CLIENTS])
def test_bad_clients_at_both_endpoints(office, name):
    code = EXPECTED.get(name, "invalid_client_attestation")
    status = 400 if code.startswith("use_") else 401
    wallet = office.wallet()
    refused(wallet.push(headers=BAD_CLIENTS[name](wallet) or {"X": "y"}), code, status=status)
    headers = {**BAD_CLIENTS[name](wallet), "DPoP": wallet.kit.dpop("POST", f"{ISSUER}/token")}
    offer = office.offer()[0]
    refused(wallet.redeem(offer, headers=headers), code, status=status)
    assert wallet.redeem(offer).status_code == 200


def test_vci_07_a_proof_of_possession_used_before(portable_office):
    wallet = portable_office.wallet()
    headers = wallet.client_headers("/par", dpop=False)
    assert wallet.push(headers=headers).status_code == 201
    refused(wallet.push(headers=headers), "invalid_client_attestation", status=401)


def test_vci_07_another_client_id(office):
    wallet = office.wallet()
    refused(wallet.push(client_id="someone else"), "invalid_client", status=401)


def test_vci_07_a_challenge_can_be_demanded(make_office):
    office = make_office(require_attestation_challenge=True)
    wallet = office.wallet()
    asked = wallet.push()
    refused(asked, "use_attestation_challenge")
    challenge = asked.headers["OAuth-Client-Attestation-Challenge"]
    headers = wallet.kit.client_headers(ISSUER, NOW, challenge)
    assert wallet.push(headers=headers).status_code == 201
    given = wallet.post("/challenge")
    assert (
        given.json["attestation_challenge"] == given.headers["OAuth-Client-Attestation-Challenge"]
    )


def test_vci_07_the_institution_says_how_old_an_attestation_may_be(make_office):
    wallet = make_office(attestation_max_age=600).wallet()
    proof = wallet.kit.pop()
    headers = {ATTESTATION_HEADER: wallet.kit.attestation(NOW - 601), POP_HEADER: proof}
    refused(wallet.push(headers=headers), "use_fresh_attestation")
    fresh = {ATTESTATION_HEADER: wallet.kit.attestation(NOW - 600), POP_HEADER: proof}
    assert wallet.push(headers=fresh).status_code == 201


def test_lists_too_old_to_decide_are_our_trouble(office):
    wallet = office.wallet()
    office.clock[0] += 90 * 86400
    refused(wallet.push(), "temporarily_unavailable", status=503)


def test_what_has_expired_is_forgotten(office):
    wallet = office.ready()
    wallet.credential()
    database = office.services.database
    assert database.query("SELECT count(*) AS n FROM replays")[0]["n"] > 3
    office.clock[0] += 91 * 86400
    office.services.housekeeping.purge(office.clock[0])
    assert database.query("SELECT count(*) AS n FROM replays")[0]["n"] == 0
    assert database.query("SELECT count(*) AS n FROM tokens")[0]["n"] == 0


# VCI-09 and VCI-10


def test_vci_09_metadata_name_the_issuer_exactly(office):
    document = (
        office.app.test_client().get("/.well-known/openid-credential-issuer", base_url=ISSUER).json
    )
    assert document["credential_issuer"] == ISSUER
    parse_issuer_metadata(document, ISSUER)


def test_vci_10_copies_of_a_batch_cannot_be_linked(office):
    wallet = office.ready(holders=10)
    response = wallet.credential()
    credentials = [parse_sd_jwt_vc(entry["credential"]) for entry in response.json["credentials"]]
    verified = [verify_sd_jwt_vc(vc) for vc in credentials]
    assert len(verified) == 10
    for distinct in (
        [vc.claims["jti"] for vc in verified],
        [vc.claims["sub"] for vc in verified],
        [str(vc.holder_jwk) for vc in verified],
        [vc.status.index for vc in verified],
        [disclosure for vc in credentials for disclosure in vc.sd_jwt.disclosures],
        [digest for vc in credentials for digest in vc.payload["_sd"]],
    ):
        assert len(set(distinct)) == len(distinct)
    assert {vc.issued_at % 86400 for vc in verified} == {0}
    steps = {b.status.index - a.status.index for a, b in itertools.pairwise(verified)}
    assert len(steps) > 1


def test_vci_10_the_same_key_twice(office):
    wallet = office.ready()
    nonce = wallet.nonce()
    proof = wallet.kit.jwt_proof(nonce)
    refused(
        wallet.credential(proofs={"jwt": [proof, wallet.kit.jwt_proof(nonce)]}), "invalid_proof"
    )


def test_vci_10_more_keys_than_allowed(office):
    wallet = office.ready(holders=11)
    refused(wallet.credential(), "invalid_credential_request")
    attestation = {"attestation": [wallet.kit.key_attestation(wallet.nonce())]}
    assert len(wallet.credential(proofs=attestation).json["credentials"]) == 10


# VCI-11: see also test_flows.py, an offer to sign in is for its person only


def test_vci_11_the_page_names_issuer_document_and_wallet(office):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    assert "Example Social Insurance Fund" in page.text
    assert "European Health Insurance Card" in page.text
    assert "wallet.example" in page.text


def test_vci_11_a_stranger_gets_nothing(office, people):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    person = identity_of(people["builder"].person)
    for change in (
        {"family_name": "Nobody"},
        {"birthdate": "1950-01-01"},
        {"personal_administrative_number": "1"},
    ):
        answer = wallet.sign_in(page, **{**person, **change})
        assert answer.status_code == 400
        assert "There is nobody with these details in our records." in answer.text


def test_vci_11_a_request_belongs_to_the_browser_that_opened_it(office, people):
    wallet = office.wallet()
    page = wallet.authorize(wallet.push().json["request_uri"])
    victim = office.wallet()
    victim.authorize(victim.push().json["request_uri"])
    stolen = victim.client.get(page.request.path, base_url=ISSUER)
    assert stolen.status_code == 400
    assert "This request is over" in stolen.text


# VCI-12 and VCI-13


def test_vci_12_cnf_is_the_proof_key_and_minimal(office):
    wallet = office.ready(holders=3)
    for entry, holder in zip(
        wallet.credential().json["credentials"], wallet.kit.holders, strict=True
    ):
        vc = verify_sd_jwt_vc(parse_sd_jwt_vc(entry["credential"]))
        assert vc.holder_jwk == create_jwk(holder.public_key)


def test_vci_12_a_private_key_in_the_proof(office):
    wallet = office.ready()
    jwk = {**create_jwk(wallet.kit.holders[0].public_key), "d": "AAAA"}
    proof = spoil(wallet.kit.jwt_proof(wallet.nonce()), wallet.kit.holders[0], header={"jwk": jwk})
    refused(wallet.credential(proofs={"jwt": [proof]}), "invalid_proof")


@pytest.mark.parametrize(
    "change",
    [pytest.param(change, id=f"VCI-13-{i}") for i, change in {
        "enc": {"enc": "A256CBC-HS512"}, "alg": {"alg": "RSA-OAEP"}, "zip": {"zip": "DEF"}, "no-jwk": {"jwk": None},
    }.items()],
)  # fmt: skip
def test_unsupported_response_encryption(office, change):
    wallet = office.ready()
    wanted = {**encryption.create_response_encryption(create_encryption_key()), **change}
    body = {
        "credential_configuration_id": EHIC,
        "proofs": wallet.proofs(),
        "credential_response_encryption": wanted,
    }
    key = office.services.keys.encryption.public_jwk()
    sealed = encryption.encrypt_request(body, [key])
    refused(
        wallet.resource("/credential", data=sealed, content_type="application/jwt"),
        "invalid_encryption_parameters",
    )


def test_vci_13_encryption_asked_for_in_a_plain_request(office):
    wallet = office.ready()
    wanted = encryption.create_response_encryption(create_encryption_key())
    refused(
        wallet.credential(credential_response_encryption=wanted), "invalid_encryption_parameters"
    )


def test_vci_13_a_request_to_another_key(office):
    wallet = office.ready()
    sealed = encryption.encrypt_request({}, [create_encryption_key().public_jwk()])
    for body in (sealed, "nonsense", "a.b.c.d.e"):
        response = wallet.resource("/credential", data=body, content_type="application/jwt")
        refused(response, "invalid_encryption_parameters")


# VCI-14: OpenID4VCI 1.0 (sections 9.3 and 11.3) says 400 with its own codes where the row says 404


def test_vci_14_the_transaction_of_another_wallet(portable_office):
    portable_office.issuer.hold(portable_office.records["builder", "ehic"], NOW)
    owner, thief = portable_office.ready(), portable_office.ready()
    transaction = {"transaction_id": owner.credential().json["transaction_id"]}
    refused(thief.resource("/deferred-credential", transaction), "invalid_transaction_id")
    portable_office.issuer.approve(portable_office.records["builder", "ehic"], NOW)
    refused(thief.resource("/deferred-credential", transaction), "invalid_transaction_id")
    assert owner.resource("/deferred-credential", transaction).status_code == 200


def test_vci_14_the_notification_of_another_wallet(portable_office):
    owner, thief = portable_office.ready(), portable_office.ready()
    notice = {
        "notification_id": owner.credential().json["notification_id"],
        "event": "credential_deleted",
    }
    refused(thief.resource("/notification", notice), "invalid_notification_id")
    assert owner.resource("/notification", notice).status_code == 204


# Keys and statuses


@pytest.mark.parametrize("twin", ["status", "access"])
def test_km_06_one_key_for_two_purposes(keys, twin):
    members = {
        name: getattr(keys, name) for name in ("attestation", "status", "access", "encryption")
    }
    with pytest.raises(MalformedError) as error:
        IssuerKeys(**{**members, twin: keys.attestation})
    assert error.value.code == "keys_not_distinct"


def test_sl_10_no_address_per_credential(office):
    wallet = office.ready(holders=10)
    credentials = [
        verify_sd_jwt_vc(parse_sd_jwt_vc(e["credential"]))
        for e in wallet.credential().json["credentials"]
    ]
    assert {vc.status.uri for vc in credentials} == {f"{ISSUER}/status/1"}
    assert max(vc.status.index for vc in credentials) > 10


def test_sl_11_withdrawn_stays_withdrawn(portable_office):
    office, wallet = portable_office, portable_office.ready()
    wallet.credential()
    record_id = office.records["builder", "ehic"]
    credential = office.issuer.credentials.of_record(record_id)[0]
    office.issuer.withdraw(credential.id, "fraud", date(2026, 9, 1), NOW)
    for status in (VALID, INVALID, SUSPENDED):
        assert office.issuer.status_lists.set_all(record_id, status) == 0
    for name in ("approve", "hold", "refuse", "suspend", "reinstate"):
        undo = getattr(office.issuer, name)
        with pytest.raises(StateError):
            undo(record_id, NOW)
    with pytest.raises(StateError):
        office.issuer.withdraw(record_id, "fraud", date(2026, 9, 1), NOW)
    assert office.issuer.credentials.of_record(record_id)[0].status == INVALID
