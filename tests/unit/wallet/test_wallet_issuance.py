"""The client flow of OpenID4VCI against a simulated issuer over real HTTP."""

import pytest

from esspass.attestations import EHIC, PDA1_WEBUILD
from esspass.errors import EsspassError, MalformedError, ProtocolError, VerificationError
from esspass.keys.jwk import create_jwk, encode_base64url
from esspass.keys.signer import KeySigner, create_key
from esspass.sdjwt import parse_sd_jwt_vc
from tests.builders.documents import citizen
from tests.builders.issuance import create_provider
from tests.simulators.issuer import visit
from tests.unit.wallet.conftest import create_test_wallet
from wallet.history import Event
from wallet.issuance import Received
from wallet.receiving import RefusedCredentialError


def held(wallet, holder):
    return wallet.credentials.of_holder(holder.id)


def test_an_offer_by_value_becomes_a_card(wallet, holder, issuer, now):
    received = wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
    (card,) = held(wallet, holder)
    assert received == Received((card.id,))
    assert (card.vct, card.copies) == (EHIC, 3)
    assert card.provenance.issuer_name == issuer.body.name
    assert issuer.seen["notifications"] == [("note-1", "credential_accepted")]


def test_an_offer_by_reference_becomes_a_card(wallet, holder, issuer, now):
    wallet.accept_offer(holder, issuer.create_offer("a1", by="reference"), None, now)
    assert [card.vct for card in held(wallet, holder)] == [PDA1_WEBUILD]


def test_an_offer_of_two_documents_becomes_two_cards(wallet, holder, issuer, now):
    received = wallet.accept_offer(holder, issuer.create_offer("a1", "ehic"), None, now)
    assert len(received.credential_ids) == 2
    assert {card.vct for card in held(wallet, holder)} == {PDA1_WEBUILD, EHIC}


def test_an_offer_by_value_and_by_reference_is_refused(wallet, holder, issuer, now):
    uri = issuer.create_offer("ehic") + "&credential_offer_uri=https%3A%2F%2Fissuer.example%2F1"
    with pytest.raises(MalformedError, match="exactly one"):
        wallet.accept_offer(holder, uri, None, now)


def test_every_copy_is_bound_to_another_key_of_the_holder(wallet, holder, issuer, now):
    wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
    (card,) = held(wallet, holder)
    copies = [wallet.credentials.take_copy(card) for _ in range(3)]
    assert len({copy.key_id for copy in copies}) == 3
    for copy in copies:
        jwk = parse_sd_jwt_vc(copy.text).claims["cnf"]["jwk"]
        assert jwk == create_jwk(wallet.keys.read(holder, copy.key_id).public_key)


def test_copies_in_reverse_order_still_fit_their_keys(wallet, holder, issuer, now):
    issuer.faults["reverse"] = True
    wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
    (card,) = held(wallet, holder)
    for _ in range(3):
        copy = wallet.credentials.take_copy(card)
        signer = wallet.keys.read(holder, copy.key_id)
        assert parse_sd_jwt_vc(copy.text).claims["cnf"]["jwk"] == create_jwk(signer.public_key)


def test_fewer_copies_than_keys_leave_no_key_behind(wallet, wallet_database, holder, issuer, now):
    issuer.batch = None
    wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
    assert held(wallet, holder)[0].copies == 1
    assert len(wallet_database.query("SELECT id FROM wallet_holder_keys")) == 1


class TestWrongCode:
    def test_is_the_issuers_own_error_and_can_be_corrected(self, wallet, holder, issuer, now):
        uri = issuer.create_offer("ehic", tx_code="4711")
        with pytest.raises(ProtocolError) as refused:
            wallet.accept_offer(holder, uri, "1234", now)
        assert refused.value.code == "invalid_grant"
        assert held(wallet, holder) == []
        wallet.accept_offer(holder, uri, "4711", now)
        assert len(held(wallet, holder)) == 1

    def test_a_missing_one_is_asked_for_before_the_issuer_is(self, wallet, holder, issuer, now):
        uri = issuer.create_offer("ehic", tx_code="4711")
        with pytest.raises(MalformedError) as refused:
            wallet.accept_offer(holder, uri, None, now)
        assert refused.value.code == "tx_code_needed"
        assert issuer.seen["token"] == []

    def test_an_unasked_one_is_not_sent(self, wallet, holder, issuer, now):
        wallet.accept_offer(holder, issuer.create_offer("ehic"), "4711", now)
        assert issuer.seen["token"][0].tx_code is None


