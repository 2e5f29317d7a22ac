"""Calls that are carried out once, calls only as it was seen, and risky calls that become proposals."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from issuer.api.answers import KEPT
from issuer.records import RecordState
from issuer.risk import risk_rules
from tests.builders.issuance import NOW
from tests.unit.issuer.api_client import Program
from tests.unit.issuer.conftest import Office
from tests.unit.issuer.test_api import is_problem, new_decision

TODAY = datetime.fromtimestamp(NOW, UTC).date()


@pytest.fixture
def clerk(portable_office):
    return Program(portable_office, "clerk")


@pytest.fixture
def offers(portable_office):
    """Where offers of the builder's A1 are made, and what to send there."""
    record_id = portable_office.records["builder", "pda1"]
    types = portable_office.issuer.types_of(portable_office.issuer.records.get(record_id))
    return f"/decisions/{record_id}/offers", {"vct": types[0], "tx_code": True}


def test_the_same_call_again_is_carried_out_once(clerk, offers):
    first = clerk.post(*offers, Idempotency_Key="order-1")
    again = clerk.post(*offers, Idempotency_Key="order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (
        False,
        "true",
    )
    assert clerk.get(offers[0]).json["total"] == 1
    assert clerk.post(*offers, Idempotency_Key="order-2").json["id"] != first.json["id"]
    assert clerk.post(*offers).json["id"] != first.json["id"]


def test_a_name_belongs_to_one_call_of_one_program(portable_office, clerk, offers):
    clerk.post(*offers, Idempotency_Key="order-1")
    other = {**offers[1], "tx_code": False}
    answer = clerk.post(offers[0], other, Idempotency_Key="order-1")
    assert is_problem(answer, 422, "idempotency_key_reused")
    assert Program(portable_office, "clerk", name="Other").post(
        offers[0], other, Idempotency_Key="order-1"
    ).status_code == 201  # fmt: skip


def test_what_was_refused_may_be_tried_again_under_its_name(portable_office, clerk, offers):
    wrong = clerk.post("/decisions/x/offers", offers[1], Idempotency_Key="order-1")
    assert is_problem(wrong, 404, "unknown_record")
    assert portable_office.services.database.query("SELECT name_hash FROM api_answers") == []
    assert clerk.post(*offers, Idempotency_Key="order-1").status_code == 201


@pytest.mark.parametrize("name", ["", "x" * 201, "ä", "a b"])
def test_a_name_has_its_form(clerk, offers, name):
    answer = clerk.post(*offers, Idempotency_Key=name)
    assert is_problem(answer, 400, "bad_idempotency_key")


def test_an_answer_is_kept_sealed_and_for_a_day(portable_office, clerk, offers):
    made = clerk.post(*offers, Idempotency_Key="order-1").json
    stored = str(portable_office.services.database.query("SELECT * FROM api_answers"))
    for secret in (made["tx_code"], made["id"], "order-1"):
        assert secret not in stored
    answers = portable_office.services.api.answers
    assert (answers.purge(NOW + KEPT - 1), answers.purge(NOW + KEPT)) == (0, 1)


def test_ten_at_once_are_one(portable_office, clerk, offers):
    answers = []

    def call():
        client = Program.__new__(Program)
        client.__dict__.update(clerk.__dict__, client=portable_office.app.test_client())
        answers.append(client.post(*offers, Idempotency_Key="order-1"))

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert clerk.get(offers[0]).json["total"] == 1


def test_a_change_is_made_only_as_it_was_seen(portable_office, clerk):
    approver = Program(portable_office, "approver", name="Approving")
    path = f"/decisions/{portable_office.records['builder', 'pda1']}"
    seen = clerk.get(path).headers["ETag"]
    held = clerk.post(f"{path}/hold", If_Match=seen)
    assert (held.status_code, held.json["state"]) == (200, "pending")
    stale = approver.post(f"{path}/approve", If_Match=seen)
    assert is_problem(stale, 412, "changed_meanwhile")
    assert clerk.get(path).json["state"] == "pending"
    assert approver.post(f"{path}/approve", If_Match=held.headers["ETag"]).status_code == 200
    ended = {"reason": "conditions_not_met", "effective": TODAY.isoformat()}
    assert is_problem(
        approver.post(f"{path}/withdraw", ended, If_Match='"x", "y"'), 412, "changed_meanwhile"
    )
    assert approver.post(f"{path}/withdraw", ended, If_Match="*").json == {"credentials": 0}


