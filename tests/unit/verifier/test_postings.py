"""A-25: a posting is held against earlier ones of the same worker, who is not named anywhere."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest

from tests.builders.presentations import FUND_LIST, PERSON, create_a1
from tests.unit.verifier.test_cases import outcome, present

(EMPLOYMENT,) = create_a1().employments
EARLIER = {
    "document_number": "LT-A1-2025-000003",
    "starts": date(2025, 6, 1),
    "ends": date(2026, 1, 31),
}


@pytest.fixture
def browser(stage):
    return stage.sign_in()


def kept(stage):
    return stage.database.query("SELECT * FROM case_postings")


def show(stage, browser, *, keep="900", index=7, **changes):
    """Somebody shows an A1 in a case of their own; returns the address of the verdict."""
    case = stage.open_case(browser, keep=keep)
    return present(stage, browser, case, a1=create_a1(**changes), index=index)


def see_twice(stage, browser, **changes):
    """Show an earlier A1, then one of today; returns the address of its verdict."""
    show(stage, browser, index=9, **{**EARLIER, **changes})
    return show(stage, browser)


def test_the_same_certificate_again_is_no_earlier_one(stage, browser):
    show(stage, browser)
    assert outcome(browser, show(stage, browser)) == "COVERED"
    assert len(kept(stage)) == 1


def test_less_than_two_months_between(stage, browser):
    page = see_twice(stage, browser)
    assert outcome(browser, page) == "DOUBT"
    assert "Less than two months" in browser.get(page).text


def test_more_than_24_months_in_all(stage, browser):
    page = see_twice(stage, browser, starts=date(2025, 1, 1), ends=date(2026, 2, 28))
    assert outcome(browser, page) == "DOUBT"


@pytest.mark.parametrize(
    "changes",
    [
        {"ends": date(2025, 12, 31)},
        {"person": replace(PERSON, surnames="Petraitytė")},
        {"person": replace(PERSON, date_of_birth=date(1990, 1, 2))},
        {"employments": (replace(EMPLOYMENT, name="Apdaila UAB", id="302000002"),)},
    ],
    ids=["two months", "another name", "another birthday", "another employer"],
)
def test_what_is_not_against_it(stage, browser, changes):
    assert outcome(browser, see_twice(stage, browser, **changes)) == "COVERED"


def test_the_same_person_written_otherwise(stage, browser):
    spelled = replace(PERSON, surnames="SIMKUTE PETRAITIENE")
    assert outcome(browser, see_twice(stage, browser, person=spelled)) == "DOUBT"


def test_answers_do_not_forget_it(stage, browser):
    page = see_twice(stage, browser)
    stage.post(browser, f"{page}/answers", **{"q-replaces_colleague": "no"})
    assert outcome(browser, page) == "DOUBT"


def test_a_case_file_comes_out_the_same(stage, browser):
    page = see_twice(stage, browser)
    data = browser.get(f"{page.rpartition('/persons/')[0]}/case-file.json").data
    (person,) = json.loads(data)["persons"]
    assert [each["ends"] for each in person["history"]] == ["2026-01-31"]
    form = {"csrf_token": "csrf", "file": (io.BytesIO(data), "case-file.json")}
    answer = browser.post("/case-files", data=form)
    answer.request.environ["wsgi.input"].close()  # the client leaves its large body open
    assert "Everything is the same" in answer.text


def test_a_row_names_neither_person_nor_certificate(stage, browser):
    show(stage, browser)
    (row,) = kept(stage)
    text = json.dumps(row, ensure_ascii=False)
    for secret in (PERSON.surnames, PERSON.forenames, "1990", PERSON.pin, "LT-A1"):
        assert secret not in text
    assert json.loads(row["posting"]).keys() == {"number", "starts", "ends", "states", "employers"}


def test_another_key_gives_other_digests(stage, browser):
    show(stage, browser)
    document = {
        "number": None,
        "employers": None,
        "person": {
            "surnames": PERSON.surnames,
            "forenames": PERSON.forenames,
            "date_of_birth": "1990-01-01",
        },
    }
    postings = stage.verifier.casework.judge.postings
    assert len(postings.find(document)) == 1
    assert replace(postings, secret_key="t" * 40).find(document) == []


def test_self_employed_people_are_digests_and_recognized(stage, browser):
    names = f"{PERSON.forenames} {PERSON.surnames}"
    own = replace(EMPLOYMENT, name=names, id=PERSON.pin, type_of_employment="02")
    changes = {"employments": (own,), "status_confirmation": "03"}
    show(stage, browser, index=9, **{**EARLIER, **changes})
    assert "Šimkutė" not in kept(stage)[0]["posting"]
    assert own.id not in kept(stage)[0]["posting"]
    page = show(stage, browser, **changes)
    assert "Less than two months" in browser.get(page).text


class TestNothingIsKept:
    def test_where_only_verdicts_are(self, stage, browser):
        show(stage, browser, keep="0")
        assert kept(stage) == []

    def test_but_earlier_ones_count_there_too(self, stage, browser):
        show(stage, browser, index=9, **EARLIER)
        assert outcome(browser, show(stage, browser, keep="0")) == "DOUBT"
        assert len(kept(stage)) == 1

    def test_of_what_is_no_posting(self, stage, browser):
        show(stage, browser, status_confirmation="02")
        assert kept(stage) == []

    def test_of_a_certificate_that_is_withdrawn(self, stage, browser):
        stage.world.withdraw(FUND_LIST, 7)
        show(stage, browser)
        assert kept(stage) == []

    def test_when_it_is_erased(self, stage, browser):
        page = show(stage, browser)
        stage.post(browser, f"{page}/erase")
        assert kept(stage) == []

    def test_when_the_verdict_goes(self, stage, browser):
        show(stage, browser)
        stage.now += 901
        browser.get("/cases")
        assert len(kept(stage)) == 1  # longer than what was shown
        stage.verifier.purge(stage.now + 30 * 86400)
        assert kept(stage) == []


def test_the_privacy_page_says_so(stage, browser):
    page = browser.get("/privacy").text
    assert "follow on each other" in page
    assert "30 days" in page
