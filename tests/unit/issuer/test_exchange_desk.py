"""The exchange between institutions: real messages over real HTTP, on every database."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from esspass.errors import (
    MalformedError,
    UnavailableError,
    UndecidedError,
    VerificationError,
)
from esspass.exchange.envelope import create_digest, create_envelope, open_envelope, seal_message
from esspass.exchange.model import CaseStatus, RefusedMessageError
from esspass.exchange.receipt import MEDIA_TYPE, Result, verify_receipt
from esspass.jose.jwe import create_encryption_key
from esspass.storage import connect
from issuer.exchange.cases import UnknownCaseError
from issuer.exchange.desk import NewAttachment
from issuer.exchange.outbox import GIVE_UP_AFTER, DeliveryStatus
from issuer.exchange.relaying import Relay
from issuer.work import create_worker
from tests.builders.exchange import ALL_COMPETENCES, EL, LT, RO, Partners
from tests.builders.lists import DAY
from tests.builders.messages import create_content

PDF = NewAttachment("A1 – Ąžuolas.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
NOBODY = "http://localhost:9/exchange/messages"
A009, A010 = create_content("A009"), create_content("A010")
A012 = create_content("A012")


@contextmanager
def running(tmp_path, *others, database=None):
    databases = {LT: database or connect(str(tmp_path / "lt.db"))}
    databases |= {each: connect(str(tmp_path / f"{each[:2]}.db")) for each in others}
    try:
        with Partners(databases).serving() as partners:
            yield partners
    finally:
        for each in databases.values():
            each.close()


@pytest.fixture
def pair(tmp_path, database):
    """The sender's database is of every kind."""
    with running(tmp_path, EL, database=database) as partners:
        yield partners


@pytest.fixture
def trio(tmp_path):
    with running(tmp_path, EL, RO) as partners:
        yield partners


def status_of(partner, case_id, receiver=EL, number=-1):
    sent = [m for m in partner.desk.view(case_id).messages if m.direction == "out"]
    return sent[number].deliveries[receiver]


def test_a_message_arrives_once_with_its_files_and_is_receipted(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL, attachments=[PDF], actor="Ona")
    assert status_of(lt, case_id).status is DeliveryStatus.SENT
    assert lt.pump() == 1
    delivery = status_of(lt, case_id)
    assert (delivery.status, delivery.at) == (DeliveryStatus.DELIVERED, pair.clock[0])
    entry = pair.view.directory.find(EL).exchange
    digest = lt.desk.keeper.log.of_case(case_id)[0].digest
    receipt = verify_receipt(delivery.receipt, entry, EL, LT, [digest], pair.clock[0])
    assert receipt.result is Result.DELIVERED
    assert el.messages(case_id) == lt.messages(case_id) == ["A009"]
    (received,) = el.desk.view(case_id).messages
    assert received.message.content == A009
    assert received.direction == "in"
    assert received.status is None
    assert el.desk.attachment(case_id, create_digest(PDF.data)) == PDF.data
    with pytest.raises(VerificationError):
        el.desk.attachment(case_id, "x")
    pair.settle()
    assert lt.pump() == 0


def test_a_case_is_started_once_for_a_reference(pair):
    lt = pair[LT]
    first = lt.start("LA_BUC_04", "A009", A009, EL, reference="record-1")
    assert lt.start("LA_BUC_04", "A009", A009, EL, reference="record-1") == first
    assert lt.start("LA_BUC_04", "A009", A009, EL, reference="record-2") != first
    assert lt.start("LA_BUC_04", "A009", A009, EL) != lt.start("LA_BUC_04", "A009", A009, EL)
    assert lt.desk.search().total == 4


