"""Messages that cross: each was allowed when it was sent, so both sides take it and agree."""

from dataclasses import replace

import pytest

from esspass.exchange.case_type import case_type
from esspass.exchange.engine import apply_message
from esspass.exchange.model import CaseStatus, DocumentStatus, RefusedMessageError
from tests.unit.exchange.network import DAY, INSTITUTIONS, Network, institutions

LT, EL, RO, PL, DE, _ = INSTITUTIONS


@pytest.fixture
def begin():
    def start(kind, *receivers):
        network = Network(case_type(kind), lambda some: some[0])
        network.start(receivers or (EL,))
        network.rest()
        return network

    return start


def _documents(network, sed):
    return {
        name: [d.status for d in copy.documents if d.sed == sed]
        for name, copy in network.copies.items()
    }


def test_an_answer_crosses_the_withdrawal_of_the_request(begin):
    network = begin("LA_BUC_01")
    network.send(LT, "X008", set_id=network.sent[0].set_id)
    network.send(EL, "A011")
    network.rest()
    assert network.find_disagreements() == []
    assert _documents(network, "A001") == {
        LT: [DocumentStatus.INVALIDATED],
        EL: [DocumentStatus.INVALIDATED],
    }
    assert _documents(network, "A011") == {LT: [DocumentStatus.VALID], EL: [DocumentStatus.VALID]}


def test_a_new_version_crosses_a_rejection(begin):
    network = begin("LA_BUC_02")
    network.send(LT, "A003", set_id=network.sent[0].set_id)
    network.send(EL, "X011", set_id=network.sent[0].set_id)
    network.rest()
    assert network.find_disagreements() == []
    assert {copy.documents[0].version for copy in network.copies.values()} == {2}
    assert {copy.documents[0].status for copy in network.copies.values()} == {
        DocumentStatus.REJECTED
    }


def test_a_disagreement_crosses_a_new_version_of_the_determination(begin):
    network = begin("LA_BUC_02", EL, RO)
    network.send(LT, "A003", set_id=network.sent[0].set_id)
    network.send(EL, "A004")
    network.rest()
    assert network.find_disagreements() == []
    assert "A003" in {action.sed for action in network.actions(LT)}


def test_a_question_crosses_the_closing(begin):
    network = begin("LA_BUC_01")
    network.send(LT, "X001")
    network.send(EL, "A005")
    network.rest()
    assert network.find_disagreements() == []
    assert {copy.status for copy in network.copies.values()} == {CaseStatus.CLOSED}
    assert all("A005" in {d.sed for d in copy.documents} for copy in network.copies.values())


def test_the_same_question_after_the_closing_arrived_is_refused(begin):
    """The message itself says that its sender knew better."""
    network = begin("LA_BUC_01")
    crossing = network.send(EL, "A005")
    network.channels.clear()
    closing = network.send(LT, "X001")
    copy, after = network.copies[LT], {LT: (network.sent[0].message_id, closing.message_id)}
    assert apply_message(copy, crossing, network.now).status is CaseStatus.CLOSED
    with pytest.raises(RefusedMessageError) as caught:
        apply_message(copy, replace(crossing, after=after), network.now)
    assert caught.value.code == "case_closed"


def test_an_agreement_crosses_the_removal_of_its_sender(begin):
    network = begin("LA_BUC_02", EL, RO)
    network.send(LT, "X006", {"InstitutionsToRemove": institutions(RO)})
    network.send(RO, "A012")
    network.rest()
    assert network.find_disagreements() == []
    assert network.copies[LT].former == (RO,)
    assert "A012" in {d.sed for d in network.copies[LT].documents}


def test_both_sides_forward_the_case_at_once(begin):
    network = begin("LA_BUC_04")
    network.send(LT, "X007", {"Forwarding": {"InstitutionsToAdd": institutions(RO)}})
    network.send(EL, "X007", {"Forwarding": {"InstitutionsToAdd": institutions(PL)}})
    network.rest()
    assert network.find_disagreements() == []
    assert network.copies[RO].participants == (RO, PL)
    assert "A009" in {document.sed for document in network.copies[PL].documents}


def test_two_participants_bring_in_others_who_then_know_of_each_other(begin):
    network = begin("LA_BUC_01", EL, RO)
    network.send(EL, "X005", {"InstitutionsToAdd": institutions(PL)})
    network.send(RO, "X005", {"InstitutionsToAdd": institutions(DE)})
    network.rest()
    assert network.find_disagreements() == []
    assert network.copies[PL].participants == network.copies[DE].participants
    assert len(network.copies[PL].participants) == 5


def test_two_participants_bring_in_the_same(begin):
    network = begin("LA_BUC_01", EL, RO)
    network.send(EL, "X005", {"InstitutionsToAdd": institutions(PL)})
    network.send(RO, "X005", {"InstitutionsToAdd": institutions(PL)})
    network.rest()
    assert network.find_disagreements() == []
    assert network.copies[PL].participants == (LT, EL, PL, RO)


def test_who_joins_while_the_case_is_closed_learns_that_it_is(begin):
    network = begin("LA_BUC_01", EL, RO)
    network.send(LT, "X001")
    network.send(EL, "X005", {"InstitutionsToAdd": institutions(PL)})
    network.rest()
    assert network.find_disagreements() == []
    assert network.copies[PL].status is CaseStatus.CLOSED


def test_a_third_institution_hears_the_answer_before_the_question(begin):
    network = Network(case_type("LA_BUC_01"), lambda some: some[0])
    network.start((EL, RO))
    network.deliver(LT, EL)
    network.send(EL, "A005", receivers=(RO,))
    assert network.deliver(EL, RO) is False
    assert network.deliver(LT, RO) is True
    assert network.deliver(EL, RO) is True


def test_an_answer_in_time_crosses_the_closing_after_silence(begin):
    network = begin("LA_BUC_02", EL, RO)
    network.now += 60 * DAY
    network.send(EL, "A004")
    network.send(LT, "X001")
    network.rest()
    assert network.find_disagreements() == []
    assert "A004" in {document.sed for document in network.copies[LT].documents}


def test_both_refer_the_dialogue_to_the_authorities_at_once(begin):
    network = begin("DA_BUC_01")
    network.now += 190 * DAY
    network.send(LT, "DA05")
    network.send(EL, "DA05")
    network.rest()
    assert network.find_disagreements() == []
    assert [d.sed for d in network.copies[LT].documents] == ["DA01", "DA05", "DA05"]