class TestDiscovery:
    def test_vci_09_metadata_of_another_issuer_is_refused(self, wallet, holder, issuer, now):
        issuer.faults.update(metadata_issuer="https://other.example", unsigned=True)
        with pytest.raises(VerificationError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "issuer_mismatch"
        assert issuer.seen["token"] == []

    def test_vci_09_signed_metadata_of_another_issuer_is_refused(self, wallet, holder, issuer, now):
        issuer.faults["metadata_issuer"] = "https://other.example"
        with pytest.raises(VerificationError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "issuer_mismatch"

    def test_another_authorization_servers_metadata_is_refused(self, wallet, holder, issuer, now):
        issuer.faults["server_issuer"] = "https://other.example"
        with pytest.raises(VerificationError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "issuer_mismatch"

    def test_vci_11_the_issuer_is_named_from_its_trusted_certificate(self, wallet, issuer, now):
        resolved = wallet.resolve_offer(issuer.create_offer("ehic"), now)
        assert resolved.party.name == issuer.body.name
        assert resolved.party.host == issuer.url.removeprefix("http://")

    def test_vci_11_an_unsigned_issuer_has_no_name(self, wallet, issuer, now):
        issuer.faults["unsigned"] = True
        assert wallet.resolve_offer(issuer.create_offer("ehic"), now).party.name == ""

    def test_vci_11_an_unlisted_signer_has_no_name(self, wallet, issuer, now):
        issuer.faults["metadata_signer"] = create_provider("Ministry of Look-alikes", now)
        assert wallet.resolve_offer(issuer.create_offer("ehic"), now).party.name == ""

    def test_an_unknown_configuration_is_refused(self, wallet, issuer, now):
        uri = issuer.create_offer("ehic").replace("%22ehic%22", "%22other%22")
        with pytest.raises(MalformedError) as refused:
            wallet.resolve_offer(uri, now)
        assert refused.value.code == "unknown_configuration"

    def test_a_type_nobody_here_can_read_is_refused_before_its_code_is_used(
        self, wallet, holder, issuer, now
    ):
        issuer.faults["metadata_vct"] = "urn:example:library-card"
        with pytest.raises(MalformedError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "unknown_type"
        assert issuer.seen["token"] == []


class TestClient:
    def test_the_attestation_is_shared_and_the_keys_are_not(self, wallet, holder, issuer, now):
        for _ in range(2):
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        seen = issuer.seen["attestations"]
        assert {each.client_id for each in seen} == {wallet.base_url}
        assert len({each.thumbprint for each in seen}) == 2

    def test_an_attestation_challenge_is_answered(self, wallet, holder, issuer, now):
        issuer.faults["challenge"] = True
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert issuer.seen["challenge"] == ["asked"]
        assert len(held(wallet, holder)) == 1

    def test_a_dpop_nonce_is_taken_up_once_asked_for(self, wallet, holder, issuer, now):
        issuer.faults["dpop_nonce"] = True
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert issuer.seen["dpop_nonce_refusals"] == ["/token"]
        assert len(held(wallet, holder)) == 1

    @pytest.mark.parametrize(
        "fields", [{"token_type": "dpop"}, {"token_type": "DPOP"}, {"expires_in": None}]
    )
    def test_token_responses_are_read_generously(self, wallet, holder, issuer, now, fields):
        issuer.faults["token_response"] = fields
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert len(held(wallet, holder)) == 1

    def test_a_bearer_token_is_refused(self, wallet, holder, issuer, now):
        issuer.faults["token_response"] = {"token_type": "Bearer"}
        with pytest.raises(MalformedError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "token_not_bound"


class TestProofs:
    def test_a_proof_per_key_when_nothing_else_is_asked(self, wallet, holder, issuer, now):
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        kind, verified = issuer.seen["proofs"][0]
        assert (kind, len(verified.jwks), verified.key_attestations) == ("jwt", 3, ())

    def test_one_proof_with_attestation_when_that_is_required(self, wallet, holder, issuer, now):
        issuer.key_attestation = {}
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        kind, verified = issuer.seen["proofs"][0]
        assert (kind, len(verified.jwks), len(verified.key_attestations)) == ("jwt", 3, 1)
        assert held(wallet, holder)[0].copies == 3

    def test_an_attestation_alone_when_that_is_all_there_is(self, wallet, holder, issuer, now):
        issuer.key_attestation, issuer.faults["proof_types"] = {}, ("attestation",)
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert issuer.seen["proofs"][0][0] == "attestation"
        assert held(wallet, holder)[0].copies == 3

    def test_a_stale_nonce_is_replaced_once(self, wallet, holder, issuer, now):
        issuer.faults["stale_nonces"] = 1
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert len(issuer.seen["proofs"]) == 2

    def test_a_stale_nonce_is_not_replaced_for_ever(
        self, wallet, wallet_database, holder, issuer, now
    ):
        issuer.faults["stale_nonces"] = 9
        with pytest.raises(ProtocolError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "invalid_nonce"
        assert len(issuer.seen["proofs"]) == 2
        assert wallet_database.query("SELECT id FROM wallet_holder_keys") == []


class TestEncryption:
    def test_requests_and_answers_are_encrypted_where_offered(self, wallet, holder, issuer, now):
        issuer.faults["encrypt"] = True
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert issuer.seen["encrypted_requests"] == [True]
        assert len(held(wallet, holder)) == 1

    def test_an_answer_in_clear_is_not_taken(self, wallet, holder, issuer, now):
        issuer.faults.update(encrypt=True, answer_in_clear=True)
        with pytest.raises(VerificationError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "not_encrypted"
        assert held(wallet, holder) == []


class TestRefusedCredentials:
    @pytest.mark.parametrize("fault", ["other_holder", "same_holder", "extra", "copies_differ"])
    def test_vci_12_a_credential_for_another_key_is_refused(
        self, wallet, wallet_database, holder, issuer, now, fault
    ):
        issuer.faults[fault] = (
            citizen("pensioner").documents[0] if fault == "copies_differ" else True
        )
        with pytest.raises(VerificationError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        codes = {"extra": "too_many_credentials", "copies_differ": "copies_differ"}
        assert refused.value.code == codes.get(fault, "wrong_holder_key")
        assert held(wallet, holder) == []
        assert wallet_database.query("SELECT id FROM wallet_holder_keys") == []
        assert issuer.seen["notifications"] == [("note-1", "credential_failure")]

    def test_vci_12_a_private_key_in_cnf_is_refused(self, wallet, holder, issuer, now):
        key = KeySigner(create_key())
        secret = encode_base64url(
            key.private_key.private_numbers().private_value.to_bytes(32, "big")
        )
        issuer.faults["claims"] = {"cnf": {"jwk": {**create_jwk(key.public_key), "d": secret}}}
        with pytest.raises(EsspassError):
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert held(wallet, holder) == []

    @pytest.mark.parametrize(
        ("claims", "check", "reason"),
        [
            ({"exp": 1_600_000_000}, "validity", "expired"),
            ({"authentic_source": {"id": "LT:1", "name": "x"}}, "trust", "institution_unknown"),
            (
                {"vct#integrity": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
                "type",
                "type_metadata_integrity",
            ),
        ],
    )
    def test_what_does_not_pass_the_checks_is_not_kept(
        self, wallet, holder, issuer, now, claims, check, reason
    ):
        issuer.faults["claims"] = claims
        with pytest.raises(RefusedCredentialError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        finding = refused.value.finding
        assert (finding.check, finding.reason) == (check, reason)
        assert held(wallet, holder) == []
        (entry,) = wallet.history.of_holder(holder.id, Event.FAILED)
        assert entry.encounter.reason == reason

    def test_an_unlisted_issuer_is_not_believed(self, wallet, holder, issuer, now):
        issuer.faults["signer"] = create_provider(issuer.body.name, now)
        with pytest.raises(RefusedCredentialError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.finding.check == "trust"

    def test_a_status_nobody_answers_for_is_not_believed(self, wallet, holder, issuer, now):
        issuer.faults["status_down"] = True
        with pytest.raises(RefusedCredentialError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.finding.check == "status"

    def test_another_type_than_announced_is_refused(self, wallet, holder, issuer, now):
        issuer.faults["metadata_vct"] = PDA1_WEBUILD
        with pytest.raises(VerificationError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "wrong_type"

    def test_the_issuers_refusal_leaves_nothing_behind(
        self, wallet, wallet_database, holder, issuer, now
    ):
        issuer.faults["credential_error"] = "credential_request_denied"
        with pytest.raises(ProtocolError) as refused:
            wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert refused.value.code == "credential_request_denied"
        assert wallet_database.query("SELECT id FROM wallet_holder_keys") == []


class TestAuthorizationCode:
    def test_a_sign_in_becomes_a_card(self, wallet, holder, issuer, now):
        uri = issuer.create_offer("ehic", grant="authorization")
        wallet.accept_offer(holder, uri, None, now, visit)
        assert len(held(wallet, holder)) == 1
        (asked,) = issuer.seen["par"]
        assert (asked.scopes, asked.issuer_state) == (("scope-ehic",), "hint")
        assert asked.redirect_uri == f"{wallet.base_url}/offer/callback"

    def test_without_somebody_to_sign_in_it_is_said_so(self, wallet, holder, issuer, now):
        with pytest.raises(MalformedError) as refused:
            wallet.accept_offer(
                holder, issuer.create_offer("ehic", grant="authorization"), None, now
            )
        assert refused.value.code == "issuer_sign_in_needed"

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            ({"iss": "https://other.example"}, "issuer_mismatch"),
            ({"iss": None}, "issuer_mismatch"),
            ({"state": "another"}, "state_mismatch"),
            ({"state": None}, "state_mismatch"),
            ({"code": None, "error": "access_denied"}, "access_denied"),
        ],
    )
    def test_a_wrong_answer_of_the_sign_in_stops_it(
        self, wallet, holder, issuer, now, answer, code
    ):
        issuer.faults["authorization_response"] = answer
        with pytest.raises(EsspassError) as refused:
            wallet.accept_offer(
                holder, issuer.create_offer("ehic", grant="authorization"), None, now, visit
            )
        assert refused.value.code == code
        assert issuer.seen["token"] == []


class TestDeferred:
    def test_a_credential_comes_later_and_in_another_process(
        self, wallet, world, wallet_database, holder, issuer, now
    ):
        issuer.faults["defer"] = True
        received = wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        assert (received.credential_ids, len(received.deferred_ids)) == ((), 1)
        assert wallet.poll(holder.id, now).deferred_ids == received.deferred_ids
        assert wallet.poll(holder.id, now + 6).deferred_ids == received.deferred_ids
        del issuer.faults["defer"]
        other = create_test_wallet(world, wallet_database)
        arrived = other.poll(holder.id, now + 30)
        assert len(arrived.credential_ids) == 1
        assert other.deferred.of_holder(holder.id) == []
        assert held(other, holder)[0].copies == 3

    def test_a_refused_one_is_no_longer_waited_for(
        self, wallet, wallet_database, holder, issuer, now
    ):
        issuer.faults["defer"] = True
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        del issuer.faults["defer"]
        issuer.deferred.clear()
        with pytest.raises(ProtocolError) as refused:
            wallet.poll(holder.id, now + 6)
        assert refused.value.code == "invalid_transaction_id"
        assert wallet.deferred.of_holder(holder.id) == []
        assert wallet_database.query("SELECT id FROM wallet_holder_keys") == []

    def test_a_bad_one_is_refused_as_if_it_had_come_at_once(self, wallet, holder, issuer, now):
        issuer.faults.update(defer=True, other_holder=True)
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        del issuer.faults["defer"]
        with pytest.raises(VerificationError):
            wallet.poll(holder.id, now + 6)
        assert held(wallet, holder) == []


class TestAfterwards:
    def test_a_card_is_renewed_with_new_keys(self, wallet, wallet_database, holder, issuer, now):
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        (card,) = held(wallet, holder)
        before = {wallet.credentials.take_copy(card).key_id for _ in range(3)}
        assert wallet.renew(holder, card.id, now + 60)
        (renewed,) = held(wallet, holder)
        after = {wallet.credentials.take_copy(renewed).key_id for _ in range(3)}
        assert renewed.id == card.id
        assert not before & after
        keys = {row["id"] for row in wallet_database.query("SELECT id FROM wallet_holder_keys")}
        assert keys == after

    def test_a_withdrawn_card_is_seen_as_such(self, wallet, holder, issuer, now):
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        for index in issuer.seen["indices"]:
            issuer.withdraw(index)
        verdict = wallet.check(held(wallet, holder)[0], now + 120)
        assert verdict.outcome == "FAILED"
        assert held(wallet, holder)[0].checked.reason == "revoked"

    def test_a_deleted_card_is_gone_and_the_issuer_told(
        self, wallet, wallet_database, holder, issuer, now
    ):
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        wallet.delete_credential(holder.id, held(wallet, holder)[0].id, now)
        assert held(wallet, holder) == []
        assert wallet_database.query("SELECT id FROM wallet_holder_keys") == []
        assert issuer.seen["notifications"][-1] == ("note-1", "credential_deleted")

    def test_an_issuer_that_is_gone_does_not_stop_a_deletion(self, wallet, holder, issuer, now):
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        issuer.app.view_functions["_metadata"] = lambda: ("", 503)
        wallet.delete_credential(holder.id, held(wallet, holder)[0].id, now)
        assert held(wallet, holder) == []

    def test_a_deleted_holder_leaves_nothing(self, wallet, wallet_database, holder, issuer, now):
        issuer.faults["defer"] = True
        wallet.accept_offer(holder, issuer.create_offer("a1"), None, now)
        del issuer.faults["defer"]
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        wallet.delete_holder(holder.id, now)
        for table in ("holders", "wrapping_keys", "holder_keys", "credentials", "copies",
                      "history", "deferred", "pending"):  # fmt: skip
            assert wallet_database.query(f"SELECT * FROM wallet_{table}") == [], table

    def test_the_export_holds_all_but_keys(self, wallet, holder, issuer, now):
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        exported = wallet.export(holder.id, now)
        assert exported["credentials"][0]["claims"]["vct"] == EHIC
        assert [entry["event"] for entry in exported["history"]] == ["received"]
        assert "refresh_token" not in str(exported)
        assert '"d"' not in str(exported)