def test_an_answer_goes_back_and_copies_agree(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_06", "A005", create_content("A005"), EL)
    pair.settle()
    assert "A006" in {action.sed for action in el.desk.actions(case_id, el.now)}
    el.send(case_id, "A006", create_content("A006"))
    pair.settle()
    assert lt.messages(case_id) == el.messages(case_id) == ["A005", "A006"]
    ours, theirs = lt.desk.view(case_id).case, el.desk.view(case_id).case
    assert (ours.documents, ours.participants) == (theirs.documents, theirs.participants)


def test_what_is_not_offered_now_is_not_sent(pair):
    lt = pair[LT]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    for sed in ("A012", "X001"):
        with pytest.raises(RefusedMessageError):
            lt.send(case_id, sed, create_content(sed))
    with pytest.raises(UnknownCaseError):
        lt.send("x" * 22, "X007", create_content("X007"))
    with pytest.raises(MalformedError) as raised:
        lt.start("LA_BUC_99", "A009", A009, EL)
    assert raised.value.code == "unknown_case_type"
    with pytest.raises(MalformedError) as raised:
        lt.start("LA_BUC_04", "A009", {"Person": {}}, EL)
    assert raised.value.code == "content_invalid"
    assert lt.messages(case_id) == ["A009"]


def test_files_are_limited_in_number_size_and_name(pair):
    lt = pair[LT]
    for files in (
        [NewAttachment("x" * 256, "text/plain", b"x")],
        [NewAttachment(f"{n}.txt", "text/plain", bytes([n])) for n in range(21)],
        [NewAttachment("big", "text/plain", b"x" * 10 * 1024 * 1024)],
    ):
        with pytest.raises(MalformedError):
            lt.start("LA_BUC_04", "A009", A009, EL, attachments=files)
    assert lt.desk.search().total == 0


def test_nine_megabytes_arrive(trio):
    """More than the app takes anywhere else."""
    data = bytes(range(256)) * 4 * 1024 * 9
    lt, el = trio[LT], trio[EL]
    files = [NewAttachment("big.bin", "application/octet-stream", data)]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL, attachments=files)
    lt.pump()
    assert status_of(lt, case_id).status is DeliveryStatus.DELIVERED
    assert el.desk.attachment(case_id, create_digest(data)) == data


def test_a_receiver_that_is_not_ready_is_not_written_to(pair):
    lt = pair[LT]
    pair.list(EL, [("LA_BUC_02", "CP")])
    pair.publish()
    with pytest.raises(VerificationError) as raised:
        lt.start("LA_BUC_04", "A009", A009, EL)
    assert raised.value.code == "receiver_not_ready"
    with pytest.raises(VerificationError) as raised:
        lt.start("LA_BUC_04", "A009", A009, "MT:1")
    assert raised.value.code == "unknown_institution"
    assert lt.desk.find_partners("LA_BUC_02", "CP", "GR", lt.now) == (EL,)
    assert lt.desk.find_partners("LA_BUC_04", "CP", "GR", lt.now) == ()
    assert lt.desk.find_partners("LA_BUC_04", "CP", "LT", lt.now) == (), "not oneself"


def test_an_institution_that_does_not_answer_is_tried_again(pair):
    lt, el = pair[LT], pair[EL]
    pair.list(EL, endpoint=NOBODY)
    pair.publish()
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    waiting = status_of(lt, case_id)
    assert (waiting.status, waiting.tries, waiting.code) == (DeliveryStatus.SENT, 1, "unavailable")
    assert lt.desk.deliver_due(lt.now) == 0, "not at once"
    pauses = []
    for _ in range(4):
        before = pair.clock[0]
        while status_of(lt, case_id).tries == waiting.tries:
            pair.clock[0] += 1
            lt.desk.deliver_due(lt.now)
        waiting = status_of(lt, case_id)
        pauses.append(pair.clock[0] - before)
    assert sorted(pauses) == pauses
    assert pauses[-1] > 2 * pauses[0], "each failure doubles the pause"
    pair.list(EL)
    pair.publish()
    pair.clock[0] += 3600
    lt.pump()
    assert status_of(lt, case_id).status is DeliveryStatus.DELIVERED
    assert el.messages(case_id) == ["A009"]


