"""Cases over the API, between two institutions that exchange messages over HTTP."""

import base64

import pytest

from tests.builders.exchange import EL, LT, running_partners
from tests.builders.messages import create_content
from tests.unit.issuer.api_client import Program

A009 = create_content("A009", full=True)


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    with running_partners(tmp_path_factory.mktemp("partners"), LT, EL) as found:
        yield found


@pytest.fixture(scope="module")
def programs(partners):
    return {each: Program(partners[each], "clerk", purpose="exchange") for each in (LT, EL)}


def new_case(**changes):
    file = {
        "name": "a1.txt",
        "media_type": "text/plain",
        "data": base64.b64encode(b"core").decode(),
    }
    return {
        "case_type": "LA_BUC_04", "receivers": [EL], "sed": "A009", "content": A009, "attachments": [file],
        **changes,
    }  # fmt: skip


def test_a_case_goes_over_and_is_read_there(partners, programs):
    case_id = programs[LT].post("/cases", new_case(reference="r1")).json["id"]
    assert programs[LT].post("/cases", new_case(reference="r1")).json["id"] == case_id
    partners.settle()
    sent = programs[LT].get(f"/cases/{case_id}").json["messages"][0]
    assert (sent["direction"], sent["deliveries"][0]["status"]) == ("out", "DELIVERED")
    case = programs[EL].get(f"/cases/{case_id}").json
    assert (case["role"], case["owner"]) == ("CP", LT)
    message = case["messages"][0]
    assert message["content"] == A009
    file = programs[EL].get(f"/cases/{case_id}/attachments/{message['attachments'][0]['sha256']}")
    assert file.data == b"core"
    assert file.headers["Content-Disposition"] == "attachment"
    found = programs[EL].post("/search/cases", {"due": False}).json
    assert [item["id"] for item in found["items"]] == [case_id]


def test_an_action_is_sent_and_what_is_not_offered_is_refused(partners, programs):
    case_id = programs[LT].post("/cases", new_case()).json["id"]
    partners.settle()
    actions = programs[LT].get(f"/cases/{case_id}").json["actions"]
    action = next(each for each in actions if each["sed"] == "X008")
    withdrawal = {
        "sed": "X008", "content": create_content("X008", full=True), "related_set_id": action["related_set_id"],
        "set_id": action["set_id"],
    }  # fmt: skip
    answer = programs[LT].post(f"/cases/{case_id}/messages", withdrawal)
    assert answer.status_code == 201, answer.text
    wrong = programs[EL].post(f"/cases/{case_id}/messages", {"sed": "A009", "content": A009})
    assert (wrong.status_code, wrong.json["code"]) == (409, "not_allowed_now")
    assert programs[EL].get("/tasks").status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"case_type": "XX_BUC_99"}, 400, "unknown_case_type"),
        ({"content": {}}, 400, "content_invalid"),
        ({"receivers": ["RO:9999"]}, 422, None),
        ({"attachments": [{"name": "x", "media_type": "x", "data": "?"}]}, 422, "bad_input"),
        ({"attachments": [{"name": "x", "media_type": "x", "data": "abc"}]}, 400, "bad_file"),
    ],
)
def test_a_case_that_cannot_be_started_leaves_nothing(programs, change, status, code):
    before = programs[LT].post("/search/cases", {}).json["total"]
    answer = programs[LT].post("/cases", new_case(**change))
    assert answer.status_code == status or code is None, answer.text
    assert code is None or answer.json["code"] == code
    assert answer.status_code >= 400
    assert programs[LT].post("/search/cases", {}).json["total"] == before


@pytest.mark.parametrize("path", ["/cases/x", "/cases/x/attachments/y"])
def test_what_is_not_there_is_said_not_to_be(programs, path):
    assert programs[LT].get(path).status_code == 404


def test_a_task_that_is_not_there_cannot_be_done(programs):
    assert programs[LT].post("/tasks/x/done").json["code"] == "unknown_task"
