"""Applications over the API: written by a program, sent, decided, exported."""

import csv
import io
from datetime import timedelta

import pytest

from esspass.attestations import create_person_record
from issuer.filing.enquiries import parse_attachment
from issuer.filing.filings import MAX_PERSONS
from issuer.records import RecordState
from tests.builders.issuance import NOW
from tests.unit.issuer.api_client import Program
from tests.unit.issuer.conftest import Office
from tests.unit.issuer.test_api import is_problem
from tests.unit.issuer.test_filing import NEXT_YEAR, TODAY, plus_months, work_abroad

EMPLOYER = {
    "employer_name": "UAB Pavyzdinė statyba", "employer_number": "900004516", "employer_town": "Kaunas",
    "employer_country": "LT",
}  # fmt: skip


@pytest.fixture
def clerk(portable_office):
    return Program(portable_office, "clerk")


@pytest.fixture
def approver(portable_office):
    return Program(portable_office, "approver", name="Approving")


def start(program, people, key="builder", form="a1-self"):
    body = {"form": form, "applicant": create_person_record(people[key].person)}
    made = program.post("/applications", body)
    assert made.status_code == 201, made.text
    return f"/applications/{made.json['id']}", made.json


def answer(program, path, **answers):
    return program.post(f"{path}/answers", {"answers": answers})


def worker(person, **changes):
    return {
        "surnames": person.surnames, "forenames": person.forenames, "number": person.pin,
        "date_of_birth": person.date_of_birth.isoformat(), "nationality": "LT", "residence_town": "Kaunas",
        "residence_country": "LT", **changes,
    }  # fmt: skip


def test_a_program_applies_and_the_machine_grants(clerk, people):
    path, draft = start(clerk, people)
    assert draft["answers"]["employer_name"] == "UAB Pavyzdinė statyba"
    assert "work_country" in draft["missing"]
    filled = answer(clerk, path, **work_abroad()).json
    assert (filled["missing"], filled["persons"][0]["obstacles"]) == ([], [])
    sent = clerk.post(f"{path}/send")
    assert (sent.status_code, sent.json["persons"][0]["state"]) == (200, "granted"), sent.text
    assert sent.json["reference"].startswith("LT-")
    (row,) = clerk.get("/applications", state="granted").json["items"]
    assert (row["id"], row["decision"]) == (draft["id"], sent.json["persons"][0]["decision"])
    assert clerk.get("/applications", state="pending").json["total"] == 0
    found = clerk.post("/search/applications", {"text": "zemaitis"}).json
    assert found["items"] == [row]
    assert is_problem(clerk.post(f"{path}/send"), 409, "filing_sent")
    assert is_problem(answer(clerk, path, work="01"), 409, "filing_sent")


def test_what_the_machine_passes_on_is_decided_over_the_api(
    portable_office, clerk, approver, people
):
    path, _ = start(clerk, people)
    answer(clerk, path, **work_abroad(replaces="yes"))
    (person,) = clerk.post(f"{path}/send").json["persons"]
    (obstacle,) = person["obstacles"]
    assert (person["state"], obstacle["rule"], obstacle["level"]) == ("pending", "P-14", "pass_on")
    decide = f"{path}/persons/{person['id']}/decide"
    assert is_problem(clerk.post(decide, {"outcome": "grant"}), 403, "forbidden")
    done = approver.post(decide, {"outcome": "grant"})
    assert (done.status_code, done.json["persons"][0]["state"]) == (200, "granted")
    assert is_problem(approver.post(decide, {"outcome": "refuse"}), 409, "wrong_state")
    wrong = approver.post(f"{path}/persons/x/decide", {"outcome": "grant"})
    assert is_problem(wrong, 404, "unknown_filing")
    record = portable_office.issuer.records.get(person["decision"])
    assert record.state is RecordState.GRANTED


