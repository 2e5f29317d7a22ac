"""The whole way on HTTP, on both databases: offer, token, credential; code flow; later steps."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, read_claims
from esspass.jose.jwe import create_encryption_key
from esspass.keys.jwk import create_jwk
from esspass.openid4vci import encryption
from esspass.sdjwt import parse_sd_jwt_vc, verify_sd_jwt_vc
from esspass.statuslist import parse_status_list_token, verify_status_list_token
from esspass.trust import decide_attestation_issuer, decide_status_issuer
from tests.builders.issuance import ISSUER, NOW, PRE_AUTHORIZED
from tests.unit.issuer.conftest import identity_of

DAY = 86400


def verified(text):
    return verify_sd_jwt_vc(parse_sd_jwt_vc(text))


def query(response):
    parts = urlsplit(response.headers["Location"])
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def code_of(office, wallet, person, **push):
    pushed = wallet.push(**push)
    assert pushed.status_code == 201, pushed.text
    page = wallet.authorize(pushed.json["request_uri"])
    assert page.status_code == 200, page.text
    return wallet.sign_in(page, **identity_of(person))


def test_pre_authorized_with_transaction_code(portable_office, people):
    office, wallet = portable_office, portable_office.wallet()
    offer, tx_code, _ = office.offer(tx_code=True)
    assert offer["grants"][PRE_AUTHORIZED]["tx_code"] == {"input_mode": "numeric", "length": 6}
    token = wallet.redeem(offer, tx_code)
    assert token.status_code == 200
    assert token.json["token_type"] == "DPoP"
    assert token.json["expires_in"] == 600
    assert token.headers["Cache-Control"] == "no-store"
    response = wallet.credential()
    assert response.status_code == 200, response.text
    vc = verified(response.json["credentials"][0]["credential"])
    assert vc.vct == EHIC
    assert vc.holder_jwk == create_jwk(wallet.kit.holders[0].public_key)
    read, document = read_claims(EHIC, vc.claims), people["builder"].documents[1]
    assert (read.document_number, read.pin, read.ends) == (
        document.document_number,
        document.pin,
        document.ends,
    )
    assert vc.issued_at % DAY == 0
    assert vc.expires_at % DAY == 0
    assert vc.issued_at <= NOW < vc.expires_at


@pytest.mark.parametrize("vct", [PDA1_WEBUILD, PDA1_EUDI])
def test_both_shapes_of_the_a1(office, vct):
    wallet = office.ready(kind="pda1", vct=vct)
    response = wallet.credential(vct)
    assert response.status_code == 200, response.text
    vc = verified(response.json["credentials"][0]["credential"])
    assert vc.vct == vct
    assert vc.claims["vct#integrity"].startswith("sha256-")


def test_the_issued_credential_is_trusted_and_its_status_checkable(office):
    wallet = office.ready()
    vc = verified(wallet.credential().json["credentials"][0]["credential"])
    decide_attestation_issuer(
        office.view,
        vc.chain,
        vct=vc.vct,
        institution_id="LT:1000",
        country="LT",
        issued_at=vc.issued_at,
        now=NOW,
    )
    token = wallet.client.get(urlsplit(vc.status.uri).path, base_url=ISSUER)
    parsed = parse_status_list_token(token.text)
    decide_status_issuer(office.view, parsed.chain, issuer_chain=vc.chain, now=NOW)
    status = verify_status_list_token(parsed, parsed.chain[0].public_key(), vc.status.uri, NOW)
    assert status.statuses.get(vc.status.index) == 0


def test_authorization_code_flow(portable_office, people):
    office, wallet = portable_office, portable_office.wallet()
    back = code_of(office, wallet, people["builder"].person)
    assert back.status_code == 303
    answer = query(back)
    assert answer["state"] == "wallet-state"
    assert answer["iss"] == ISSUER
    token = wallet.redeem_code(answer["code"])
    assert token.status_code == 200, token.text
    assert token.json["refresh_token"]
    assert "authorization_details" not in token.json
    assert wallet.credential().status_code == 200


def test_authorization_details_name_every_document(office, people):
    details = '[{"type": "openid_credential", "credential_configuration_id": "urn:eudi:pda1:1"}]'
    wallet = office.wallet()
    answer = query(
        code_of(office, wallet, people["builder"].person, scope=None, authorization_details=details)
    )
    entry = wallet.redeem_code(answer["code"]).json["authorization_details"][0]
    assert entry["credential_configuration_id"] == PDA1_EUDI
    identifier = entry["credential_identifiers"][0]
    by_configuration = wallet.credential(PDA1_EUDI)
    assert by_configuration.json["error"] == "invalid_credential_request"
    issued = wallet.credential(None, credential_identifier=identifier)
    assert issued.status_code == 200, issued.text
    unknown = wallet.credential(None, credential_identifier="other")
    assert unknown.json["error"] == "unknown_credential_identifier"


def test_pre_authorized_with_authorization_details(office):
    wallet = office.wallet()
    details = '[{"type": "openid_credential", "credential_configuration_id": "urn:eudi:ehic:1"}]'
    token = wallet.redeem(office.offer()[0], authorization_details=details)
    identifier = token.json["authorization_details"][0]["credential_identifiers"][0]
    assert wallet.credential(None, credential_identifier=identifier).status_code == 200
    other = details.replace("ehic:1", "pda1:1")
    refused = office.wallet().redeem(office.offer()[0], authorization_details=other)
    assert refused.json["error"] == "invalid_authorization_details"


def test_an_offer_to_sign_in_is_for_its_person_only(office, people):
    offer, _, offer_id = office.offer(grant="authorization")
    state = offer["grants"]["authorization_code"]["issuer_state"]
    stranger = office.wallet()
    refused = code_of(office, stranger, people["pensioner"].person, issuer_state=state)
    assert refused.status_code == 400
    assert "We hold no such document for this person." in refused.text
    wallet = office.wallet()
    answer = query(code_of(office, wallet, people["builder"].person, issuer_state=state))
    wallet.redeem_code(answer["code"])
    assert wallet.credential().status_code == 200
    assert office.issuer.offers.get(offer_id).redeemed_at == NOW


def test_an_issuer_state_that_is_not_ours_does_not_count(office, people):
    wallet = office.wallet()
    answer = query(code_of(office, wallet, people["builder"].person, issuer_state="made up"))
    assert wallet.redeem_code(answer["code"]).status_code == 200


def test_a_batch_of_attested_keys(office):
    for proof_type in ("jwt", "attestation"):
        wallet = office.ready(holders=4)
        nonce = wallet.nonce()
        kit = wallet.kit
        values = (
            [kit.jwt_proof(nonce, attest=True)]
            if proof_type == "jwt"
            else [kit.key_attestation(nonce)]
        )
        response = wallet.credential(proofs={proof_type: values})
        assert response.status_code == 200, response.text
        credentials = [verified(entry["credential"]) for entry in response.json["credentials"]]
        assert [vc.holder_jwk for vc in credentials] == [
            create_jwk(h.public_key) for h in kit.holders
        ]


def test_key_attestation_can_be_required(make_office):
    office = make_office(require_key_attestation=True)
    assert office.ready().credential().json["error"] == "invalid_proof"
    wallet = office.ready()
    assert (
        wallet.credential(
            proofs={"attestation": [wallet.kit.key_attestation(wallet.nonce())]}
        ).status_code
        == 200
    )


def test_deferred_until_approved(portable_office):
    office = portable_office
    record_id = office.records["builder", "ehic"]
    office.issuer.hold(record_id, NOW, "A. Clerk")
    wallet = office.ready()
    waiting = wallet.credential()
    assert waiting.status_code == 202
    assert set(waiting.json) == {"transaction_id", "interval"}
    transaction = {"transaction_id": waiting.json["transaction_id"]}
    again = wallet.resource("/deferred-credential", transaction)
    assert again.status_code == 202
    assert again.json["transaction_id"] == transaction["transaction_id"]
    office.issuer.approve(record_id, NOW, "A. Clerk")
    issued = wallet.resource("/deferred-credential", transaction)
    assert issued.status_code == 200, issued.text
    assert len(issued.json["credentials"]) == 1
    dead = wallet.resource("/deferred-credential", transaction)
    assert (dead.status_code, dead.json["error"]) == (400, "invalid_transaction_id")


def test_a_refused_document_is_denied(office):
    record_id = office.records["builder", "ehic"]
    office.issuer.hold(record_id, NOW)
    wallet = office.ready()
    transaction = {"transaction_id": wallet.credential().json["transaction_id"]}
    office.issuer.refuse(record_id, NOW)
    denied = wallet.resource("/deferred-credential", transaction)
    assert (denied.status_code, denied.json["error"]) == (400, "credential_request_denied")


def test_notifications_are_idempotent(office):
    wallet = office.ready()
    identifier = wallet.credential().json["notification_id"]
    for _ in range(2):
        notice = {"notification_id": identifier, "event": "credential_accepted"}
        response = wallet.resource("/notification", notice)
        assert (response.status_code, response.data) == (204, b"")
    bad = wallet.resource("/notification", {"notification_id": identifier, "event": "eaten"})
    assert (bad.status_code, bad.json["error"]) == (400, "invalid_notification_request")


def test_requests_and_responses_may_be_encrypted(office):
    wallet, key = office.ready(), create_encryption_key()
    metadata = wallet.client.get("/.well-known/openid-credential-issuer", base_url=ISSUER).json
    jwks = metadata["credential_request_encryption"]["jwks"]["keys"]
    wanted = encryption.create_response_encryption(key)
    body = {
        "credential_configuration_id": EHIC,
        "proofs": wallet.proofs(),
        "credential_response_encryption": wanted,
    }
    sealed = encryption.encrypt_request(body, jwks)
    response = wallet.resource("/credential", data=sealed, content_type="application/jwt")
    assert response.status_code == 200, response.text
    assert response.content_type == "application/jwt"
    assert len(encryption.decrypt_response(response.text, key)["credentials"]) == 1
    body["proofs"] = wallet.proofs("nonsense")
    refused = wallet.resource(
        "/credential", data=encryption.encrypt_request(body, jwks), content_type="application/jwt"
    )
    assert (refused.status_code, refused.content_type, refused.json["error"]) == (
        400,
        "application/json",
        "invalid_nonce",
    )
    plain = {**body, "credential_response_encryption": None}
    plain.pop("credential_response_encryption")
    plain["proofs"] = wallet.proofs()
    assert wallet.resource(
        "/credential", data=encryption.encrypt_request(plain, jwks), content_type="application/jwt"
    ).json["credentials"]


def test_refresh(office):
    wallet = office.wallet()
    refresh_token = wallet.redeem(office.offer()[0]).json["refresh_token"]
    office.clock[0] += 3600
    assert wallet.credential().status_code == 401
    refreshed = wallet.token({"grant_type": "refresh_token", "refresh_token": refresh_token})
    assert refreshed.status_code == 200
    assert "refresh_token" not in refreshed.json
    assert wallet.credential().status_code == 200
    thief = office.wallet()
    stolen = thief.token({"grant_type": "refresh_token", "refresh_token": refresh_token})
    assert stolen.json["error"] == "invalid_grant"


def test_a_second_process_knows_everything(portable_office, world, keys, people):
    from tests.unit.issuer.conftest import Office

    first = portable_office
    second = Office(first.services.database, world, keys, people)
    wallet = first.wallet()
    offer = first.offer()[0]
    other = second.wallet()
    other.kit = wallet.kit
    assert wallet.redeem(offer).status_code == 200
    other.access_token = wallet.access_token
    assert other.credential().status_code == 200
    assert second.wallet().redeem(offer).json["error"] == "invalid_grant"


def test_withdrawal_reaches_the_list(portable_office):
    from datetime import date

    office, wallet = portable_office, portable_office.ready(holders=2)
    issued = [verified(entry["credential"]) for entry in wallet.credential().json["credentials"]]

    def statuses():
        token = wallet.client.get(urlsplit(issued[0].status.uri).path, base_url=ISSUER)
        parsed = parse_status_list_token(token.text)
        checked = verify_status_list_token(
            parsed, parsed.chain[0].public_key(), issued[0].status.uri, office.clock[0]
        )
        return [checked.statuses.get(vc.status.index) for vc in issued], checked.issued_at

    assert statuses() == ([0, 0], NOW)
    office.clock[0] += 10
    assert (
        office.issuer.withdraw(
            office.records["builder", "ehic"],
            "fraud",
            date(2026, 9, 1),
            office.clock[0],
            "A. Clerk",
        )
        == 2
    )
    assert statuses() == ([1, 1], NOW + 10)
    assert wallet.credential().json["error"] == "credential_request_denied"


def test_many_issue_while_one_withdraws(portable_office):
    """Whatever is issued before the withdrawal is invalid after it; nothing is issued later."""
    from datetime import date

    office = portable_office
    wallets = [office.ready() for _ in range(6)]
    proofs = [wallet.proofs() for wallet in wallets]

    def issue(number):
        if number == 3:
            return office.issuer.withdraw(
                office.records["builder", "ehic"], "fraud", date(2026, 9, 1), NOW
            )
        return wallets[number].credential(proofs=proofs[number]).status_code

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(issue, range(6)))
    issued = [result for result in results if result == 200]
    credentials = office.issuer.credentials.of_record(office.records["builder", "ehic"])
    assert len(credentials) == len(issued)
    assert all(credential.status == 1 for credential in credentials)
