"""Changing a decision on the pages and over the API: form, review, second person, refusals."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from esspass.attestations import create_record
from issuer.records import RecordState
from issuer.staff import Role
from tests.builders.issuance import NOW
from tests.unit.issuer.api_client import Program
from tests.unit.issuer.staffing import Colleague, hire


@pytest.fixture
def clerk(office):
    return Colleague(office, "clerk")


def record_of(office, key="builder"):
    return office.issuer.records.get(office.records[key, "pda1"])


def path_of(office, key="builder"):
    return f"/decisions/{record_of(office, key).id}/change"


def fields_of(page):
    """What a browser would send of the form in which nothing is changed."""
    main = page.text.partition("<main")[2]
    inputs = re.findall(r"<input\s[^>]+>", main)
    values = {}
    for each in inputs:
        name, value = re.search(r'name="([^"]+)"', each), re.search(r'value="([^"]*)"', each)
        if name and 'type="radio"' not in each:
            values[name[1]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(
        r'<select\s[^>]*name="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    return {name: value for name, value in values.items() if name != "csrf_token"}


def earlier(office, days=10, key="builder"):
    return (record_of(office, key).document.ends - timedelta(days)).isoformat()


def test_the_form_shows_what_stands_and_sends_it_back_unchanged(office, clerk):
    for key in ("builder", "driver"):
        values = fields_of(clerk.get(path_of(office, key)))
        document = record_of(office, key).document
        assert values["starts"] == document.starts.isoformat()
        assert values["employer-0-name"] == document.employments[0].name
        assert values["place-0-country"] == document.states_of_activity[0].country
        answer = clerk.post(path_of(office, key), **values, reason="reviewed")
        assert answer.status_code == 400
        assert "Nothing is changed yet" in answer.text


def test_another_last_day_is_reviewed_and_decided(office, clerk):
    before = record_of(office)
    values = fields_of(clerk.get(path_of(office)))
    values |= {"ends": earlier(office), "reason": "other_period"}
    page = clerk.post(path_of(office), **values)
    assert page.status_code == 200
    assert page.text.count('class="issuer-difference"') == 1
    assert "Greece" in page.text
    assert record_of(office).state is RecordState.GRANTED
    again = clerk.post(path_of(office), **fields_of(page), back="1")
    assert fields_of(again)["ends"] == earlier(office)
    done = clerk.post(f"{path_of(office)}/confirm", **fields_of(page))
    assert done.status_code == 303
    after = office.issuer.records.replacement_of(before.id)
    assert done.headers["Location"].endswith(after.id)
    changed = replace(
        after.document, document_number=before.number, issued_on=before.document.issued_on,
        ends=before.document.ends, expires_on=before.document.expires_on,
    )  # fmt: skip
    assert changed == before.document, "nothing but the last day is another one"
    new, old = clerk.get(f"/decisions/{after.id}").text, clerk.get(f"/decisions/{before.id}").text
    assert "It took the place of document" in new
    assert before.number in new
    assert after.number in old
    assert "Change the decision" not in old
    assert "The period of work is another one" in old


def test_another_employer_and_one_more_place(office, clerk):
    before = record_of(office)
    values = fields_of(clerk.get(path_of(office)))
    last = sum(max(1, len(s.places)) for s in before.document.states_of_activity)
    values |= {
        "reason": "other_work", "employer-0-name": "UAB Nauja", f"place-{last}-country": "RO",
        f"place-{last}-town": "Brașov", f"place-{last}-name": "Șantier",
    }  # fmt: skip
    page = clerk.post(path_of(office), **values)
    assert page.text.count('class="issuer-difference"') == 2
    assert "is told of the new document" in page.text
    clerk.post(f"{path_of(office)}/confirm", **fields_of(page))
    document = office.issuer.records.replacement_of(before.id).document
    assert document.employments[0].name == "UAB Nauja"
    assert document.employments[0].id == before.document.employments[0].id
    assert document.employments[0].type_of_id == before.document.employments[0].type_of_id
    kinds = {
        each.type_of_employment for each in (*document.employments, *before.document.employments)
    }
    assert len(kinds) == 1
    assert document.states_of_activity[:-1] == before.document.states_of_activity
    assert document.states_of_activity[-1].places[0].address.town == "Brașov"


def test_another_street_keeps_what_the_form_does_not_show(office, clerk):
    before = record_of(office)
    values = fields_of(clerk.get(path_of(office)))
    values |= {"reason": "wrong_data", "place-0-street": "Another street 1"}
    clerk.post(f"{path_of(office)}/confirm", **values)
    (place,) = office.issuer.records.replacement_of(before.id).document.states_of_activity[0].places
    (old,) = before.document.states_of_activity[0].places
    assert place == replace(old, address=replace(old.address, street_and_number="Another street 1"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "Choose why the decision is changed"),
        ({"ends": "soon"}, "Enter the date as year-month-day"),
        ({"ends": "2000-01-01"}, "The last day must not lie before the first"),
        ({"ground": "77"}, "Choose the ground"),
        ({"employer-0-name": ""}, "Name the employer, or leave its fields empty"),
        ({"employer-0-country": "US"}, "Choose the country"),
        ({"place-0-country": ""}, "Choose the country"),
        ({"place-0-town": ""}, "Enter the town of this place"),
        ({"employer-0-name": "x" * 156}, "Shorten what you typed"),
        ({"employer-0-name": "a\x07b"}, "Shorten what you typed"),
    ],
)
def test_what_is_missing_is_said_where_it_is_missing(office, clerk, changes, words):
    values = fields_of(clerk.get(path_of(office))) | {"reason": "reviewed"} | changes
    answer = clerk.post(path_of(office), **values)
    assert answer.status_code == 400
    assert words in answer.text
    assert "There is a problem" in answer.text
    assert clerk.post(f"{path_of(office)}/confirm", **values).status_code == 303
    assert record_of(office).state is RecordState.GRANTED


@pytest.mark.parametrize("language", ["lt", "el", "ro"])
def test_in_every_language(office, clerk, language):
    clerk.get("/decisions", lang=language)
    page = clerk.get(path_of(office))
    assert page.status_code == 200
    assert "Change the decision" not in page.text
    values = fields_of(page) | {"reason": "other_period", "ends": earlier(office)}
    review = clerk.post(path_of(office), **values)
    assert review.status_code == 200
    assert "Who hears of it" not in review.text
    clerk.get("/decisions", lang="en")


def test_what_is_over_or_no_a1_cannot_be_changed(office, clerk):
    card = office.records["builder", "ehic"]
    assert clerk.get(f"/decisions/{card}/change").status_code == 400
    assert "Change the decision" not in clerk.get(f"/decisions/{card}").text
    values = fields_of(clerk.get(path_of(office))) | {"reason": "reviewed", "ends": earlier(office)}
    clerk.post(f"{path_of(office)}/confirm", **values)
    assert clerk.post(f"{path_of(office)}/confirm", **values).status_code == 400
    assert clerk.get(path_of(office)).status_code == 400


def test_an_auditor_changes_nothing(office):
    auditor = Colleague(office, "auditor")
    assert auditor.get(path_of(office)).status_code == 403
    assert "Change the decision" not in auditor.get(f"/decisions/{record_of(office).id}").text


def test_with_a_second_person(make_office):
    office = make_office(four_eyes_risk=1)
    people = hire(office)
    ends = earlier(office, -500)
    values = fields_of(people[Role.CLERK].get(path_of(office)))
    values |= {"ends": ends, "reason": "other_period"}
    assert "needs a second person" in people[Role.CLERK].post(path_of(office), **values).text
    people[Role.CLERK].post(f"{path_of(office)}/confirm", **values)
    before = record_of(office)
    waiting = office.issuer.records.replacement_of(before.id)
    assert (before.state, waiting.state) == (RecordState.GRANTED, RecordState.PENDING)
    page = people[Role.CLERK].get(f"/decisions/{before.id}").text
    assert "A change of this decision waits" in page
    (look,) = office.services.second_looks.four_eyes.waiting()
    assert people[Role.APPROVER].post(f"/second-looks/{look.id}/accept").status_code == 303
    assert record_of(office).state is RecordState.WITHDRAWN


# API


def send(program, record, days=-10, reason="other_period", **changes):
    document = create_record(record.document)
    document |= {"ends": (record.document.ends + timedelta(days)).isoformat(), **changes}
    body = {"document": document, "reason": reason}
    return program.post(f"/decisions/{record.id}/amendments", json=body)


def test_a_program_changes_a_decision(office):
    before, approver = record_of(office), Program(office, "approver")
    answer = send(approver, before)
    assert answer.status_code == 201, answer.text
    assert answer.json["state"] == "granted"
    assert answer.json["replaces"] == before.id
    after = office.issuer.records.get(answer.json["id"])
    assert (after.replaces, after.number) == (before.id, f"{before.number}-V2")
    again = send(approver, before)
    assert (again.status_code, again.json["code"]) == (409, "wrong_state")
    (entry,) = [each for each in office.issuer.history.of(after.id) if each.event == "amends"]
    assert (entry.actor, entry.at) == ("API: Payroll", NOW)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"days": 0}, 422, "nothing_changed"),
        ({"days": -9000}, 422, "period_reversed"),
        ({"pin": "49001010000"}, 422, "other_decision"),
        ({"reason": "other"}, 422, "bad_input"),
    ],
)
def test_a_program_is_told_why_not(office, changes, status, code):
    answer = send(Program(office, "approver"), record_of(office), **changes)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert record_of(office).state is RecordState.GRANTED


def test_a_program_without_the_role_changes_nothing(office):
    assert send(Program(office, "clerk"), record_of(office)).status_code == 403


def test_what_a_program_changes_may_wait_for_a_second_person(make_office):
    office = make_office(four_eyes_risk=1)
    answer = send(Program(office, "approver"), record_of(office), days=500)
    waiting = office.issuer.records.replacement_of(record_of(office).id)
    assert (answer.status_code, answer.json["decision"]) == (202, waiting.id)
    assert waiting.state is RecordState.PENDING
    assert record_of(office).state is RecordState.GRANTED