def test_a_risky_part_becomes_a_proposal(issuer_database, world, keys, people):
    office = Office(issuer_database, world, keys, people, four_eyes_risk=4)
    clerk, approver = Program(office, "clerk"), Program(office, "approver", name="Approving")
    path, _ = start(clerk, people)
    answer(clerk, path, **work_abroad(ends=plus_months(NEXT_YEAR, 25).isoformat()))
    (person,) = clerk.post(f"{path}/send").json["persons"]
    done = approver.post(f"{path}/persons/{person['id']}/decide", {"outcome": "grant"})
    assert (done.status_code, done.json["decision"]) == (202, person["decision"])
    assert approver.get(path).json["persons"][0]["state"] == "pending"


def test_a_draft_is_the_business_of_who_began_it(portable_office, clerk, people):
    path, _ = start(clerk, people)
    other = Program(portable_office, "supervisor", "auditor", name="Other")
    for wrong in (other.get(path), other.get(f"{path}/export"), other.post(f"{path}/send")):
        assert is_problem(wrong, 404, "unknown_filing")
    assert clerk.get(path).status_code == 200
    assert clerk.post(f"{path}/discard").status_code == 204
    assert is_problem(clerk.get(path), 404, "unknown_filing")
    assert portable_office.services.api.begun.purge() == 1


def test_wrong_answers_are_named_and_none_of_the_call_is_kept(clerk, people):
    path, draft = start(clerk, people)
    refused = answer(clerk, path, work="01", work_country="Atlantis", starts="soon", color="red")
    assert is_problem(refused, 422, "bad_answers")
    assert {fault["place"]: fault["reason"] for fault in refused.json["errors"]} == {
        "json.answers.work_country": "no_country",
        "json.answers.starts": "no_day",
        "json.answers.color": "not_asked",
    }
    assert "Atlantis" not in refused.text
    assert clerk.get(path).json["answers"] == draft["answers"]
    assert is_problem(clerk.post(f"{path}/send"), 422, "filing_incomplete")
    nobody = {
        "form": "a1-self",
        "applicant": {"surnames": "A", "forenames": "B", "date_of_birth": "1990-01-01"},
    }
    assert is_problem(clerk.post("/applications", nobody), 422, "number_needed")


def test_workers_come_in_with_an_error_per_row_and_go_out_again(clerk, people):
    path, _ = start(clerk, people, "driver", "a1-employer")
    answer(clerk, path, **work_abroad(), **EMPLOYER)
    builder, pensioner = people["builder"].person, people["pensioner"].person
    rows = [
        worker(builder), worker(pensioner), worker(builder, residence_town="Vilnius"),
        worker(builder, date_of_birth="31.31.1990", number=""),
    ]  # fmt: skip
    taken = clerk.post(f"{path}/workers", {"rows": rows}).json
    assert (taken["taken"], taken["repeated"]) == (2, [3])
    assert taken["errors"] == [
        {"line": 4, "field": "date_of_birth", "code": "no_day", "masked": "3••••••0"},
        {"line": 4, "field": "number", "code": "missing", "masked": ""},
    ]
    exported = clerk.get(f"{path}/export").json["workers"]
    assert {row["surnames"]: row["status"] for row in exported} == {
        builder.surnames: "draft", pensioner.surnames: "draft",
    }  # fmt: skip
    text = clerk.call("GET", f"{path}/export", headers={"Accept": "text/csv"})
    assert text.content_type == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(text.data.decode("utf-8-sig")), delimiter=";"))
    assert (len(lines), lines[1][-2]) == (3, "draft")
    whole, page = clerk.get(path).json, clerk.get(f"{path}/persons", size=1, page=2).json
    assert (whole["persons_total"], page["total"]) == (2, 2)
    assert page["items"] == whole["persons"][1:]
    person = whole["persons"][0]["id"]
    assert clerk.post(f"{path}/workers/{person}/remove").status_code == 204
    sent = clerk.post(f"{path}/send").json
    assert (sent["needs_mandate"], len(sent["persons"])) == (True, 1)
    assert [each["rule"] for each in sent["persons"][0]["obstacles"]] == ["P-19"]
    assert clerk.post(f"{path}/mandate").json == {"granted": 1}
    assert clerk.get(path).json["needs_mandate"] is False
    assert clerk.post(f"{path}/mandate").json == {"granted": 0}