def test_a_dead_letter_is_an_exception_in_the_case_and_a_task(pair):
    lt = pair[LT]
    pair.list(EL, endpoint=NOBODY)
    pair.publish()
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    pair.clock[0] += GIVE_UP_AFTER
    lt.pump()
    delivery = status_of(lt, case_id)
    assert (delivery.status, delivery.code) == (DeliveryStatus.ERROR, "unavailable")
    noted = lt.desk.view(case_id).messages[-1].message
    assert (noted.sed, noted.content["Exception"]["cause"]) == ("X050", "unavailable")
    assert noted.sender == LT, "nobody else said so"
    assert noted.related_set_id == lt.desk.view(case_id).messages[0].message.set_id
    tasks = [task for task in lt.desk.tasks.open() if task.kind == "undelivered"]
    assert [(task.case_id, task.detail) for task in tasks] == [(case_id, "unavailable")]
    assert lt.desk.search().cases[0].undelivered
    pair.clock[0] += 3600
    assert lt.pump() == 0, "it is over"
    message_id = lt.desk.view(case_id).messages[0].message.message_id
    lt.desk.try_again(case_id, message_id, EL, lt.now, "Ona")
    assert [task for task in lt.desk.tasks.open() if task.kind == "undelivered"] == []
    with pytest.raises(RefusedMessageError):
        lt.desk.try_again(case_id, message_id, EL, lt.now, "Ona")
    pair.list(EL)
    pair.publish()
    lt.pump()
    assert status_of(lt, case_id).status is DeliveryStatus.DELIVERED
    assert pair[EL].messages(case_id) == ["A009"]


