"""What the engine offers, what it takes and what it refuses, case type by case type."""

from dataclasses import replace

import pytest

from esspass.errors import MalformedError
from esspass.exchange.case_type import case_type
from esspass.exchange.engine import (
    apply_message,
    close_locally,
    find_actions,
    note_undelivered,
    open_case,
)
from esspass.exchange.model import (
    Attachment,
    CaseStatus,
    DocumentStatus,
    MessageAction,
    RefusedMessageError,
)
from tests.unit.exchange.network import DAY, INSTITUTIONS, Network, institutions

LT, EL, RO, PL, DE, _ = INSTITUTIONS
FILE = Attachment("a1.pdf", "application/pdf", 3, "x" * 43)


@pytest.fixture
def begin():
    def start(kind, *receivers):
        network = Network(case_type(kind), lambda some: some[0])
        network.start(receivers or (EL,))
        return network

    return start


def _offered(network, me):
    """What may be said anew; new versions of what was said are another matter."""
    return {a.sed for a in network.actions(me) if a.action is MessageAction.NEW}


def _action(network, me, sed):
    return next(a for a in find_actions(network.copies[me], network.now) if a.sed == sed)


def _refusal(copy, message, now):
    with pytest.raises(RefusedMessageError) as caught:
        apply_message(copy, message, now)
    return caught.value.code


class TestReplies:
    def test_agreement_rules_out_refusal_until_it_is_withdrawn(self, begin):
        network = begin("LA_BUC_01")
        network.rest()
        assert {"A011", "A002"} <= _offered(network, EL)
        agreed = network.send(EL, "A011")
        assert not {"A011", "A002"} & _offered(network, EL)
        network.send(EL, "X008", set_id=agreed.set_id)
        assert {"A011", "A002"} <= _offered(network, EL)

    def test_each_counterparty_answers_for_itself(self, begin):
        network = begin("LA_BUC_02", EL, RO)
        network.rest()
        network.send(EL, "A004")
        network.rest()
        assert not {"A004", "A012"} & _offered(network, EL)
        assert {"A004", "A012", "A007"} <= _offered(network, RO)

    def test_an_agreement_with_the_determination_goes_to_its_sender_only(self, begin):
        network = begin("LA_BUC_02", EL, RO)
        network.rest()
        assert network.send(EL, "A012").receivers == (LT,)
        network.rest()
        assert "A012" not in {document.sed for document in network.copies[RO].documents}

    def test_a_disagreement_lets_the_owner_determine_anew(self, begin):
        network = begin("LA_BUC_02")
        network.rest()
        assert "A003" not in _offered(network, LT)
        disagreement = network.send(EL, "A004")
        network.rest()
        again = network.send(LT, "A003")
        assert again.related_set_id == disagreement.set_id
        network.rest()
        assert _action(network, EL, "A012").related_set_id == again.set_id

    def test_a_provisional_determination_needs_a_disagreement_with_the_current_one(self, begin):
        network = begin("LA_BUC_02")
        network.rest()
        network.send(EL, "A004")
        network.rest()
        assert "A007" in _offered(network, LT)
        network.send(LT, "A003")
        assert "A007" not in _offered(network, LT)

    def test_section_7_decides_whether_the_place_of_residence_registers(self, begin):
        for content, expected in (({"Entitlement": {"Entitled": {}}}, True), ({}, False)):
            network = begin("S_BUC_01")
            network.rest()
            network.send(EL, "S072", content)
            network.rest()
            assert ("S073" in _offered(network, LT)) is expected

    def test_a_question_may_go_to_some(self, begin):
        network = begin("LA_BUC_01", EL, RO)
        network.rest()
        question = network.send(LT, "A005", receivers=(RO,))
        network.rest()
        assert question.receivers == (RO,)
        assert "A006" in _offered(network, RO)
        assert "A006" not in _offered(network, EL)
        assert network.send(RO, "A006").receivers == (LT,)

    def test_what_concerns_all_goes_to_all(self, begin):
        network = begin("LA_BUC_01", EL, RO)
        network.rest()
        with pytest.raises(RefusedMessageError, match="goes to all"):
            network.send(LT, "A008", receivers=(RO,))

    def test_a_picked_receiver_is_a_participant(self, begin):
        network = begin("LA_BUC_01", EL, RO)
        with pytest.raises(RefusedMessageError) as caught:
            network.send(LT, "A005", receivers=(DE,))
        assert caught.value.code == "not_a_participant"


