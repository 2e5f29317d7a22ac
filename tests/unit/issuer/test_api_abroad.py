"""Over the API, between institutions over HTTP: documents from abroad, doubts, certificates, letters."""

import pytest

from esspass.attestations import create_person_record
from tests.builders.exchange import EL, LT, RO
from tests.unit.issuer.api_client import Program
from tests.unit.issuer.exchange.conftest import TODAY, running_union
from tests.unit.issuer.test_api import is_problem
from tests.unit.issuer.test_doubts import EVIDENCE, World, access_of

QUESTION = {
    "way": "DA_BUC_01", "words": "He works for somebody else.", "wish": "withdraw", "contact": "Clerk",
    "email": "clerk@example.gr", "with_evidence": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def union(tmp_path_factory):
    with running_union(tmp_path_factory.mktemp("union")) as union:
        access_of(union.partners)
        union.give_out("builder")
        union.partners.settle()
        yield union


@pytest.fixture(scope="module")
def clerk(union):
    return Program(union[EL], "clerk", purpose="exchange")


@pytest.fixture(scope="module")
def auditor(union):
    return Program(union[EL], "auditor", purpose="oversight", name="Audit")


@pytest.fixture(scope="module")
def world(union):
    return World(union.partners, union.people["builder"])


def test_documents_from_abroad_are_found_read_and_checked_again(union, clerk):
    (item,) = clerk.get("/incoming", state="in_force").json["items"]
    assert (item["institution"], item["surnames"]) == (LT, "Žemaitis")
    assert clerk.get("/incoming", state="withdrawn").json["total"] == 0
    assert clerk.get("/incoming", grade="contradiction").json["total"] == 0
    found = clerk.post("/search/incoming", {"text": "zemaitis", "size": 1}).json
    assert (found["items"], found["total"], found["size"]) == ([item], 1, 1)
    assert clerk.post("/search/incoming", {"text": "nobody"}).json["items"] == []
    whole = clerk.get(f"/incoming/{item['id']}").json
    assert (whole["sed"], whole["version"], whole["others"]) == ("A009", 1, [])
    assert whole["document"]["document_number"] == item["number"]
    assert all(finding["grade"] in ("clear", "note") for finding in whole["findings"])
    again = clerk.post(f"/incoming/{item['id']}/check")
    assert (again.status_code, again.json["findings"]) == (200, whole["findings"])
    assert is_problem(clerk.get("/incoming/x"), 404, "unknown_document")


def test_what_contradicts_is_acknowledged(union, clerk, auditor):
    item = clerk.get("/incoming").json["items"][0]
    case_id = clerk.get(f"/incoming/{item['id']}").json["case_id"]
    desk = union[EL].desk
    desk.tasks.add("incoming_contradiction", union.now, reference=item["id"], due_at=union.now)
    assert desk.count_unread() == 1
    path = f"/incoming/{item['id']}/acknowledge"
    assert is_problem(auditor.post(path), 403, "forbidden")
    assert [clerk.post(path).json["was_open"] for _ in range(2)] == [True, False]
    assert desk.count_unread() == 0
    (task,) = [each for each in desk.tasks.of_case("") if each.reference == item["id"]]
    assert clerk.get(f"/tasks/{task.id}").json["done_by"] == "API: Payroll"
    assert clerk.get(f"/cases/{case_id}").json["messages"][0]["read_at"] is not None


def test_a_doubt_is_read_and_asked_about_once(union, clerk, auditor, world):
    doubt_id = world.raise_doubt()
    page = auditor.get("/doubts").json
    assert (page["total"], page["items"][0]["id"]) == (1, doubt_id)
    doubt = clerk.get(f"/doubts/{doubt_id}").json
    assert (doubt["standing"]["stage"], doubt["reasons"][0]["rule"]) == ("received", "A-19")
    assert clerk.get(f"/doubts/{doubt_id}/evidence").text == EVIDENCE
    assert is_problem(auditor.post(f"/doubts/{doubt_id}/ask", QUESTION), 403, "forbidden")
    case_id = clerk.post(f"/doubts/{doubt_id}/ask", QUESTION).json["case_id"]
    assert is_problem(clerk.post(f"/doubts/{doubt_id}/ask", QUESTION), 409, "wrong_state")
    assert clerk.get(f"/cases/{case_id}/standing").json["stage"] == "dialogue"
    union.partners.settle()
    there = Program(union[LT], "clerk", purpose="exchange", name="There")
    assert there.post(f"/cases/{case_id}/read").status_code == 204
    assert there.get(f"/cases/{case_id}").json["messages"][0]["read_at"] is not None


def test_a_doubt_is_set_aside(clerk, world):
    doubt_id = world.raise_doubt(jti="another-doubt-of-some-length")
    wrong = clerk.post(f"/doubts/{doubt_id}/set-aside", {"why": "x"})
    assert is_problem(wrong, 422, "bad_input")
    assert clerk.post(f"/doubts/{doubt_id}/set-aside", {"why": "cleared"}).status_code == 204
    assert clerk.get(f"/doubts/{doubt_id}").json["set_aside"] == "cleared"
    again = clerk.post(f"/doubts/{doubt_id}/set-aside", {"why": "other"})
    assert is_problem(again, 409, "wrong_state")
    long = {**QUESTION, "way": "H_BUC_01", "words": "x" * 2001}
    assert is_problem(clerk.post(f"/doubts/{doubt_id}/ask", long), 400, "too_long")
    assert is_problem(clerk.get("/doubts/x"), 404, "unknown_doubt")


def new_stay(union, **changes):
    person = create_person_record(union.people["builder"].person)
    return {
        "person": person, "country": "LT", "starts": TODAY.isoformat(), "ends": TODAY.isoformat(),
        "reference": "bed-7", **changes,
    }  # fmt: skip


def test_a_certificate_is_asked_for_once_and_answered(union):
    clerk = Program(union[RO], "clerk", purpose="exchange")
    asked = clerk.post("/entitlement-requests", new_stay(union))
    assert (asked.status_code, asked.json["status"]) == (201, ""), asked.text
    path = f"/entitlement-requests/{asked.json['case_id']}"
    assert clerk.post("/entitlement-requests", new_stay(union)).json == asked.json
    union.partners.settle()
    answered = clerk.get(path).json
    assert (answered["institution"], answered["seal"]) == (LT, "good")
    assert answered["certificate"]["starts"] == TODAY.isoformat()
    assert clerk.get("/entitlement-requests").json["items"] == [answered]
    assert is_problem(clerk.get("/entitlement-requests/x"), 404, "unknown_stay")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"ends": "2020-01-01"}, 400, "bad_period"),
        ({"country": "DE", "reference": "x"}, 409, "receiver_not_ready"),
        ({"country": "lt"}, 422, "bad_input"),
        ({"reason": "77"}, 422, "bad_input"),
    ],
)
def test_a_certificate_that_cannot_be_asked_for(union, clerk, changes, status, code):
    answer = clerk.post("/entitlement-requests", new_stay(union, **changes))
    assert is_problem(answer, status, code)