def test_messages_of_a_case_go_one_after_another(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_05", "A010", A010, EL)
    lt.send(case_id, "A010", A010)
    assert len(lt.desk.keeper.outbox.due(lt.now, 20)) == 1
    assert lt.desk.deliver_due(lt.now) == 1
    assert lt.desk.deliver_due(lt.now) == 1
    first, second = (m.message.set_id for m in el.desk.view(case_id).messages)
    assert [first, second] == [m.message.set_id for m in lt.desk.view(case_id).messages]


def test_each_receiver_has_a_status_of_its_own(trio):
    lt = trio[LT]
    trio.list(RO, endpoint=NOBODY)
    trio.publish()
    case_id = lt.start("LA_BUC_02", "A003", create_content("A003"), EL, RO)
    lt.pump()
    assert status_of(lt, case_id, EL).status is DeliveryStatus.DELIVERED
    assert status_of(lt, case_id, RO).status is DeliveryStatus.SENT
    assert lt.desk.view(case_id).messages[0].status is DeliveryStatus.SENT


def test_a_message_that_came_before_another_waits_for_it(trio):
    """Greece answers all before Romania has got what it answers."""
    lt, el, ro = trio[LT], trio[EL], trio[RO]
    trio.list(RO, endpoint=NOBODY)
    trio.publish()
    case_id = lt.start("LA_BUC_02", "A003", create_content("A003"), EL, RO)
    lt.pump()
    trio.list(RO)
    trio.publish()
    el.send(case_id, "A004", create_content("A004"))
    el.pump()
    assert status_of(el, case_id, LT).status is DeliveryStatus.DELIVERED
    assert status_of(el, case_id, RO).code in {"reordered", "unknown_case"}
    trio.clock[0] += 60
    trio.settle()
    assert ro.messages(case_id) == ["A003", "A004"]
    assert status_of(el, case_id, RO).status is DeliveryStatus.DELIVERED


def test_the_same_envelope_twice_is_kept_once_and_answered_alike(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    entry = lt.desk.keeper.log.of_case(case_id)[0]
    key = pair.view.directory.find(EL).exchange.encryption
    again = seal_message(entry.signed, entry.message, {}, key)
    pair.clock[0] += 100
    texts = [el.desk.receive(again, el.now) for _ in range(2)]
    receipts = [
        verify_receipt(text, pair.view.directory.find(EL).exchange, EL, LT, [entry.digest], el.now)
        for text in texts
    ]
    assert {(r.result, r.received_at) for r in receipts} == {
        (Result.DELIVERED, pair.clock[0] - 100)
    }
    assert el.messages(case_id) == ["A009"]


def refuse(pair, envelope, digest=None):
    """What Greece answers, through its endpoint; the receipt's code."""
    answer = pair[EL].app.test_client().post(
        "/exchange/messages", data=envelope, content_type="application/jose",
        base_url=pair[EL].services.config.base_url,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == MEDIA_TYPE
    entry = pair.view.directory.find(EL).exchange
    digests = [digest or "x", create_digest(envelope.encode())]
    receipt = verify_receipt(answer.text, entry, EL, LT, digests, pair.clock[0])
    assert receipt.result is Result.REFUSED
    return receipt.code


def forge(pair, message, files=None):
    keys, key = pair.keys[LT], pair.view.directory.find(EL).exchange.encryption
    envelope = create_envelope(message, files or {}, keys.exchange, key)
    signed, _ = open_envelope(envelope, pair.keys[EL].exchange_encryption)
    return envelope, create_digest(signed.encode())


def test_refusals_are_signed_recorded_and_end_the_delivery(pair):
    """Replayed with other words, no message of its case type, content without sense, garbage."""
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    sent = lt.desk.view(case_id).messages[0].message
    other = {**A009, "AdditionalInformation": {"additionalInformation": "other words"}}
    assert refuse(pair, *forge(pair, replace(sent, content=other))) == "replayed"
    assert (
        refuse(
            pair,
            *forge(
                pair, replace(sent, case_id="n" * 22, set_id="n" * 22, sed="A012", content=A012)
            ),
        )
        == "unknown_sed"
    )
    invalid = replace(sent, case_id="n" * 22, set_id="n" * 22, message_id="n" * 22, content={})
    assert refuse(pair, *forge(pair, invalid)) == "content_invalid"
    assert refuse(pair, "a.b.c.d.e") == "malformed"
    assert {refusal.code for refusal in el.desk.refusals.latest()} == {
        "replayed", "unknown_sed", "content_invalid", "malformed",
    }  # fmt: skip
    assert el.messages(case_id) == ["A009"], "nothing half done"
    assert el.desk.search().total == 1


def test_a_sender_without_competence_is_refused_and_the_message_ends_as_dead_letter(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    pair.list(LT, [pair_ for pair_ in ALL_COMPETENCES if pair_ != ("LA_BUC_04", "PO")])
    pair.publish()
    for _ in range(10):
        lt.pump()
        pair.clock[0] += 600
    delivery = status_of(lt, case_id)
    assert (delivery.status, delivery.code) == (DeliveryStatus.ERROR, "sender_without_competence")
    assert el.desk.search().total == 0
    assert lt.messages(case_id) == ["A009", "X050"]


def test_without_a_directory_nothing_is_decided(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    known, pair.view = pair.view, replace(pair.view, directory=None)
    with pytest.raises(UndecidedError):
        lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    assert status_of(lt, case_id).code == "directory_unavailable"
    answer = el.app.test_client().post(
        "/exchange/messages", data="a.b.c.d.e", content_type="application/jose",
        base_url=el.services.config.base_url,
    )  # fmt: skip
    assert answer.status_code == 503
    pair.view = known
    pair.clock[0] += 60
    lt.pump()
    assert status_of(lt, case_id).status is DeliveryStatus.DELIVERED


def test_the_endpoint_wants_an_envelope(pair):
    client, base = pair[EL].app.test_client(), pair[EL].services.config.base_url

    def post(data, kind):
        path = "/exchange/messages"
        return client.post(path, data=data, content_type=kind, base_url=base).status_code

    assert post("x", "application/json") == 415
    assert post("ą", "application/jose") == 400
    assert post("x" * 15 * 1024 * 1024, "application/jose") == 413


def test_a_key_of_the_receiver_that_changed_is_asked_for_again(pair):
    lt = pair[LT]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    pair.list(EL, encryption=create_encryption_key().public_jwk())
    pair.publish()
    lt.pump()
    assert status_of(lt, case_id).code == "wrong_encryption_key"
    pair.list(EL)
    pair.publish()
    pair.clock[0] += 60
    lt.pump()
    assert status_of(lt, case_id).status is DeliveryStatus.DELIVERED


def test_reactions_run_in_order_until_they_succeed(pair):
    lt, el = pair[LT], pair[EL]
    seen, failing = [], [True]

    def react(case, message, now):
        if failing[0]:
            raise UnavailableError("not now")
        seen.append((case.id, message.set_id))

    el.desk.register("A010", react)
    case_id = lt.start("LA_BUC_05", "A010", A010, EL)
    second = lt.send(case_id, "A010", A010)
    pair.settle()
    assert seen == []
    failing[0] = False
    pair.clock[0] += 600
    pair.settle()
    assert [set_id for _, set_id in seen][-1] == second
    assert len(seen) == 2
    pair.clock[0] += 600
    pair.settle()
    assert len(seen) == 2


def test_a_reaction_that_never_succeeds_is_left_to_a_clerk(pair):
    lt, el = pair[LT], pair[EL]

    def fail(_case, _message, _now):
        raise UnavailableError("never")

    el.desk.register("A009", fail)
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    for _ in range(12):
        el.pump()
        pair.clock[0] += 3700
    kinds = [task.kind for task in el.desk.tasks.of_case(case_id)]
    assert "reaction_failed" in kinds


def test_a_poison_message_stops_nobody_else_and_ends_with_a_clerk(pair):
    lt, el = pair[LT], pair[EL]
    poisoned, seen = [], []

    def react(case, _message, _now):
        if case.id in poisoned:
            raise ValueError("Ąžuolas 39001011234")
        seen.append(case.id)

    el.desk.register("A009", react)
    poisoned.append(lt.start("LA_BUC_04", "A009", A009, EL))
    lt.pump()
    worker = create_worker(el.services)
    worker.run_due(el.now)
    assert worker.broken == {"react to messages": "bug_ValueError"}
    sound = lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    pair.clock[0] += 2
    worker.run_due(el.now)
    assert seen == [sound], "the job is back after its pause, and the poison is not its turn"
    assert not worker.broken
    for _ in range(12):
        pair.clock[0] += 300
        worker.run_due(el.now)
    assert not worker.broken, "it is tried no more"
    (task,) = [t for t in el.desk.tasks.of_case(poisoned[0]) if t.kind == "reaction_failed"]
    assert task.detail == "A009"


def test_much_for_one_that_does_not_answer_holds_up_nobody_else(tmp_path, database):
    with running(tmp_path, EL, RO, database=database) as partners:
        lt = partners[LT]
        for _ in range(25):
            lt.start("LA_BUC_04", "A009", A009, EL)
        partners.clock[0] += 1
        case_id = lt.start("LA_BUC_04", "A009", A009, RO)
        partners.list(EL, endpoint=NOBODY)
        partners.publish()
        lt.desk.deliver_due(lt.now)
        assert status_of(lt, case_id, RO).status is DeliveryStatus.DELIVERED


def test_an_inbox_that_nobody_reads_for_a_day_is_an_alarm(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    assert el.desk.search().cases[0].unread == 1
    pair.clock[0] += DAY - 1
    el.pump()
    assert [t.kind for t in el.desk.tasks.open() if t.kind == "unread"] == []
    pair.clock[0] += 61
    el.pump()
    assert [t.kind for t in el.desk.tasks.open() if t.kind == "unread"] == ["unread"]
    el.pump()
    el.desk.mark_read(case_id, el.now, "Maria")
    (task,) = [t for t in el.desk.tasks.of_case(case_id) if t.kind == "unread"]
    assert (task.done_at, task.done_by) == (el.now, "Maria")
    assert el.desk.search().cases[0].unread == 0


def test_deadlines_are_tasks_and_what_others_are_late_with_is_a_reminder(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_02", "A003", create_content("A003"), EL)
    pair.settle()
    (mine,) = [d for d in el.desk.view(case_id).deadlines if d.whose == EL]
    (task,) = [t for t in el.desk.tasks.open() if t.kind == "deadline"]
    assert (task.due_at, task.detail) == (mine.due_at, mine.kind)
    assert el.desk.search(due=True).cases[0].due_at == mine.due_at
    assert lt.desk.search(due=True).total == 0
    pair.clock[0] = mine.due_at + 61
    lt.desk.keeper.deadlines.propose_reminders(lt.now)
    assert lt.desk.keeper.deadlines.propose_reminders(lt.now) == 0
    assert [t.detail for t in lt.desk.tasks.open() if t.kind == "reminder"] == [mine.kind]
    pair.publish()
    el.send(case_id, "A012", A012)
    assert [t for t in el.desk.tasks.open() if t.kind == "deadline"] == []
    el.desk.deliver_due(el.now)
    assert [t for t in lt.desk.tasks.open() if t.kind == "reminder"] == []


def test_a_refusal_for_good_ends_a_delivery_at_once(pair):
    """The receiver knows a document of this number, with other words."""
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    entry = lt.desk.keeper.log.of_case(case_id)[0]
    other = replace(entry.message, content=create_content("A009", full=True))
    el.desk.receive(forge(pair, other)[0], el.now)
    lt.pump()
    delivery = status_of(lt, case_id)
    assert (delivery.status, delivery.code, delivery.tries) == (DeliveryStatus.ERROR, "replayed", 1)
    noted = lt.desk.view(case_id).messages[-1].message
    assert (noted.sed, noted.sender) == ("X050", EL)
    assert (
        verify_receipt(
            delivery.receipt, pair.view.directory.find(EL).exchange, EL, LT, [entry.digest], lt.now
        ).code
        == "replayed"
    )


def test_a_message_with_the_id_of_another_is_refused(pair):
    lt, el = pair[LT], pair[EL]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    lt.pump()
    message = lt.desk.keeper.log.of_case(case_id)[0].message
    twin = replace(message, case_id="c" * 22, set_id="s" * 22)
    assert refuse(pair, *forge(pair, twin)) == "replayed"
    assert el.desk.search().total == 1


def test_unread_messages_beyond_the_first_five_hundred_are_alarms_too(pair):
    lt, el = pair[LT], pair[EL]
    for _ in range(3):
        lt.start("LA_BUC_04", "A009", A009, EL)
    pair.settle()
    pair.clock[0] += DAY
    log = el.desk.keeper.log
    assert len(log.unread_since(el.now, "unread")) == 3
    assert el.desk.warn_of_unread(el.now) == 3
    assert log.unread_since(el.now, "unread") == [], "these have their task: room for others"


def test_cases_are_found_by_whom_they_are_about(pair):
    lt = pair[LT]
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    person = A009["Person"]["PersonIdentification"]
    for text in (
        person["familyName"],
        person["forename"].upper(),
        case_id,
        "LA_BUC_04",
        "el 2000",
        "",
    ):
        page = lt.desk.search(text)
        assert [each.case.id for each in page.cases] == [case_id], text
    assert person["familyName"] in lt.desk.search().cases[0].subject
    assert lt.desk.search("nobody").total == 0
    assert lt.desk.search(status=CaseStatus.CLOSED).total == 0
    assert lt.desk.search(status=CaseStatus.OPEN).total == 1


def test_a_case_of_many_messages_is_found_by_what_came_last(pair):
    lt = pair[LT]
    case_id = lt.start("LA_BUC_05", "A010", A010, EL)
    for _ in range(15):
        lt.send(case_id, "A010", create_content("A010", full=True))
    last = {**A010, "Person": {**A010["Person"], "PersonIdentification": {
        **A010["Person"]["PersonIdentification"], "familyName": "Vėlyvoji",
    }}}  # fmt: skip
    lt.send(case_id, "A010", last)
    assert [each.case.id for each in lt.desk.search("velyvoji").cases] == [case_id]
    assert lt.desk.search(A010["Person"]["PersonIdentification"]["familyName"]).total == 1


def test_a_copy_is_closed_alone(pair):
    lt = pair[LT]
    case_id = lt.start("S_BUC_05", "S044", create_content("S044"), EL)
    lt.desk.close_locally(case_id, lt.now, "Ona")
    assert lt.desk.search(status=CaseStatus.CLOSED).total == 1
    with pytest.raises(RefusedMessageError):
        lt.desk.close_locally(case_id, lt.now, "Ona")


def test_a_participant_that_changes_is_noted_in_its_cases(pair):
    lt = pair[LT]
    lt.pump()
    case_id = lt.start("LA_BUC_04", "A009", A009, EL)
    pair.list(EL, [p for p in ALL_COMPETENCES if p[0] != "LA_BUC_04"], contact="new@x.example")
    pair.publish()
    lt.desk.participants.watch(lt.now)
    assert lt.desk.participants.watch(lt.now) == 0
    noted = lt.desk.view(case_id).messages[-1].message
    assert noted.sed == "X100"
    kinds = [each["typeChange"] for each in noted.content["ChangesParticipants"]]
    assert kinds == ["06", "04"]
    assert [t.kind for t in lt.desk.tasks.of_case(case_id)].count("partner_changed") == 1


def test_who_left_is_done_with_and_may_come_back(trio):
    lt, listed = trio[LT], trio.world.institutions
    watch = lt.desk.participants
    watch.watch(lt.now)
    trio.world.institutions = [each for each in listed if each.institution_id != RO]
    for _ in range(2):
        trio.publish()
        watch.watch(lt.now)
    assert watch._known()[1] == trio.view.directory.sequence_number, "there is nothing left to do"
    trio.world.institutions = listed
    trio.publish()
    assert watch.watch(lt.now) == 1
    assert watch._known()[1] == trio.view.directory.sequence_number


def test_a_newcomer_gets_what_it_has_not_got(trio):
    lt, ro = trio[LT], trio[RO]
    case_id = lt.start("LA_BUC_05", "A010", create_content("A010"), EL, attachments=[PDF])
    trio.settle()
    content = create_content("X005")
    content["InstitutionsToAdd"] = [{"institutionID": RO, "institutionName": "Fund"}]
    lt.send(case_id, "X005", content)
    trio.settle()
    assert ro.messages(case_id) == ["X005", "A010"]
    assert ro.desk.attachment(case_id, create_digest(PDF.data)) == PDF.data


def test_what_a_clerk_says_meanwhile_is_not_undone_by_the_machine(trio):
    lt, ro = trio[LT], trio[RO]
    case_id = lt.start("LA_BUC_05", "A010", A010, EL)
    (document,) = [each for each in lt.desk.view(case_id).case.documents if each.sed == "A010"]
    content = create_content("X005")
    content["InstitutionsToAdd"] = [{"institutionID": RO, "institutionName": "Fund"}]
    lt.send(case_id, "X005", content)
    newer = create_content("A010", full=True)
    said = []

    def view_while_a_clerk_sends(now):
        if not said:
            said.append(lt.send(case_id, "A010", newer, set_id=document.set_id))
        return lt.desk.view_of(now)

    worker = Relay(replace(lt.desk, view_of=view_while_a_clerk_sends))
    assert worker.send_due(lt.now) == 0, "somebody was faster"
    trio.settle()
    versions = [
        (each.message.version, each.message.content)
        for each in ro.desk.view(case_id).messages
        if each.message.sed == "A010"
    ]
    assert versions == [(2, newer)]


def test_a_newcomer_that_cannot_be_written_to_is_left_to_a_clerk(trio):
    lt = trio[LT]
    case_id = lt.start("LA_BUC_05", "A010", create_content("A010"), EL)
    content = create_content("X005")
    content["InstitutionsToAdd"] = [{"institutionID": RO, "institutionName": "Fund"}]
    lt.send(case_id, "X005", content)
    trio.list(RO, [])
    trio.publish()
    assert Relay(lt.desk).send_due(lt.now) == 0
    tasks = [t for t in lt.desk.tasks.of_case(case_id) if t.kind == "reaction_failed"]
    assert [task.detail for task in tasks] == ["receiver_not_ready"]
    assert lt.desk.keeper.cases.to_relay(20) == []