class TestDocuments:
    def test_a_notification_may_be_made_again_a_request_only_once_withdrawn(self, begin):
        posting = begin("LA_BUC_04")
        assert posting.send(LT, "A009").action is MessageAction.NEW
        request = begin("LA_BUC_01")
        first = request.sent[0]
        with pytest.raises(RefusedMessageError):
            request.send(LT, "A001")
        request.send(LT, "X008", set_id=first.set_id)
        assert request.send(LT, "A001").set_id != first.set_id

    def test_a_new_version_keeps_its_set_id(self, begin):
        network = begin("LA_BUC_04")
        first = network.sent[0]
        second = network.send(LT, "A009", set_id=first.set_id)
        assert (second.set_id, second.version) == (first.set_id, 2)
        network.rest()
        assert network.copies[EL].documents[0].version == 2

    def test_what_was_invalidated_is_neither_updated_nor_answered(self, begin):
        network = begin("LA_BUC_01")
        network.rest()
        network.send(LT, "X008", set_id=network.sent[0].set_id)
        network.rest()
        assert network.copies[EL].documents[0].status is DocumentStatus.INVALIDATED
        assert not {"A011", "A002", "X012"} & _offered(network, EL)

    def test_there_is_no_invalidation_without_the_flag(self, begin):
        network = begin("S_BUC_05")
        network.rest()
        network.send(EL, "S045")
        assert "X008" not in _offered(network, EL)
        with pytest.raises(RefusedMessageError):
            network.send(EL, "X008", set_id=network.sent[-1].set_id)

    def test_a_rejection_ends_what_it_rejects_when_all_reject(self, begin):
        network = begin("LA_BUC_02", EL, RO)
        network.rest()
        for name, status in ((EL, DocumentStatus.VALID), (RO, DocumentStatus.REJECTED)):
            network.send(name, "X011", set_id=network.sent[0].set_id)
            network.rest()
            assert network.copies[LT].documents[0].status is status
        assert network.send(LT, "A003").action is MessageAction.NEW

    def test_one_question_at_a_time_about_a_document(self, begin):
        network = begin("LA_BUC_01")
        network.rest()
        network.send(EL, "X012", set_id=network.sent[0].set_id)
        assert "X012" not in _offered(network, EL)
        network.rest()
        network.send(LT, "X013")
        network.rest()
        assert "X012" in _offered(network, EL)

    def test_a_reminder_is_answered_once(self, begin):
        network = begin("S_BUC_05")
        network.rest()
        network.send(LT, "X009")
        network.rest()
        network.send(EL, "X010")
        assert "X010" not in _offered(network, EL)


