"""The API hands out what the page shows: margins without small numbers, as JSON or CSV."""

import pytest

from issuer.history import Event
from tests.builders.issuance import NOW
from tests.unit.issuer.api_client import API, Program
from tests.unit.issuer.test_api import is_problem

PATH = "/statistics/returns"


@pytest.fixture
def program(office):
    return Program(office, "auditor", purpose="statistics")


def give_out(office, times):
    ids = list(office.records.values())[:times]
    for record_id in ids:
        office.issuer.history.add(record_id, Event.ISSUED, NOW)


def fetch(program, media_type):
    headers = {"Authorization": f"Bearer {program.token}", "Accept": media_type}
    return program.client.get(f"{API}{PATH}", headers=headers, base_url=program.base)


def test_margins_as_json(office, program):
    give_out(office, 6)
    answer = program.get(PATH)
    assert answer.status_code == 200, answer.text
    assert answer.json["institution"] == "LT:1000"
    assert (answer.json["from"], answer.json["until"]) == ("2026-01", "2026-09")
    kinds = next(m for m in answer.json["tables"]["issued"] if m["dimension"] == "kind")
    assert kinds["total"] == 6
    assert {cell["value"]: cell["count"] for cell in kinds["cells"]} == {"ehic": None, "pda1": None}
    assert len(answer.json["tables"]) == 17


def test_the_same_as_csv(office, program):
    give_out(office, 6)
    answer = fetch(program, "text/csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = answer.text.splitlines()
    assert rows[0] == "institution,from,until,table,dimension,value,count,percent"
    assert "LT:1000,2026-01,2026-09,issued,month,2026-09,6,100.0" in rows


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"from": "2026-13"}, 422, "bad_input"),
        ({"from": "0000-01"}, 422, "bad_input"),
        ({"until": "9999-12"}, 422, "bad_input"),
        ({"month": "2026-01"}, 422, "bad_input"),
        ({"from": "2026-09", "until": "2026-01"}, 400, "bad_period"),
    ],
)
def test_what_is_no_period_is_refused(program, query, status, code):
    assert is_problem(program.get(PATH, **query), status, code)


def test_nothing_without_a_token_and_in_no_other_type(office, program):
    answer = office.app.test_client().get(f"{API}{PATH}", base_url=program.base)
    assert is_problem(answer, 401, "invalid_token")
    answer = fetch(program, "image/png")
    assert answer.status_code == 406


def test_the_call_is_noted_with_its_purpose(office, program):
    program.get(PATH, **{"from": "2026-01", "until": "2026-12"})
    (noted, *_) = office.services.api.accesses.latest()
    assert (noted.operation, noted.purpose) == ("get_return", "statistics")