# A second person


@pytest.fixture
def strict(issuer_database, world, keys, people):
    return Office(issuer_database, world, keys, people, four_eyes_risk=4)


def risky(people):
    entry = new_decision(people)
    entry["document"] |= {"starts": "2024-01-01", "ends": "2026-12-31", "issued_on": "2024-01-01"}
    return entry


def test_a_risky_decision_becomes_a_proposal(strict, people):
    clerk, approver = Program(strict, "clerk"), Program(strict, "approver", name="Approving")
    made = clerk.post("/decisions", risky(people))
    assert made.status_code == 202, made.text
    look = made.json
    assert (look["action"], look["outcome"], look["proposed_by"]) == (
        "grant",
        "open",
        "API: Payroll",
    )
    assert set(look["rules"]) <= set(risk_rules())
    assert made.headers["Location"].endswith(f"/second-looks/{look['id']}")
    assert clerk.post("/decisions", risky(people)).json == look
    assert clerk.get(f"/decisions/{look['decision']}").json["state"] == "pending"
    assert clerk.get("/second-looks").json["items"] == [look]
    assert is_problem(clerk.post(f"/second-looks/{look['id']}/accept"), 403, "forbidden")
    done = approver.post(f"/second-looks/{look['id']}/accept")
    assert (done.status_code, done.json["outcome"]) == (200, "done")
    assert clerk.get(f"/decisions/{look['decision']}").json["state"] == "granted"
    assert is_problem(approver.post(f"/second-looks/{look['id']}/accept"), 409, "second_look_over")
    assert clerk.get("/second-looks").json["total"] == 0


def test_a_risky_withdrawal_becomes_a_proposal_that_can_be_taken_back(strict):
    approver = Program(strict, "approver", "clerk", name="Approving")
    path = f"/decisions/{strict.records['builder', 'pda1']}"
    fraud = {"reason": "fraud", "effective": TODAY.isoformat()}
    look = approver.post(f"{path}/withdraw", fraud)
    assert (look.status_code, look.json["reason"], look.json["effective"]) == (
        202, "fraud", TODAY.isoformat(),
    )  # fmt: skip
    assert approver.get(path).json["state"] == "granted"
    assert is_problem(approver.post(f"{path}/withdraw", fraud), 409, "second_look_over")
    accept = f"/second-looks/{look.json['id']}/accept"
    assert is_problem(approver.post(accept), 409, "same_person")
    declined = approver.post(f"/second-looks/{look.json['id']}/decline")
    assert declined.json["outcome"] == "declined"
    assert approver.get(f"/second-looks/{look.json['id']}").json["outcome"] == "declined"
    assert approver.get(path).json["state"] == "granted"
    assert is_problem(approver.get("/second-looks/x"), 404, "unknown_second_look")


def test_a_program_that_approves_alone_gets_a_proposal(strict):
    office, approver = strict, Program(strict, "approver", name="Approving")
    record = office.issuer.records.get(office.records["driver", "pda1"])
    long = replace(record.document, document_number="LT-L", status_confirmation="01",
                   starts=TODAY, ends=TODAY + timedelta(days=800))  # fmt: skip
    record_id, _ = office.issuer.records.add(record.person, long, NOW, RecordState.PENDING)
    answer = approver.post(f"/decisions/{record_id}/approve", Idempotency_Key="a")
    assert (answer.status_code, answer.json["action"]) == (202, "grant")
    again = approver.post(f"/decisions/{record_id}/approve", Idempotency_Key="a")
    assert (again.status_code, again.json) == (202, answer.json)
    assert office.issuer.records.get(record_id).state is RecordState.PENDING