class TestClosing:
    def test_sixty_days_after_the_last_sending_of_the_determination(self, begin):
        network = begin("LA_BUC_02")
        first = network.sent[0]
        assert _action(network, LT, "X001").available_at == network.now + 60 * DAY
        network.now += 50 * DAY
        network.send(LT, "A003", set_id=first.set_id)
        assert _action(network, LT, "X001").available_at == network.now + 60 * DAY
        with pytest.raises(RefusedMessageError):
            network.send(LT, "X001")
        network.now += 60 * DAY
        assert network.send(LT, "X001")

    def test_at_once_when_all_agreed(self, begin):
        network = begin("LA_BUC_02", EL, RO)
        network.rest()
        network.send(EL, "A012")
        network.rest()
        assert "X001" not in _offered(network, LT)
        network.send(RO, "A012")
        network.rest()
        assert "X001" in _offered(network, LT)

    def test_only_the_owner_closes_for_all(self, begin):
        network = begin("LA_BUC_01", EL, RO)
        network.rest()
        assert "X001" not in _offered(network, EL)
        network.send(LT, "X001")
        network.rest()
        assert {copy.status for copy in network.copies.values()} == {CaseStatus.CLOSED}

    def test_what_was_begun_by_mistake_is_closed_at_once(self, begin):
        network = begin("LA_BUC_04")
        assert "X001" not in _offered(network, LT)
        network.send(LT, "X008", set_id=network.sent[0].set_id)
        assert "X001" in _offered(network, LT)

    def test_a_closed_case_takes_only_what_opens_it_again(self, begin):
        network = begin("LA_BUC_01")
        network.rest()
        network.send(LT, "X001")
        network.rest()
        assert _offered(network, EL) == {"X002", "X050", "X100"}
        with pytest.raises(RefusedMessageError) as caught:
            network.send(EL, "A011")
        assert caught.value.code == "case_closed"

    @pytest.mark.parametrize(("decision", "opens"), [("01", True), ("02", False), ("03", False)])
    def test_the_owner_decides_on_reopening(self, begin, decision, opens):
        network = begin("LA_BUC_01")
        network.rest()
        network.send(LT, "X001")
        network.rest()
        network.send(EL, "X002")
        network.rest()
        assert "X004" not in _offered(network, EL)
        network.send(LT, "X003")
        network.send(LT, "X004", {"DecisionReopening": {"decision": decision}})
        network.rest()
        assert {copy.status is CaseStatus.OPEN for copy in network.copies.values()} == {opens}
        assert ("A011" in _offered(network, EL)) is opens

    def test_a_copy_closed_locally_is_opened_by_the_next_message(self, begin):
        network = begin("S_BUC_05")
        network.rest()
        network.copies[EL] = close_locally(network.copies[EL], network.now)
        assert network.copies[EL].status is CaseStatus.CLOSED
        assert network.copies[LT].status is CaseStatus.OPEN
        network.send(LT, "X009")
        network.rest()
        assert network.copies[EL].status is CaseStatus.OPEN

    def test_there_is_no_local_closing_where_the_owner_closes(self, begin):
        network = begin("LA_BUC_04")
        with pytest.raises(RefusedMessageError):
            close_locally(network.copies[LT], network.now)


class TestParticipants:
    def test_who_joins_gets_the_documents_and_may_answer(self, begin):
        network = begin("LA_BUC_02", EL)
        network.rest()
        network.send(LT, "X005", {"InstitutionsToAdd": institutions(RO)})
        network.rest()
        assert network.copies[RO].participants == (LT, EL, RO)
        network.send(RO, "A012")
        network.rest()
        assert "X001" not in _offered(network, LT)
        network.send(EL, "A012")
        network.rest()
        assert "X001" in _offered(network, LT)

    def test_who_is_removed_says_nothing_more(self, begin):
        network = begin("LA_BUC_02", EL, RO)
        network.rest()
        network.send(LT, "X006", {"InstitutionsToRemove": institutions(RO)})
        network.rest()
        assert network.copies[RO].status is CaseStatus.ARCHIVED
        assert _offered(network, RO) == set()
        assert network.copies[EL].participants == (LT, EL)

    def test_a_case_forwarded_by_the_counterparty(self, begin):
        network = begin("S_BUC_05")
        network.rest()
        network.send(EL, "X007", {"Forwarding": {"InstitutionsToAdd": institutions(RO)}})
        network.rest()
        assert network.copies[EL].status is CaseStatus.ARCHIVED
        assert network.send(RO, "S045").receivers == (LT,)
        network.rest()
        assert network.copies[LT].participants == (LT, RO)

    def test_a_case_forwarded_by_its_owner_is_closed_by_the_next(self, begin):
        network = begin("LA_BUC_04")
        network.rest()
        network.send(LT, "X007", {"Forwarding": {"InstitutionsToAdd": institutions(RO)}})
        network.rest()
        assert {copy.owner for copy in network.copies.values()} == {RO}
        assert network.copies[RO].documents[-1].sed == "A009"
        network.now += 31 * DAY
        network.send(RO, "X001")
        network.rest()
        assert network.copies[EL].status is CaseStatus.CLOSED

    @pytest.mark.parametrize("names", [(), (EL,), (RO, PL)])
    def test_a_bilateral_case_is_forwarded_to_one_newcomer(self, begin, names):
        network = begin("LA_BUC_04")
        content = {"Forwarding": {"InstitutionsToAdd": institutions(*names)}}
        with pytest.raises(RefusedMessageError):
            network.send(LT, "X007", content)

    @pytest.mark.parametrize("name", [LT, DE])
    def test_nobody_removes_the_owner_or_a_stranger(self, begin, name):
        network = begin("H_BUC_05", EL, RO)
        network.rest()
        with pytest.raises(RefusedMessageError):
            network.send(EL, "X006", {"InstitutionsToRemove": institutions(name)})

    @pytest.mark.parametrize("listed", ["LT:1000", [{}], [{"institutionID": "a b"}], [7]])
    def test_a_list_of_institutions_in_another_form_adds_nobody(self, begin, listed):
        network = begin("LA_BUC_02")
        with pytest.raises(RefusedMessageError):
            network.send(LT, "X005", {"InstitutionsToAdd": listed})


