"""Answering OpenID4VP requests of a simulated verifier over real HTTP."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from cryptography import x509
from flask import Response

from esspass.attestations import EHIC, PDA1_WEBUILD, PID
from esspass.errors import EsspassError, MalformedError, ProtocolError, UnavailableError
from esspass.jose.jws import parse_jws
from esspass.keys.certificates import create_x5c, issue_certificate
from esspass.keys.jwk import encode_base64url
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vp.dcql import NoMatchError
from esspass.sdjwt import parse_sd_jwt_vc
from tests.builders.issuance import create_provider, flip_signature, unsecure
from tests.simulators.verifier import PURPOSE, ask_for, create_dataset
from wallet.consent import Caution, Choice
from wallet.history import Event
from wallet.presentation import UnanswerableError, is_web_address

NUMBER = ("document_number",)
PIN = ("personal_administrative_number",)


def agree(_asked):
    return Choice()


def refuse(_asked):
    return None


@pytest.fixture
def cards(wallet, holder, issuer, identity_issuer, now):
    """A holder with an A1, an EHIC and a PID."""
    wallet.accept_offer(holder, issuer.create_offer("a1", "ehic"), None, now)
    wallet.accept_offer(holder, identity_issuer.create_offer("pid"), None, now)
    return {card.vct: card for card in wallet.credentials.of_holder(holder.id)}


def last_event(wallet, holder):
    return wallet.history.of_holder(holder.id)[0]


@pytest.mark.usefixtures("cards")
class TestSharing:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_what_was_agreed_to_arrives(self, wallet, holder, verifier, now, method):
        link = verifier.ask(ask_for(EHIC, NUMBER), method=method)
        answered = wallet.present(holder, link, agree, now)
        assert answered.event is Event.SHARED
        (shown,) = verifier.take()["a"]
        assert {path[0] for path in shown.processed.paths} == {"document_number"}

    def test_post_carries_a_fresh_nonce_and_what_the_wallet_can(
        self, wallet, holder, verifier, now
    ):
        for _ in range(2):
            wallet.present(holder, verifier.ask(ask_for(EHIC, NUMBER)), agree, now)
        (method, form, accept), (_, second, _) = verifier.fetched
        assert method == "POST"
        assert form["wallet_nonce"] != second["wallet_nonce"]
        assert "dc+sd-jwt" in form["wallet_metadata"]
        assert accept == "application/oauth-authz-req+jwt"

    def test_no_claims_asked_discloses_none(self, wallet, holder, verifier, now):
        wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        (shown,) = verifier.take()["a"]
        assert shown.processed.paths == {}

    def test_a1_and_pid_in_one_answer(self, wallet, holder, verifier, now):
        both = {
            "credentials": ask_for(PDA1_WEBUILD, ("documentID",), query_id="a1")["credentials"]
            + ask_for(PID, ("family_name",), query_id="pid")["credentials"]
        }
        wallet.present(holder, verifier.ask(both), agree, now)
        assert set(verifier.take()) == {"a1", "pid"}

    def test_copies_are_used_in_turn_so_that_visits_cannot_be_linked(
        self, wallet, holder, verifier, now
    ):
        keys = set()
        for _ in range(3):
            wallet.present(holder, verifier.ask(ask_for(EHIC, NUMBER)), agree, now)
            keys.add(verifier.take()["a"][0].claims["cnf"]["jwk"]["x"])
        assert len(keys) == 3

    def test_the_same_device_is_told_where_to_go_on(self, wallet, holder, verifier, now):
        link = verifier.ask(ask_for(EHIC, NUMBER), redirect_uri="https://verifier.example/back")
        answered = wallet.present(holder, link, agree, now)
        assert answered.redirect_uri.startswith("https://verifier.example/back?response_code=")

    def test_the_history_names_who_why_and_what_but_no_value(self, wallet, holder, verifier, now):
        wallet.present(holder, verifier.ask(ask_for(EHIC, NUMBER)), agree, now)
        entry = last_event(wallet, holder)
        assert entry.event is Event.SHARED
        assert entry.encounter.party == "Υποδειγματική Επιθεώρηση Εργασίας"
        assert entry.encounter.host == verifier.url.removeprefix("http://")
        assert entry.encounter.purpose == PURPOSE
        (shared,) = entry.encounter.shared
        assert NUMBER in shared.paths
        assert PIN not in shared.paths
        number = verifier.take()["a"][0].claims["document_number"]
        assert number not in str(entry)

    def test_an_optional_set_is_shown_only_on_request(self, wallet, holder, verifier, now):
        query = {
            "credentials": ask_for(EHIC, NUMBER, query_id="card")["credentials"]
            + ask_for(PID, ("family_name",), query_id="pid")["credentials"],
            "credential_sets": [{"options": [["card"]]}, {"options": [["pid"]], "required": False}],
        }
        wallet.present(holder, verifier.ask(query), agree, now)
        assert set(verifier.take()) == {"card"}
        wallet.present(holder, verifier.ask(query), lambda _asked: Choice({1: 0}), now)
        assert set(verifier.take()) == {"card", "pid"}

    def test_an_alternative_can_be_chosen(self, wallet, holder, verifier, now):
        query = {
            "credentials": ask_for(EHIC, NUMBER, query_id="card")["credentials"]
            + ask_for(PDA1_WEBUILD, ("documentID",), query_id="a1")["credentials"],
            "credential_sets": [{"options": [["card"], ["a1"]]}],
        }
        wallet.present(holder, verifier.ask(query), lambda _asked: Choice({0: 1}), now)
        assert set(verifier.take()) == {"a1"}

    def test_a_choice_that_is_not_on_offer_sends_nothing(self, wallet, holder, verifier, now):
        choice = Choice({0: 7})
        with pytest.raises(NoMatchError):
            wallet.present(holder, verifier.ask(ask_for(EHIC)), lambda _asked: choice, now)
        assert verifier.answers == []

    def test_trusted_authorities_choose_by_authority_key(
        self, wallet, world, holder, verifier, now
    ):
        key = world.fund.issuance.certificate.extensions.get_extension_for_class(
            x509.SubjectKeyIdentifier
        ).value.digest
        aki = [{"type": "aki", "values": [encode_base64url(key)]}]
        wallet.present(holder, verifier.ask(ask_for(EHIC, trusted_authorities=aki)), agree, now)
        assert verifier.take()["a"]
        other = [{"type": "aki", "values": [encode_base64url(bytes(20))]}]
        link = verifier.ask(ask_for(EHIC, trusted_authorities=other))
        assert wallet.present(holder, link, agree, now).event is Event.NO_MATCH


@pytest.mark.usefixtures("cards")
class TestConsent:
    def ask(self, wallet, holder, verifier, now, dcql, **more):
        seen = []
        wallet.present(holder, verifier.ask(dcql, **more), seen.append, now)
        return seen[0]

    def test_shown_and_hidden_are_the_whole_document(self, wallet, holder, verifier, now):
        asked = self.ask(wallet, holder, verifier, now, ask_for(EHIC, NUMBER))
        (candidate,) = asked.match.candidates["a"]
        disclosure = asked.disclosure(candidate, "lt")
        assert [claim.path for claim in disclosure.hidden] == [PIN]
        assert NUMBER in [claim.path for claim in disclosure.shown]

    def test_the_purpose_comes_in_the_citizens_language(self, wallet, holder, verifier, now):
        received = self.ask(wallet, holder, verifier, now, ask_for(EHIC)).received
        assert received.purpose("lt") == PURPOSE["lt"]
        assert received.purpose("el") == PURPOSE["en"]

    def test_tm_03_the_purpose_is_plain_text(self, wallet, holder, verifier, now):
        tricky = {"en": "Free\u202e gift\u200b <b>now</b>\n\x07"}
        dataset = create_dataset(ask_for(EHIC), tricky)
        asked = self.ask(wallet, holder, verifier, now, ask_for(EHIC), dataset=dataset)
        assert asked.received.purpose("en") == "Free gift <b>now</b>"

    def test_vp_28_asking_beyond_the_registration_is_warned_of_and_noted(
        self, wallet, holder, verifier, now
    ):
        dataset = create_dataset(ask_for(EHIC, NUMBER))
        link = verifier.ask(ask_for(EHIC, NUMBER, PIN), dataset=dataset)
        seen = []
        wallet.present(holder, link, lambda asked: seen.append(asked.cautions) or Choice(), now)
        assert seen == [(Caution.OVER_ASKING,)]
        assert last_event(wallet, holder).encounter.warnings == ("over_asking",)

    def test_vp_28_asking_without_registration_or_reason_is_warned_of(
        self, wallet, holder, verifier, now
    ):
        asked = self.ask(wallet, holder, verifier, now, ask_for(EHIC), dataset=None)
        assert asked.cautions == (Caution.NOT_REGISTERED, Caution.NO_PURPOSE)

    def test_within_the_registration_nothing_is_warned_of(self, wallet, holder, verifier, now):
        assert self.ask(wallet, holder, verifier, now, ask_for(EHIC, NUMBER)).cautions == ()

    def test_several_documents_that_fit_are_all_on_offer(
        self, wallet, holder, issuer, verifier, now
    ):
        wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now)
        asked = self.ask(wallet, holder, verifier, now, ask_for(EHIC, NUMBER))
        first, second = asked.match.candidates["a"]
        choice = Choice(holdings={"a": (second.holding_id,)})
        wallet.present(holder, verifier.ask(ask_for(EHIC, NUMBER)), lambda _asked: choice, now)
        assert first.holding_id != second.holding_id
        assert verifier.take()["a"]


@pytest.mark.usefixtures("cards")
class TestRefusing:
    def test_a_refusal_reaches_the_verifier_as_access_denied(self, wallet, holder, verifier, now):
        answered = wallet.present(holder, verifier.ask(ask_for(EHIC)), refuse, now)
        assert answered.event is Event.REFUSED
        assert verifier.status().reason == "access_denied"
        assert last_event(wallet, holder).event is Event.REFUSED

    def test_vp_27_no_match_and_refusal_are_the_same_answer(self, wallet, holder, verifier, now):
        wallet.present(holder, verifier.ask(ask_for(EHIC)), refuse, now)
        refused, form = verifier.status(), verifier.answers[-1]
        query = ask_for("urn:example:none")
        assert wallet.present(holder, verifier.ask(query), agree, now).event is Event.NO_MATCH
        unmatched, second = verifier.status(), verifier.answers[-1]
        assert (refused.state, refused.reason) == (unmatched.state, unmatched.reason)
        assert form.keys() == second.keys() == {"response"}
        assert len(form["response"]) == len(second["response"])

    @pytest.mark.parametrize("value", ["right", "wrong"])
    def test_vp_26_asking_by_value_tells_a_refused_verifier_nothing(
        self, wallet, holder, cards, verifier, now, value
    ):
        query = ask_for(EHIC, NUMBER)
        number = parse_sd_jwt_vc(cards[EHIC].text).claims["document_number"]
        query["credentials"][0]["claims"][0]["values"] = [number if value == "right" else "x"]
        wallet.present(holder, verifier.ask(query), refuse, now)
        assert verifier.status().reason == "access_denied"
        assert len(verifier.answers) == 1

    def test_a_verifier_that_takes_no_refusal_does_not_matter(self, wallet, holder, verifier, now):
        verifier.answer_status = 400
        answered = wallet.present(holder, verifier.ask(ask_for(EHIC)), refuse, now)
        assert answered.event is Event.REFUSED

    def test_an_answer_that_is_not_taken_is_noted_with_its_contents(
        self, wallet, holder, verifier, now
    ):
        verifier.answer_status = 400
        with pytest.raises(ProtocolError) as refused:
            wallet.present(holder, verifier.ask(ask_for(EHIC, NUMBER)), agree, now)
        assert refused.value.code == "answer_refused"
        entry = last_event(wallet, holder)
        assert (entry.event, entry.encounter.reason) == (Event.FAILED, "answer_refused")
        assert entry.encounter.shared


def spoiled(change):
    return lambda _verifier: (
        lambda token: Response(change(token), content_type="application/oauth-authz-req+jwt")
    )


def resigned(header=None, **claims):
    return lambda verifier: verifier.resign(header, **claims)


@pytest.mark.usefixtures("cards")
class TestBadRequests:
    """Each is refused before any screen names the verifier, and nothing is sent: nobody knows
    who made it.
    """

    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(spoiled(unsecure), id="VP-01-unsigned"),
            pytest.param(spoiled(lambda t: t.split(".")[1]), id="VP-01-payload-only"),
            pytest.param(resigned(client_id="x509_hash:other"), id="VP-03-other-client"),
            pytest.param(spoiled(flip_signature), id="VP-08-signature"),
            pytest.param(resigned(wallet_nonce="another"), id="VP-11-other-wallet_nonce"),
            pytest.param(resigned(wallet_nonce=None), id="VP-11-no-wallet_nonce"),
            pytest.param(resigned(header={"typ": "JWT"}), id="other-typ"),
            pytest.param(resigned(exp=1), id="expired"),
            pytest.param(resigned(aud="https://other.example"), id="other-audience"),
            pytest.param(
                resigned(wallet_nonce=None, transaction_data=["e30"]), id="VP-21-and-VP-11-replayed"
            ),
            pytest.param(resigned(header={"typ": "JWT"}, nonce=None), id="VP-07-and-other-typ"),
        ],
    )
    def test_is_refused(self, wallet, holder, verifier, now, spoil):
        verifier.spoil = spoil(verifier)
        with pytest.raises(EsspassError):
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert verifier.answers == []
        entry = last_event(wallet, holder)
        assert (entry.event, entry.encounter.party) == (Event.FAILED, "")

    def test_the_same_request_unspoiled_is_answered(self, wallet, holder, verifier, now):
        verifier.spoil = verifier.resign()
        answered = wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert answered.event is Event.SHARED

    @pytest.mark.parametrize(
        "prefix", ["x509_san_dns:verifier.example", "redirect_uri:https://a.example", "origin:https://a.example", "openid_federation:https://a.example", "plain", "x509_hash:AAAA"]
    )  # fmt: skip
    def test_vp_02_vp_04_another_client_id_never_gets_another_rule(
        self, wallet, holder, verifier, now, prefix
    ):
        verifier.spoil = verifier.resign(client_id=prefix)
        link = verifier.ask(ask_for(EHIC))
        tampered = link.replace(
            quote(verifier.transaction.client_id, safe=""), quote(prefix, safe="")
        )
        assert tampered != link
        with pytest.raises(EsspassError):
            wallet.present(holder, tampered, agree, now)
        assert verifier.answers == []

    def test_vp_05_the_answer_goes_to_the_named_host_only(
        self, wallet, world, holder, verifier, now
    ):
        """x509_san_dns ties response_uri to the name in the certificate."""
        key = create_key()
        began = now - 3600
        leaf = issue_certificate(
            world.access.issuance, key.public_key(), "V", "GR", "v", began, dns_names=["v.example"]
        )
        verifier.spoil = verifier.resign(
            signer=KeySigner(key, (leaf,)), client_id="x509_san_dns:v.example"
        )
        link = f"openid4vp://?client_id=x509_san_dns%3Av.example&request_uri={verifier.ask(ask_for(EHIC)).partition('request_uri=')[2]}"
        with pytest.raises(ProtocolError, match="another host"):
            wallet.present(holder, link, agree, now)

    def test_an_unlisted_verifier_is_not_named(self, wallet, holder, verifier, now):
        verifier.signer = create_provider("Ministry of Look-alikes", now)
        verifier.relying_party = replace(verifier.relying_party, access_signer=verifier.signer)
        with pytest.raises(EsspassError):
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        entry = last_event(wallet, holder)
        assert (entry.event, entry.encounter.party) == (Event.FAILED, "")
        assert verifier.answers == []

    def test_a_chain_with_its_anchor_is_refused(self, wallet, world, holder, verifier, now):
        chain = (*verifier.signer.certificates, world.access.issuance.certificate)
        verifier.spoil = verifier.resign({"x5c": create_x5c(chain)})
        with pytest.raises(MalformedError):
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)

    def test_vp_09_a_second_fetch_is_not_made_by_the_wallet(self, wallet, holder, verifier, now):
        wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert len(verifier.fetched) == 1


NO_KEY = {"vp_formats_supported": {"dc+sd-jwt": {}}}


@pytest.mark.usefixtures("cards")
class TestUnanswerable:
    """A trusted verifier that asks wrongly is told so, once, with nothing about the holder."""

    @pytest.mark.parametrize(
        ("claims", "error"),
        [
            pytest.param({"redirect_uri": "https://a.example"}, "invalid_request", id="VP-06"),
            pytest.param({"nonce": None}, "invalid_request", id="VP-07-no-nonce"),
            pytest.param({"nonce": "short"}, "invalid_request", id="VP-07-short-nonce"),
            pytest.param({"transaction_data": ["e30"]}, "invalid_transaction_data", id="VP-21"),
            pytest.param({"scope": "openid"}, "invalid_scope", id="scope-beside-dcql"),
            pytest.param({"response_type": "code"}, "invalid_request", id="response_type"),
            pytest.param({"dcql_query": {"credentials": []}}, "invalid_request", id="dcql"),
        ],
    )
    def test_the_verifier_reads_its_mistake_encrypted_to_its_key(
        self, wallet, holder, verifier, now, claims, error
    ):
        verifier.spoil = verifier.resign(**claims)
        with pytest.raises(UnanswerableError) as refused:
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert refused.value.told
        (form,) = verifier.answers
        assert form.keys() == {"response"}
        assert verifier.status().reason == error
        entry = last_event(wallet, holder)
        assert (entry.event, entry.encounter.reason) == (Event.FAILED, refused.value.code)
        assert entry.encounter.party == "Υποδειγματική Επιθεώρηση Εργασίας"
        assert entry.encounter.shared == ()

    @pytest.mark.parametrize(
        ("claims", "error"),
        [
            pytest.param({"client_metadata": {}}, "vp_formats_not_supported", id="formats"),
            pytest.param({"client_metadata": NO_KEY}, "invalid_request", id="no-key"),
            pytest.param({"client_metadata": None}, "invalid_request", id="no-metadata"),
            pytest.param({"response_mode": "direct_post"}, "invalid_request", id="plain-mode"),
        ],
    )
    def test_where_nothing_can_be_encrypted_the_code_goes_in_clear(
        self, wallet, holder, verifier, now, claims, error
    ):
        verifier.spoil = verifier.resign(**claims)
        with pytest.raises(UnanswerableError):
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        (form,) = verifier.answers
        assert form.keys() == {"error", "state"}
        assert form["error"] == error
        assert verifier.status().reason == error

    @pytest.mark.parametrize(
        "claims",
        [
            pytest.param({"response_uri": "javascript:alert(1)"}, id="odd-scheme"),
            pytest.param({"response_uri": None}, id="no-address"),
            pytest.param({"response_mode": "fragment"}, id="no-direct-post"),
            pytest.param({"response_mode": None}, id="no-mode"),
        ],
    )
    def test_without_an_address_to_post_to_nobody_is_told(
        self, wallet, holder, verifier, now, claims
    ):
        verifier.spoil = verifier.resign(**claims)
        with pytest.raises(UnanswerableError) as refused:
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert not refused.value.told
        assert verifier.answers == []

    @pytest.mark.parametrize(
        "address", ["http://10.0.0.1/r", "http://169.254.169.254/latest", "https://192.168.1.1/"]
    )
    def test_vp_10_an_address_inside_is_not_posted_to(self, wallet, holder, verifier, now, address):
        verifier.spoil = verifier.resign(nonce=None, response_uri=address)
        with pytest.raises(UnanswerableError) as refused:
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert not refused.value.told

    @pytest.mark.parametrize("status", [400, 500])
    def test_a_verifier_that_does_not_listen_changes_nothing(
        self, wallet, holder, verifier, now, status
    ):
        verifier.spoil, verifier.answer_status = verifier.resign(nonce=None), status
        with pytest.raises(UnanswerableError) as refused:
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert not refused.value.told
        assert len(verifier.answers) == 1
        assert last_event(wallet, holder).event is Event.FAILED

    def test_vp_08_a_stranger_cannot_make_the_wallet_post_anywhere(
        self, wallet, holder, verifier, now
    ):
        """Whoever makes his own certificate authority signs what he likes: nothing goes out."""
        stranger = create_provider("Ministry of Look-alikes", now)
        verifier.signer = stranger
        verifier.relying_party = replace(verifier.relying_party, access_signer=stranger)
        for claims in ({"nonce": None}, {"transaction_data": ["e30"]}, {"client_metadata": {}}):
            verifier.spoil = verifier.resign(**claims)
            with pytest.raises(EsspassError) as refused:
                wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
            assert not isinstance(refused.value, UnanswerableError)
        assert verifier.answers == []
        assert last_event(wallet, holder).encounter.party == ""

    @pytest.mark.parametrize("change", [flip_signature, unsecure])
    def test_vp_08_a_forged_request_of_a_trusted_verifier_sends_nothing(
        self, wallet, holder, verifier, now, change
    ):
        def spoil(token):
            text = verifier.resign(nonce=None)(token).get_data(as_text=True)
            return Response(change(text), content_type="application/oauth-authz-req+jwt")

        verifier.spoil = spoil
        with pytest.raises(EsspassError):
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert verifier.answers == []


@pytest.mark.usefixtures("cards")
class TestFetching:
    @pytest.mark.parametrize(
        "uri",
        ["http://10.0.0.1/r", "http://169.254.169.254/latest", "file:///etc/passwd", "ftp://a.example/r"],
    )  # fmt: skip
    def test_vp_10_private_addresses_and_schemes_are_not_asked(self, wallet, holder, now, uri):
        link = f"openid4vp://?client_id=x509_hash%3Aabc&request_uri={uri}"
        with pytest.raises(MalformedError) as refused:
            wallet.present(holder, link, agree, now)
        assert refused.value.code == "forbidden_url"

    def test_vp_10_a_redirect_is_not_followed(self, wallet, holder, verifier, now):
        verifier.spoil = lambda _token: Response("", 302, {"Location": verifier.url})
        with pytest.raises(UnavailableError):
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)

    def test_vp_10_a_huge_answer_is_not_read(self, wallet, holder, verifier, now):
        verifier.spoil = lambda _token: Response(
            "a" * 5_000_000, content_type="application/oauth-authz-req+jwt"
        )
        with pytest.raises(UnavailableError):
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)

    def test_another_media_type_is_refused(self, wallet, holder, verifier, now):
        verifier.spoil = lambda token: Response(token, content_type="application/jwt")
        with pytest.raises(MalformedError) as refused:
            wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert refused.value.code == "not_a_request_object"

    def test_an_unusable_encryption_key_is_passed_over(self, wallet, holder, verifier, now):
        def add_odd_key(token):
            metadata = parse_jws(token).claims()["client_metadata"]
            odd = {"kty": "RSA", "kid": "1", "alg": "RSA-OAEP", "n": "AA", "e": "AQAB"}
            metadata["jwks"]["keys"].insert(0, odd)
            nonce = parse_jws(token).claims()["wallet_nonce"]
            return verifier.resign(client_metadata=metadata, wallet_nonce=nonce)(token)

        verifier.spoil = add_odd_key
        answered = wallet.present(holder, verifier.ask(ask_for(EHIC)), agree, now)
        assert answered.event is Event.SHARED

    def test_vp_20_there_is_no_way_to_present_without_key_binding(
        self, wallet, holder, verifier, now
    ):
        query = ask_for(EHIC, NUMBER, require_cryptographic_holder_binding=False)
        wallet.present(holder, verifier.ask(query), agree, now)
        (shown,) = verifier.take()["a"]
        assert shown.sd_jwt.key_binding_jwt is not None


@pytest.mark.parametrize(
    "value",
    [None, 7, "", "javascript:alert(1)", "data:text/html,x", "https://", "https://a@b.example", "https://a.example/\n", "//a.example"],
)  # fmt: skip
def test_a_redirect_to_anything_but_a_web_address_is_not_offered(value):
    assert not is_web_address(value)


def test_a_redirect_to_a_web_address_is_offered():
    assert is_web_address("https://verifier.example/back?response_code=abc")
