"""The API: who may call, what it answers, what it notes, how it refuses."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from esspass.attestations import (
    EHIC,
    PDA1_APPLICATION,
    PDA1_EUDI,
    create_person_record,
    create_record,
)
from issuer import migrate
from issuer.api import (
    case_shapes,
    doubt_shapes,
    filing_shapes,
    incoming_shapes,
    letter_shapes,
    shapes,
    stay_shapes,
)
from issuer.api.clients import purposes
from issuer.api.document import create_document, examples
from issuer.api.roles import OPEN, ROLES
from issuer.commands import issuer
from issuer.staff import Role
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.api_client import API, Program
from tests.unit.issuer.loading.test_loading import row
from tests.unit.issuer.staffing import hire
from tests.unit.issuer.test_parts import environ

__all__ = ["environ"]


@pytest.fixture
def clerk(office):
    return Program(office, "clerk")


@pytest.fixture
def approver(office):
    return Program(office, "approver", name="Approving")


def new_decision(people, number="A1-LT-2026-000777"):
    citizen = people["builder"]
    document = {**create_record(citizen.documents[0]), "document_number": number}
    return {"person": create_person_record(citizen.person), "document": document}


def is_problem(answer, status, code):
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.headers["Cache-Control"] == "no-store"
    return True


def test_every_operation_has_roles_and_no_other(office):
    operations = {
        rule.endpoint.removeprefix("api.")
        for rule in office.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    assert operations == set(ROLES) | OPEN


def test_an_auditor_changes_nothing():
    changing = {
        operation["operationId"]
        for path, operations in create_document()["paths"].items()
        for method, operation in operations.items()
        if method != "get" and "/search/" not in path and not path.endswith("/token")
    }
    assert all(Role.AUDITOR not in ROLES[name] for name in changing)
    assert all(Role.AUDITOR in ROLES[name] for name in set(ROLES) - changing)


def test_the_description_is_whole(office):
    document = office.app.test_client().get(f"{API}/openapi.json", base_url=ISSUER).json
    assert document["openapi"] == "3.1.0"
    text = json.dumps(document)
    references = {part.split('"')[0] for part in text.split('"$ref": "#/')[1:]}
    for reference in references:
        place = document
        for step in reference.split("/"):
            place = place[step]
    assert set(
        document["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"]["scopes"]
    ) == set(purposes()) | set(Role)


def test_people_read_it_on_a_page_without_foreign_resources(office):
    for language in ("en", "lt", "el", "ro"):
        page = office.app.test_client().get(
            "/api/docs", base_url=ISSUER, headers={"Accept-Language": language}
        )
        assert page.status_code == 200
        assert purposes()["oversight"][language] in page.text
        assert 'id="withdraw_decision"' in page.text
        assert "https://" not in page.text.replace(ISSUER, "")


@pytest.mark.parametrize(
    ("form", "secret", "status", "code"),
    [
        ({}, "wrong", 401, "invalid_client"),
        ({"scope": "statistics"}, None, 400, "invalid_scope"),
        ({"scope": ""}, None, 400, "invalid_scope"),
        ({"scope": "clerk"}, None, 400, "invalid_scope"),
        ({"scope": "records approver"}, None, 400, "invalid_scope"),
        ({"grant_type": "password"}, None, 400, "unsupported_grant_type"),
        ({"more": "x"}, None, 400, "invalid_request"),
    ],
)
def test_a_token_is_refused_in_the_words_of_oauth(clerk, form, secret, status, code):
    answer = clerk.ask_token(secret, **form)
    assert (answer.status_code, answer.json["error"]) == (status, code)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_token_ends_and_a_client_can_be_shut_out(office, clerk):
    assert clerk.get("/decisions").status_code == 200
    office.clock[0] = NOW + 600
    assert is_problem(clerk.get("/decisions"), 401, "invalid_token")
    assert office.services.housekeeping.purge(NOW + 600) > 0
    clerk.token = clerk.ask_token().json["access_token"]
    assert clerk.get("/decisions").status_code == 200
    office.services.api.clients.revoke(clerk.id, NOW)
    assert is_problem(clerk.get("/decisions"), 401, "invalid_token")
    assert clerk.ask_token().status_code == 401


@pytest.mark.parametrize("header", [None, "Bearer x", "Basic eDp5", "Bearer", ""])
def test_nobody_calls_without_a_token(office, header):
    headers = {"Authorization": header} if header is not None else {}
    answer = office.app.test_client().get(f"{API}/decisions", headers=headers, base_url=ISSUER)
    assert is_problem(answer, 401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", DPoP algs="ES256"'


def test_neither_secret_nor_token_is_kept(office, clerk):
    tables = [
        office.services.database.query(f"SELECT * FROM {t}") for t in ("api_clients", "api_tokens")
    ]
    assert clerk.secret not in str(tables)
    assert clerk.token not in str(tables)


def test_roles_decide_and_every_call_is_noted(office, clerk):
    record = office.records["builder", "pda1"]
    assert clerk.get(f"/decisions/{record}").status_code == 200
    assert is_problem(clerk.post(f"/decisions/{record}/suspend"), 403, "forbidden")
    auditor = Program(office, "auditor", purpose="oversight", name="Audit")
    calls = auditor.get("/accesses", subject=record).json["items"]
    assert {(c["client"], c["purpose"], c["operation"], c["allowed"]) for c in calls} == {
        ("Payroll", "records", "suspend_decision", False), ("Payroll", "records", "get_decision", True)
    }  # fmt: skip
    assert is_problem(clerk.get("/accesses"), 403, "forbidden")
    latest = auditor.get("/accesses").json["items"]
    assert "list_accesses" in {call["operation"] for call in latest}


def test_no_call_without_its_note(office, clerk):
    office.services.database.execute("DROP TABLE api_accesses")
    office.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert is_problem(clerk.get("/decisions"), 500, "server_error")


def test_decisions_are_listed_and_found(office, clerk):
    page = clerk.get("/decisions", size=2, state="granted").json
    assert (len(page["items"]), page["total"]) == (2, len(office.ids))
    found = clerk.post("/search/decisions", {"text": "zemaitis"}).json
    assert {item["surnames"] for item in found["items"]} == {"Žemaitis"}


def test_a_decision_is_read_whole(office, people, clerk):
    answer = clerk.get(f"/decisions/{office.records['builder', 'pda1']}").json
    document = {k: v for k, v in answer["document"].items() if v is not None}
    assert document["states_of_activity"][0]["country"] == "GR"
    assert answer["person"]["pin"] == people["builder"].person.pin
    history = clerk.get(f"/decisions/{answer['id']}/history").json["items"]
    assert [entry["event"] for entry in history] == ["imported"]


def test_a_decision_is_entered_approved_offered_and_withdrawn(office, people, clerk, approver):
    made = clerk.post("/decisions", new_decision(people))
    assert (made.status_code, made.json["state"]) == (201, "pending"), made.text
    path = f"/decisions/{made.json['id']}"
    assert clerk.post("/decisions", new_decision(people)).json["id"] == made.json["id"]
    assert approver.post(f"{path}/approve").json["state"] == "granted"
    assert is_problem(approver.post(f"{path}/approve"), 409, "wrong_state")
    offer = clerk.post(f"{path}/offers", {"vct": made.json["types"][0], "tx_code": True})
    assert offer.status_code == 201
    assert len(offer.json["tx_code"]) == 6
    assert clerk.get(f"{path}/offers").json["items"][0]["state"] == "open"
    assert clerk.post(f"/offers/{offer.json['id']}/cancel").status_code == 204
    assert is_problem(clerk.post(f"/offers/{offer.json['id']}/cancel"), 409, "offer_not_open")
    today = {"reason": "conditions_not_met", "effective": date.fromtimestamp(NOW).isoformat()}
    assert approver.post(f"{path}/withdraw", today).json == {"credentials": 0}
    assert clerk.get(path).json["withdrawal_reason"] == "conditions_not_met"
    actors = {e["actor"] for e in clerk.get(f"{path}/history").json["items"]}
    assert actors == {"API: Payroll", "API: Approving"}


def test_a_decision_bears_the_sector_of_the_employer(people, clerk):
    made = clerk.post("/decisions", {**new_decision(people), "sector": "F"})
    assert (made.status_code, made.json["sector"]) == (201, "F")
    assert clerk.get(f"/decisions/{made.json['id']}").json["sector"] == "F"
    answer = clerk.post("/decisions", {**new_decision(people), "sector": "W"})
    assert is_problem(answer, 422, "bad_input")


def test_contradictions_are_refused(office, people, clerk):
    other = new_decision(people)
    clerk.post("/decisions", other)
    other["document"]["ends"] = "2027-01-01"
    assert is_problem(clerk.post("/decisions", other), 409, "number_taken")
    other["document"] |= {"document_number": "other", "ends": "2020-01-01"}
    assert is_problem(clerk.post("/decisions", other), 422, "end_before_start")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"person": {}}, "json.person.surnames"),
        ({"more": 1}, "json.more"),
        ({"document": {"kind": "visa"}}, "json.document"),
        (
            {"person": {"surnames": "a", "forenames": "b", "date_of_birth": 0}},
            "json.person.date_of_birth",
        ),
    ],
)
def test_input_without_its_form_is_refused_place_by_place(people, clerk, change, place):
    answer = clerk.post("/decisions", {**new_decision(people), **change})
    assert is_problem(answer, 422, "bad_input")
    assert place in {fault["place"] for fault in answer.json["errors"]}


def test_refusals_never_repeat_what_was_sent(people, clerk):
    entry = new_decision(people)
    entry["person"]["date_of_birth"] = "17 May 1984"
    answer = clerk.post("/decisions", entry)
    assert is_problem(answer, 422, "bad_input")
    assert "1984" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "settings", "status", "code"),
    [
        ("GET", "/decisions/x", {}, 404, "unknown_record"),
        ("GET", "/loads/x", {}, 404, "unknown_load"),
        ("POST", "/offers/x/cancel", {}, 409, "offer_not_open"),
        ("GET", "/nothing", {}, 404, "not_found"),
        ("PATCH", "/decisions", {}, 405, "method_not_allowed"),
        ("GET", "/decisions", {"query_string": {"page": 0}}, 422, "bad_input"),
        ("GET", "/decisions", {"query_string": {"state": "x"}}, 422, "bad_input"),
        ("POST", "/decisions", {"data": "{", "content_type": "application/json"}, 400, "bad_request"),
        ("POST", "/decisions", {"data": "x=y", "content_type": "text/plain"}, 415, "unsupported_media_type"),
        ("POST", "/decisions", {"data": b" " * (4 * 2**20 + 1), "content_type": "application/json"}, 413, "too_large"),
    ],
)  # fmt: skip
def test_problems_have_their_status_and_code(clerk, method, path, settings, status, code):
    assert is_problem(clerk.call(method, path, **settings), status, code)


def test_records_are_loaded(clerk, approver):
    rows = [row(901), row(902, starts="soon")]
    load = clerk.post("/loads", {"mapping": "a1", "source": "Payroll", "rows": rows})
    assert (load.status_code, load.json["stage"], load.json["refused"]) == (201, "checked", 1)
    path = f"/loads/{load.json['id']}"
    faults = clerk.get(f"{path}/errors").json["items"]
    assert faults == [{"line": 2, "field": "starts", "code": "bad_date", "masked": "aaaa"}]
    assert is_problem(clerk.post(f"{path}/start"), 403, "forbidden")
    assert approver.post(f"{path}/start").json["added"] == 1
    assert clerk.get(path).json["stage"] == "loaded"
    assert is_problem(clerk.post(f"{path}/discard"), 409, "wrong_stage")
    assert clerk.get("/loads").json["items"][0]["created_by"] == "API: Payroll"
    unknown = clerk.post("/loads", {"mapping": "x", "rows": rows})
    assert is_problem(unknown, 400, "unknown_mapping")


def test_an_offer_in_a_wrong_type_is_refused(office, clerk):
    path = f"/decisions/{office.records['builder', 'pda1']}/offers"
    assert is_problem(clerk.post(path, {"vct": EHIC}), 422, "unknown_type")


def test_answers_have_the_headers_of_a_protocol(clerk):
    headers = clerk.get("/decisions").headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_programs_are_let_in_and_shut_out_by_command(environ):
    migrate(environ)
    run = lambda *words: CliRunner(env=environ).invoke(issuer, ["api-client", *words])
    made = run("add", "Payroll", "--role", "clerk", "--purpose", "records")
    client_id = made.output.split()[1]
    assert made.output.splitlines()[1].startswith("client_secret ")
    assert run("add", "Payroll", "--role", "clerk", "--purpose", "records").exit_code == 1
    assert run("add", "Other", "--role", "king", "--purpose", "records").exit_code == 2
    assert f"{client_id} Payroll: clerk for records\n" in run("list").output
    assert run("revoke", client_id).exit_code == 0
    assert "(shut out)" in run("list").output
    assert run("revoke", client_id).exit_code == 1


def test_every_body_has_an_example_that_is_valid():
    bodies = {
        reference(content)
        for operations in create_document()["paths"].values()
        for operation in operations.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
    }
    assert bodies - {""} <= set(examples())
    named = vars(shapes) | vars(case_shapes) | vars(doubt_shapes) | vars(filing_shapes)
    named |= vars(incoming_shapes) | vars(letter_shapes) | vars(stay_shapes)
    for name, example in examples().items():
        named[name].model_validate(example)


def reference(content):
    return content["schema"].get("$ref", "").rpartition("/")[2]


def test_who_oversees_is_led_to_the_description(office):
    people = hire(office)
    for role in Role:
        page = people[role].get("/statistics").text
        assert ('href="/api/docs"' in page) == (role in (Role.SUPERVISOR, Role.AUDITOR)), role
    shown = people[Role.SUPERVISOR].get("/api/docs").text
    assert "Idempotency-Key" in shown
    assert "A1-LT-2026-000777" in shown


def test_renewals_are_listed_granted_and_declined(office, clerk):
    renewals, record_id = office.issuer.renewals, office.records["builder", "ehic"]
    for key, kind in (("builder", "ehic"), ("builder", "pda1")):
        renewals.request(office.issuer.records.get(office.records[key, kind]), NOW)
    page = clerk.get("/renewal-requests", size=1).json
    assert (len(page["items"]), page["total"]) == (1, 2)
    granted = clerk.post(f"/renewal-requests/{record_id}/grant")
    assert office.issuer.records.get(granted.json["decision"]).kind == "ehic"
    assert is_problem(clerk.post(f"/renewal-requests/{record_id}/grant"), 409, "wrong_state")
    path = f"/renewal-requests/{office.records['builder', 'pda1']}"
    assert clerk.post(f"{path}/decline").status_code == 204
    assert clerk.get("/renewal-requests").json["items"] == []


def test_a_proof_of_application_is_made_once(make_office, people):
    office = make_office(attestation_types=(PDA1_EUDI, PDA1_APPLICATION))
    clerk = Program(office, "clerk")
    record_id = clerk.post("/decisions", new_decision(people)).json["id"]
    made = clerk.post(f"/decisions/{record_id}/application")
    assert (made.status_code, made.json["kind"]) == (201, "application"), made.text
    assert clerk.post(f"/decisions/{record_id}/application").json == made.json
    granted = office.records["builder", "pda1"]
    assert is_problem(clerk.post(f"/decisions/{granted}/application"), 409, "wrong_state")


def test_a_token_has_the_roles_that_were_asked_for(office):
    both = Program(office, "clerk", "approver")
    path = f"/decisions/{office.records['builder', 'ehic']}"
    assert both.post(f"{path}/hold").status_code == 200
    both.token = both.ask_token(scope="records clerk").json["access_token"]
    assert is_problem(both.post(f"{path}/approve"), 403, "forbidden")
    both.token = both.ask_token(scope="approver records").json["access_token"]
    assert both.post(f"{path}/approve").json["state"] == "granted"
    office.services.database.execute("UPDATE api_clients SET roles = 'clerk'")
    assert is_problem(both.post(f"{path}/hold"), 403, "forbidden")