def test_only_employers_have_workers(clerk, people):
    path, _ = start(clerk, people)
    answer_ = clerk.post(f"{path}/workers", {"rows": [worker(people["driver"].person)]})
    assert is_problem(answer_, 409, "not_for_workers")
    many = {"rows": [{}] * (MAX_PERSONS + 1)}
    assert is_problem(clerk.post(f"{path}/workers", many), 422, "bad_input")


def test_several_states_are_named_and_taken_out_again(clerk, people):
    path, _ = start(clerk, people)
    answer(clerk, path, **work_abroad())
    later = {
        "work_country": "PL", "starts": plus_months(NEXT_YEAR, 7).isoformat(),
        "ends": plus_months(NEXT_YEAR, 8).isoformat(), "work_fixed": "no",
    }  # fmt: skip
    wrong = clerk.post(f"{path}/states", {"answers": {**later, "work_country": "Atlantis"}})
    assert is_problem(wrong, 422, "bad_answers")
    added = clerk.post(f"{path}/states", {"answers": later})
    assert added.status_code == 200, added.text
    first, second = added.json["states"]
    assert (first["work_country"], second["work_country"]) == ("RO", "PL")
    assert "states" not in added.json["answers"]
    taken = clerk.post(f"{path}/states/{second['id']}/remove").json
    assert [state["work_country"] for state in taken["states"]] == ["RO"]


def test_the_applicant_is_asked_and_answers_are_put_right(portable_office, clerk, people):
    path, draft = start(clerk, people)
    answer(clerk, path, **work_abroad(replaces="yes"))
    question = {"words": "Whom does the worker replace?", "due": TODAY.isoformat()}
    assert is_problem(clerk.post(f"{path}/enquiries", question), 404, "unknown_filing")
    clerk.post(f"{path}/send")
    assert is_problem(clerk.post(f"{path}/enquiries", question), 422, "bad_answers")
    question["due"] = (TODAY + timedelta(days=14)).isoformat()
    asked = clerk.post(f"{path}/enquiries", question)
    assert (asked.status_code, asked.json["answered_at"]) == (201, None), asked.text
    desk = portable_office.services.filing
    filing = desk.filings.get(draft["id"])
    file = parse_attachment("contract.pdf", b"%PDF-1.7 x")
    desk.enquiries.answer(asked.json["id"], filing, "Nobody.", [file], NOW)
    (item,) = clerk.get(f"{path}/enquiries").json["items"]
    assert (item["answer"], item["attachments"][0]["name"]) == ("Nobody.", "contract.pdf")
    assert clerk.get(f"{path}/attachments/{file.id}").data == b"%PDF-1.7 x"
    assert is_problem(clerk.get(f"{path}/attachments/x"), 404, "unknown_filing")
    assert desk.enquiries.unread() == [filing.id]
    assert clerk.post(f"{path}/enquiries/read").status_code == 204
    assert desk.enquiries.unread() == []
    change = {"answers": {"replaces": "no"}, "reason": "The applicant said so."}
    assert clerk.post(f"{path}/corrections", change).json == {"granted": 1}
    (correction,) = clerk.get(f"{path}/corrections").json["items"]
    assert (correction["before"], correction["after"]) == ({"replaces": "yes"}, {"replaces": "no"})
    assert correction["actor"] == "API: Payroll"
    again = {"answers": {"replaces": "yes"}, "reason": "Wrong."}
    assert is_problem(clerk.post(f"{path}/corrections", again), 409, "filing_decided")
