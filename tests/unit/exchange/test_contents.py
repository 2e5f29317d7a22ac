"""An A1 goes into a message and comes out as the same decision; so do requests for certificates."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from demo.people import citizens
from esspass.attestations import OPEN_END, Address, Employment, Institution, Pda1, StateOfActivity
from esspass.errors import MalformedError
from esspass.exchange.content import verify_content
from esspass.exchange.contents import (
    OTHER,
    POSTING,
    SEVERAL_STATES,
    Amended,
    Change,
    Invalidation,
    create_change,
    create_invalidation,
    create_notification,
    find_route,
    find_states_concerned,
    read_change,
    read_invalidation,
    read_notification,
)
from esspass.exchange.entitlement import (
    ISSUED,
    REFUSED,
    Certificate,
    EntitlementAnswer,
    EntitlementRequest,
    create_answer,
    create_request,
    read_answer,
    read_request,
)

TODAY = datetime(2026, 9, 20, tzinfo=UTC).date()
PEOPLE = {citizen.key: citizen for citizen in citizens(TODAY)}
A1S = {
    key: next(d for d in citizen.documents if isinstance(d, Pda1))
    for key, citizen in PEOPLE.items()
    if any(isinstance(d, Pda1) for d in citizen.documents)
}


def shorten(document):
    """What a message does not carry: numbers of places of work, details of the institution."""
    states = tuple(
        StateOfActivity(s.country, tuple(replace(p, id=None, type_of_id=None) for p in s.places))
        for s in document.states_of_activity
    )
    employments = tuple(sorted(document.employments, key=lambda e: e.name))
    return replace(
        document, states_of_activity=states, employments=employments, person=None, expires_on=None,
        issuing_authority=None, transitional_rules=None,
    )  # fmt: skip


@pytest.mark.parametrize("key", A1S)
def test_a_decision_comes_back_as_it_went(key):
    person, document = PEOPLE[key].person, A1S[key]
    content = create_notification(document, person)
    verify_content(find_route(document).sed, "4.2", content)
    read, decision = read_notification(content, document.institution)
    assert shorten(decision) == shorten(document)
    assert (read.surnames, read.forenames, read.pin, read.date_of_birth) == (
        person.surnames,
        person.forenames,
        person.pin,
        person.date_of_birth,
    )
    assert (read.gender, read.nationalities, read.place_of_birth) == (
        person.gender,
        person.nationalities,
        person.place_of_birth,
    )


@pytest.mark.parametrize(
    ("code", "route"),
    [
        ("01", POSTING), ("02", SEVERAL_STATES), ("03", POSTING), ("04", SEVERAL_STATES),
        ("05", OTHER), ("06", OTHER), ("07", OTHER), ("08", SEVERAL_STATES),
        ("09", SEVERAL_STATES), ("10", OTHER), ("11", OTHER), ("12", OTHER),
    ],
)  # fmt: skip
def test_the_article_decides_on_case_and_message(code, route):
    document = replace(A1S["builder"], status_confirmation=code)
    assert find_route(document) == route
    content = create_notification(document, PEOPLE["builder"].person)
    assert read_notification(content, document.institution)[1].status_confirmation == code


def test_an_unknown_article_has_no_case():
    with pytest.raises(MalformedError) as refused:
        find_route(replace(A1S["builder"], status_confirmation="13"))
    assert refused.value.code == "unknown_status"


@pytest.mark.parametrize(
    ("residence", "employers", "article"),
    [
        ("LT", ["LT"], "13_1_a"),
        ("PL", ["LT"], "13_1_b_i"),
        ("PL", ["LT", "LT"], "13_1_b_ii"),
        ("PL", ["LT", "DE"], "13_1_b_iv"),
    ],
)
def test_the_letter_of_article_13(residence, employers, article):
    person = replace(PEOPLE["driver"].person, residence=(Address("Town", residence),))
    document = replace(
        A1S["driver"],
        employments=tuple(Employment(f"E{n}", str(n), c, "01") for n, c in enumerate(employers)),
    )
    said = create_notification(document, person)["ArticleRegulationECNo8832004Or9872009"]
    assert said["articleRegulation"] == article


def test_states_concerned():
    driver = PEOPLE["driver"]
    assert find_states_concerned(A1S["driver"], driver.person) == ("PL", "DE", "GR")
    lives_abroad = replace(driver.person, residence=(Address("Riga", "LV"),))
    assert find_states_concerned(A1S["driver"], lives_abroad) == ("PL", "DE", "GR", "LV")
    assert find_states_concerned(A1S["builder"], lives_abroad) == ("GR",)


def test_countries_are_written_as_eessi_does():
    content = create_notification(A1S["builder"], PEOPLE["builder"].person)
    assert content["PlaceWork"]["CountriesWork"][0]["countryWork"] == "EL"


def test_an_open_period_and_an_exception():
    document = replace(
        A1S["builder"], ends=OPEN_END, status_confirmation="11", exception_description="Agreed."
    )
    content = create_notification(document, PEOPLE["builder"].person)
    decision = read_notification(content, document.institution)[1]
    assert (decision.ends, decision.exception_description) == (OPEN_END, "Agreed.")


def test_an_amending_decision_names_the_day_of_the_one_before():
    content = create_notification(
        A1S["builder"], PEOPLE["builder"].person, Amended(date(2026, 1, 2))
    )
    said = content["DecisionLegislationApplicable"]["Decision"]
    assert said == {"AmendingDecision": {"datePreviousDecision": "2026-01-02"}}


@pytest.mark.parametrize(
    "changes", [{"surnames": "x" * 156}, {"residence": (), "stay": ()}, {"forenames": " "}]
)
def test_what_does_not_fit_is_refused_and_not_cut(changes):
    person = replace(PEOPLE["builder"].person, **changes)
    with pytest.raises(MalformedError) as refused:
        create_notification(A1S["builder"], person)
    assert refused.value.code == "content_invalid"
    assert "xxx" not in str(refused.value)


def test_an_invalidation_says_from_which_day():
    person, document = PEOPLE["builder"].person, A1S["builder"]
    told = Invalidation("A009", date(2026, 9, 1), "99", "The work ended early.")
    content = create_invalidation(told, document, person, date(2026, 8, 30))
    news = read_invalidation(content, date(2026, 9, 20))
    assert (news.number, news.reason, news.withdrawn_from) == (
        document.document_number,
        "99",
        date(2026, 8, 30),
    )
    del content["PortableDocument"]
    assert read_invalidation(content, date(2026, 9, 20)).withdrawn_from == date(2026, 9, 20)


def test_code_99_needs_words():
    with pytest.raises(MalformedError):
        create_invalidation(
            Invalidation("A009", TODAY, "99"), A1S["builder"], PEOPLE["builder"].person, TODAY
        )


@pytest.mark.parametrize(
    ("change", "withdrawn", "suspended"),
    [
        (Change(TODAY, withdrawn=True, words="It ended."), TODAY, None),
        (Change(TODAY, suspended=True), None, TODAY),
        (Change(TODAY), None, None),
    ],
)
def test_a_change_comes_back(change, withdrawn, suspended):
    content = create_change(change, A1S["builder"], PEOPLE["builder"].person)
    news = read_change(content, TODAY + timedelta(1))
    assert (news.withdrawn_from, news.suspended_from) == (withdrawn, suspended)
    assert news.number == A1S["builder"].document_number


def test_a_foreign_change_without_our_block():
    content = create_change(Change(TODAY, withdrawn=True), A1S["builder"], PEOPLE["builder"].person)
    del content["PortableDocument"]
    news = read_change(content, TODAY + timedelta(1))
    assert (news.number, news.withdrawn_from) == (None, TODAY)
    said = content["PurposeofSED"]["NotificationChangesInRelevantData"]
    del said["Cancellation"]
    said["ChangeInPeriod"] = {"periodChange": "02", "actualEndDate": "2026-10-01"}
    assert read_change(content, TODAY).ends == date(2026, 10, 1)


def test_a_request_for_a_certificate_and_its_answer():
    person = PEOPLE["builder"].person
    asked = EntitlementRequest(person, TODAY, TODAY + timedelta(5), "02", "Clinica Exemplu")
    content = create_request(asked, Institution("LT:90001", "Fund", "LT"))
    verify_content("S044", "4.2", content)
    read = read_request(content, "LT")
    assert (read.starts, read.ends, read.reason, read.facility) == (
        asked.starts,
        asked.ends,
        "02",
        "Clinica Exemplu",
    )
    assert read.person.pin == person.pin
    given = EntitlementAnswer(ISSUED, Certificate("LT-1", TODAY, TODAY + timedelta(5)))
    assert read_answer(create_answer(given, content)) == given
    refused = EntitlementAnswer(REFUSED, reason="01", details="Not insured here.")
    assert read_answer(create_answer(refused, content)) == refused


def test_an_answer_that_grants_needs_a_certificate():
    content = create_request(
        EntitlementRequest(PEOPLE["builder"].person, TODAY, TODAY),
        Institution("LT:90001", "Fund", "LT"),
    )
    with pytest.raises(MalformedError):
        create_answer(EntitlementAnswer(ISSUED), content)
