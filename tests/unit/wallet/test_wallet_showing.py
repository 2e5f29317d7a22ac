"""Codes that are shown without a network, held to what verifiers check and ask for."""

from itertools import pairwise

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD
from esspass.errors import KeyBindingError, MalformedError
from esspass.inspection import ShownBinding
from esspass.keys.jwk import parse_jwk
from esspass.qr import FrameCollector, read_qr_text
from esspass.sdjwt import create_presentation, parse_sd_jwt_vc
from verifier.purposes import PURPOSES as VERIFIERS
from verifier.queries import create_query
from wallet.history import Event
from wallet.purposes import DEFAULT_PATHS, PURPOSES
from wallet.showing import AHEAD, STEP, default_groups, find_choices, find_fixed


def read(code):
    """Scan the frames of a code, in another order than they are shown in."""
    contents = [read_qr_text(text) for text in reversed(code.texts)]
    if contents[0].kind == "presentation":
        return contents[0].presentation
    collector = FrameCollector()
    progress = [collector.add(content.frame) for content in contents]
    return read_qr_text(progress[-1].text).presentation


def verify(code, purpose, now, seen=frozenset()):
    vc = parse_sd_jwt_vc(read(code))
    key = parse_jwk(vc.claims["cnf"]["jwk"])
    ShownBinding(purpose, seen).verify(vc, key, now)
    return vc


@pytest.fixture
def ehic(wallet, holder, issuer, now):
    return wallet.accept_offer(holder, issuer.create_offer("ehic"), None, now).credential_ids[0]


@pytest.fixture
def a1(wallet, holder, issuer, now):
    return wallet.accept_offer(holder, issuer.create_offer("a1"), None, now).credential_ids[0]


class TestPurposes:
    def test_are_those_that_verifiers_check_for(self):
        assert {purpose.id: purpose.kind for purpose in VERIFIERS} == PURPOSES

    @pytest.mark.parametrize("vct", [PDA1_WEBUILD, PDA1_EUDI, EHIC])
    def test_the_default_is_what_verifiers_ask_for(self, vct):
        kind = "ehic" if vct == EHIC else "pda1"
        asked = create_query(kind, with_pid=False)["credentials"]
        (query,) = (each for each in asked if each["meta"]["vct_values"] == [vct])
        assert {tuple(claim["path"]) for claim in query["claims"]} == set(DEFAULT_PATHS[vct])

    def test_the_default_shows_what_an_answer_to_the_query_would(self, wallet, holder, a1, now):
        (code, *_) = wallet.show(holder, a1, "labour-inspection", now)
        held = wallet.find(holder.id, a1)
        answer = parse_sd_jwt_vc(create_presentation(held.text, DEFAULT_PATHS[PDA1_WEBUILD]))
        shown, asked = dict(parse_sd_jwt_vc(read(code)).claims), dict(answer.claims)
        for own in ("cnf", "status"):  # of each copy
            shown.pop(own), asked.pop(own)
        assert shown == asked


class TestCodes:
    def test_each_is_good_in_its_own_minute_and_no_later(self, wallet, holder, ehic, now):
        codes = wallet.show(holder, ehic, "care", now)
        for code in codes:
            verify(code, "care", code.starts)
            verify(code, "care", code.expires)
            with pytest.raises(KeyBindingError) as refused:
                verify(code, "care", code.expires + 31)
            assert refused.value.code == "shown_too_old"
        with pytest.raises(KeyBindingError) as refused:
            verify(codes[2], "care", now)
        assert refused.value.code == "shown_in_future"

    def test_one_follows_on_the_other_before_it_ends(self, wallet, holder, ehic, now):
        codes = wallet.show(holder, ehic, "care", now)
        assert [code.starts for code in codes] == list(range(now, now + AHEAD, STEP))
        assert all(a.expires > b.starts for a, b in pairwise(codes))

    def test_for_another_purpose_it_is_refused(self, wallet, holder, ehic, now):
        (code, *_) = wallet.show(holder, ehic, "care", now)
        with pytest.raises(KeyBindingError) as refused:
            verify(code, "reimbursement", now)
        assert refused.value.code == "kb_audience"

    def test_an_ehic_fits_one_symbol_and_an_a1_needs_frames(self, wallet, holder, ehic, a1, now):
        (small, *_) = wallet.show(holder, ehic, "care", now)
        (large, *_) = wallet.show(holder, a1, "labour-inspection", now)
        assert [len(text) <= 1249 for text in (*small.texts, *large.texts)].count(False) == 0
        assert len(large.texts) > 1
        verify(large, "labour-inspection", now)

    def test_only_what_was_chosen_is_in_it(self, wallet, holder, a1, now):
        (code, *_) = wallet.show(holder, a1, "labour-inspection", now, ["names", "employers"])
        claims = verify(code, "labour-inspection", now).claims
        assert claims["subject"].keys() <= {"names", "address"}
        assert not claims["subject"].get("address")
        assert "address" not in claims["employmentSituations"][0]
        assert "documentID" not in claims

    def test_nothing_chosen_still_shows_that_it_is_there(self, wallet, holder, ehic, now):
        (code, *_) = wallet.show(holder, ehic, "care", now, [])
        claims = verify(code, "care", now).claims
        assert not {"personal_administrative_number", "document_number"} & set(claims)

    def test_the_history_knows_purpose_and_claims_but_no_value(self, wallet, holder, ehic, now):
        wallet.show(holder, ehic, "care", now)
        (entry,) = wallet.history.of_holder(holder.id, Event.SHOWN)
        assert entry.encounter.purpose_id == "care"
        ((vct, paths),) = [(each.vct, each.paths) for each in entry.encounter.shared]
        assert vct == EHIC
        assert ("document_number",) in paths

    @pytest.mark.parametrize("purpose", ["labour-inspection", "", "urn:esspass:shown:care"])
    def test_a_purpose_that_is_not_this_documents_is_refused(
        self, wallet, holder, ehic, now, purpose
    ):
        with pytest.raises(MalformedError) as refused:
            wallet.show(holder, ehic, purpose, now)
        assert refused.value.code == "unknown_purpose"

    def test_an_unknown_group_is_refused(self, wallet, holder, ehic, now):
        with pytest.raises(MalformedError) as refused:
            wallet.show(holder, ehic, "care", now, ["names"])
        assert refused.value.code == "unknown_group"
        assert wallet.history.of_holder(holder.id, Event.SHOWN) == []


class TestChoices:
    def test_every_claim_can_be_chosen_or_is_always_there(self, wallet, holder, a1):
        held = wallet.find(holder.id, a1)
        choices = find_choices(held, "en")
        assert all(choice.claims for choice in choices)
        assert find_fixed(held, "en")
        assert {"names", "employers", "places_of_work"} < default_groups(held)
        assert not {"pin", "gender", "nationalities", "address_of_residence"} & default_groups(held)
