"""Where two people must agree on each message, a program proposes and another one sends."""

import pytest

from tests.builders.exchange import EL, LT, running_partners
from tests.builders.messages import create_content
from tests.unit.issuer.api_client import Program
from tests.unit.issuer.test_api import is_problem
from tests.unit.issuer.test_api_cases import new_case


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    settings = {LT: {"exchange_approval": True}}
    with running_partners(tmp_path_factory.mktemp("p"), LT, EL, settings=settings) as found:
        yield found


@pytest.fixture(scope="module")
def clerk(partners):
    return Program(partners[LT], "clerk", purpose="exchange")


@pytest.fixture(scope="module")
def approver(partners):
    return Program(partners[LT], "approver", purpose="exchange", name="Second")


def test_a_case_is_started_by_two(partners, clerk, approver):
    proposed = clerk.post("/cases", new_case(reference="r1"))
    assert proposed.status_code == 202, proposed.text
    assert (proposed.json["case_id"], proposed.json["proposed_by"]) == (None, "API: Payroll")
    assert proposed.json["content"] == create_content("A009", full=True)
    assert clerk.post("/cases", new_case(reference="r1")).json["id"] == proposed.json["id"]
    assert partners[LT].desk.search().total == 0
    assert clerk.get("/proposals").json["items"] == []
    (waiting,) = approver.get("/proposals").json["items"]
    assert waiting["id"] == proposed.json["id"]
    accept = f"/proposals/{waiting['id']}/accept"
    assert is_problem(clerk.post(accept), 403, "forbidden")
    case_id = approver.post(accept).json["id"]
    partners.settle()
    (message,) = clerk.get(f"/cases/{case_id}").json["messages"]
    assert message["deliveries"][0]["status"] == "DELIVERED"
    assert message["attachments"][0]["name"] == "a1.txt"
    assert is_problem(approver.post(accept), 404, "unknown_draft")


def test_a_message_is_sent_back_and_proposed_again(partners, clerk, approver):
    case_id = approver.post(
        f"/proposals/{clerk.post('/cases', new_case()).json['id']}/accept"
    ).json["id"]
    partners.settle()
    actions = clerk.get(f"/cases/{case_id}").json["actions"]
    action = next(each for each in actions if each["sed"] == "X008")
    message = {
        "sed": "X008", "content": create_content("X008", full=True),
        "related_set_id": action["related_set_id"],
    }  # fmt: skip
    proposed = clerk.post(f"/cases/{case_id}/messages", message)
    assert (proposed.status_code, proposed.json["case_id"]) == (202, case_id), proposed.text
    back = f"/proposals/{proposed.json['id']}/send-back"
    assert is_problem(approver.post(back, {"remark": ""}), 422, "bad_input")
    assert approver.post(back, {"remark": "The date is missing."}).status_code == 204
    assert approver.get("/proposals").json["total"] == 0
    path = f"/proposals/{proposed.json['id']}"
    assert is_problem(approver.get(path), 404, "unknown_draft")
    sent_back = clerk.get(path).json
    assert (sent_back["proposed_at"], sent_back["remark"]) == (None, "The date is missing.")
    assert len(clerk.get(f"/cases/{case_id}").json["messages"]) == 1
    again = clerk.post(f"/cases/{case_id}/messages", message)
    assert approver.post(f"/proposals/{again.json['id']}/accept").json == {"id": case_id}
    assert len(clerk.get(f"/cases/{case_id}").json["messages"]) == 2


def test_nobody_agrees_to_their_own_message(partners):
    both = Program(partners[LT], "clerk", "approver", purpose="exchange", name="Both")
    draft = both.post("/cases", new_case()).json["id"]
    assert is_problem(both.post(f"/proposals/{draft}/accept"), 409, "same_person")


@pytest.mark.parametrize(
    ("change", "code"),
    [({"content": {}}, "content_invalid"), ({"case_type": "XX_BUC_99"}, "unknown_case_type")],
)
def test_what_could_not_be_sent_is_not_proposed(partners, clerk, change, code):
    before = partners[LT].services.database.query("SELECT count(*) AS n FROM exchange_drafts")
    answer = clerk.post("/cases", new_case(**change))
    assert is_problem(answer, 400, code)
    assert (
        partners[LT].services.database.query("SELECT count(*) AS n FROM exchange_drafts") == before
    )


def test_what_no_person_could_read_is_not_proposed(clerk):
    answer = clerk.post("/cases", new_case(content={"Hidden": "x", **create_content("A009")}))
    assert is_problem(answer, 409, "second_person_needed")