def test_partners_and_refusals(clerk):
    found = clerk.get("/partners", case_type="S_BUC_05", country="LT").json["items"]
    assert [each["id"] for each in found] == [LT]
    assert clerk.get("/partners", case_type="S_BUC_05", country="GR").json["total"] == 0
    wrong = clerk.get("/partners", case_type="X", country="LT")
    assert is_problem(wrong, 400, "unknown_case_type")
    assert clerk.get("/refusals").json["items"] == []


def test_a_message_that_was_given_up_is_sent_again(union, clerk):
    document_id = clerk.get("/incoming").json["items"][0]["id"]
    case_id = clerk.get(f"/incoming/{document_id}").json["case_id"]
    message_id = clerk.get(f"/cases/{case_id}").json["messages"][0]["message_id"]
    path = f"/cases/{case_id}/messages/{message_id}/retry"
    assert is_problem(clerk.post(path, {"receiver": LT}), 409, "not_allowed_now")
    there = Program(union[LT], "clerk", purpose="exchange", name="Sender")
    union[LT].services.database.execute("UPDATE exchange_deliveries SET status = 'ERROR'")
    assert there.post(path, {"receiver": EL}).status_code == 204
    union.partners.settle()
    delivery = there.get(f"/cases/{case_id}").json["messages"][0]["deliveries"][0]
    assert delivery["status"] == "DELIVERED"


def test_letters_are_listed_found_and_read(union):
    record = union.record("builder")
    union[LT].services.filing.letters.tell(record, "suspended", union.now)
    clerk = Program(union[LT], "clerk", name="Letters")
    assert clerk.get("/letters").json["total"] == 2
    (item,) = clerk.get("/letters", recipient_kind="person").json["items"]
    found = clerk.post("/search/letters", {"recipient": record.person.pin}).json
    assert (found["items"], item["topic"]) == ([item], "suspended")
    assert clerk.post("/search/letters", {"recipient": "-"}).json["total"] == 0
    assert is_problem(clerk.post("/search/letters", {"recipient": ""}), 422, "bad_input")
    letter = clerk.get(f"/letters/{item['id']}").json
    assert record.number in letter["text"]["lt"]
    assert letter["read_at"] is None
    assert is_problem(clerk.get("/letters/x"), 404, "unknown_letter")