class TestRefusals:
    @pytest.fixture
    def posting(self, begin):
        network = begin("LA_BUC_04")
        network.rest()
        return network

    def test_the_same_message_twice(self, posting):
        assert _refusal(posting.copies[EL], posting.sent[0], posting.now) == "replayed"
        twin = replace(posting.sent[0], message_id="message-9999")
        assert _refusal(posting.copies[EL], twin, posting.now) == "replayed"

    def test_a_version_before_the_one_it_follows(self, posting):
        about = {"set_id": posting.sent[0].set_id}
        second, third = posting.send(LT, "A009", **about), posting.send(LT, "A009", **about)
        copy = posting.copies[EL]
        assert _refusal(copy, third, posting.now) == "reordered"
        copy = apply_message(copy, second, posting.now)
        assert apply_message(copy, third, posting.now).documents[0].version == 3

    def test_a_gap_in_versions_is_not_bridged_by_saying_nothing(self, posting):
        posting.send(LT, "A009", set_id=posting.sent[0].set_id)
        third = posting.send(LT, "A009", set_id=posting.sent[0].set_id)
        silent = replace(third, after={})
        assert _refusal(posting.copies[EL], silent, posting.now) == "reordered"

    def test_what_was_given_up_for_a_receiver_holds_nothing_up(self, posting):
        lost = posting.send(LT, "A009", set_id=posting.sent[0].set_id)
        posting.channels.clear()
        posting.copies[LT] = note_undelivered(posting.copies[LT], lost.message_id, EL, posting.now)
        posting.send(LT, "A009", set_id=lost.set_id)
        posting.rest()
        assert posting.copies[EL].documents[0].version == 3

    def test_a_reply_to_what_did_not_arrive(self, begin):
        network = begin("LA_BUC_01", EL, RO)
        network.deliver(LT, EL)
        answer = network.send(EL, "A011")
        with pytest.raises(RefusedMessageError) as caught:
            open_case(answer, RO)
        assert caught.value.code == "reordered"

    def test_a_reply_that_is_not_allowed(self, begin):
        network = begin("LA_BUC_01")
        network.rest()
        agreed = network.send(EL, "A011")
        network.rest()
        refused = replace(
            agreed, sed="A002", set_id="document-9999", message_id="message-9999",
            after={LT: (network.sent[0].message_id, agreed.message_id)},
        )  # fmt: skip
        assert _refusal(network.copies[LT], refused, network.now) == "not_allowed_now"

    def test_a_closing_before_its_time(self, posting):
        early = replace(
            posting.sent[0], sed="X001", action=MessageAction.NEW, message_id="message-9999",
            set_id="document-9999", after={EL: (posting.sent[0].message_id,)},
        )  # fmt: skip
        assert _refusal(posting.copies[EL], early, posting.now) == "not_allowed_now"
        late = replace(early, sent_at=posting.now + 30 * DAY)
        closed = apply_message(posting.copies[EL], late, posting.now + 30 * DAY)
        assert closed.status is CaseStatus.CLOSED

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"sed": "S044"}, "unknown_sed"),
            ({"case_version": "4.3"}, "wrong_case_version"),
            ({"case_id": "case-9999"}, "wrong_case"),
            ({"sender": DE}, "not_a_participant"),
            ({"receivers": (RO,)}, "not_a_participant"),
            ({"sender": EL, "receivers": (LT,)}, "not_allowed_now"),
            ({"facts": ("joined DE:5000",)}, "not_allowed_now"),
            ({"related_set_id": "document-9999"}, "reordered"),
            ({"version": 2}, "not_allowed_now"),
            ({"action": MessageAction.START}, "not_allowed_now"),
        ],
    )
    def test_a_message_with_something_wrong(self, posting, change, code):
        again = posting.send(LT, "A009")
        copy = posting.copies[LT if change.get("sender") == EL else EL]
        wrong = replace(again, set_id="document-9999", message_id="message-9999", **change)
        if change.get("sender"):
            wrong = replace(wrong, after={copy.me: (posting.sent[0].message_id,)})
        assert _refusal(copy, wrong, posting.now) == code

    def test_what_another_institution_said_is_not_updated(self, begin):
        network = begin("LA_BUC_01")
        network.rest()
        network.send(EL, "A008")
        network.rest()
        foreign = replace(
            network.send(EL, "A008"), set_id=network.sent[0].set_id, version=2,
            action=MessageAction.UPDATE,
        )  # fmt: skip
        assert _refusal(network.copies[LT], foreign, network.now) == "not_allowed_now"

    def test_files_only_where_the_flag_allows_them(self, begin):
        network = begin("LA_BUC_01")
        network.rest()
        assert _action(network, EL, "A002").attachments
        with pytest.raises(RefusedMessageError) as caught:
            network.send(EL, "A011", attachments=(FILE,))
        assert caught.value.code == "attachments_not_allowed"
        assert network.send(EL, "A002", attachments=(FILE,)).attachments == (FILE,)

    @pytest.mark.parametrize(
        "told", [("left EL:2000",), ("seat EL:2000 DE:5000",), ("deposed LT:1000",), ("joined ",)]
    )
    def test_facts_that_nobody_but_oneself_makes_or_of_another_form(self, posting, told):
        told_me = posting.send(LT, "X100", {"ChangesParticipants": []})
        wrong = replace(told_me, facts=(*told_me.facts, *told))
        assert _refusal(posting.copies[EL], wrong, posting.now) == "not_allowed_now"

    @pytest.mark.parametrize("told", ["closed document-9999", "reopened document-0001"])
    def test_nobody_closes_a_case_by_telling_its_owner(self, posting, told):
        hearsay = posting.send(EL, "X100", {"ChangesParticipants": []})
        wrong = replace(hearsay, facts=(*hearsay.facts, told))
        assert _refusal(posting.copies[LT], wrong, posting.now) == "not_allowed_now"


class TestFirstMessages:
    @pytest.fixture
    def first(self, begin):
        return begin("LA_BUC_04").sent[0]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"sed": "A003"}, "unknown_sed"),
            ({"sed": "X001"}, "not_allowed_now"),
            ({"receivers": (EL, RO)}, "not_allowed_now"),
            ({"receivers": (RO,)}, "not_a_participant"),
            ({"receivers": (EL, LT)}, "not_a_participant"),
            ({"version": 2}, "not_allowed_now"),
            ({"related_set_id": "document-9999"}, "not_allowed_now"),
            ({"facts": ("joined DE:5000",)}, "not_allowed_now"),
            ({"action": MessageAction.NEW}, "reordered"),
        ],
    )
    def test_a_case_that_begins_otherwise(self, first, change, code):
        with pytest.raises(RefusedMessageError) as caught:
            open_case(replace(first, **change), EL)
        assert caught.value.code == code

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"case_type": "LA_BUC_99"}, "unknown_case_type"),
            ({"case_version": "4.4"}, "wrong_case_version"),
        ],
    )
    def test_a_case_of_an_unknown_kind(self, first, change, code):
        with pytest.raises(MalformedError) as caught:
            open_case(replace(first, **change), EL)
        assert caught.value.code == code
