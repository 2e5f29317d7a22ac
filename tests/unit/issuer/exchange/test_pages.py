"""The pages of incoming documents and of certificates asked for abroad, as a clerk sees them."""

import re
from datetime import timedelta

import pytest

from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from tests.builders.exchange import EL, LT, RO
from tests.builders.lists import NOW
from tests.unit.issuer.exchange.conftest import TODAY, running_union


class Clerk:
    """A browser of somebody of an institution's staff who is signed in."""

    def __init__(self, partner):
        self.client, self.base_url = partner.app.test_client(), partner.services.config.base_url
        database = partner.services.database
        PasskeyStore(database).add_user(User("dXNlcg", "staff", "Clerk", "salt"), NOW)
        token = ServerSessionStore(database).create("dXNlcg", now=NOW, lifetime=8 * 3600)
        with self.client.session_transaction(base_url=self.base_url) as session:
            session["session"] = token

    def get(self, path, **query):
        return self.client.get(path, query_string=query, base_url=self.base_url)

    def post(self, path, form, /, **values):
        token = re.search(r'name="csrf_token" value="([^"]+)"', form.text).group(1)
        data = {"csrf_token": token, **values}
        return self.client.post(path, data=data, base_url=self.base_url)


@pytest.fixture(scope="module")
def union(tmp_path_factory):
    """The builder's A1 has arrived in Greece and was withdrawn; the driver's has arrived."""
    with running_union(tmp_path_factory.mktemp("union")) as union:
        union.builder, union.driver = union.give_out("builder"), union.give_out("driver")
        union.partners.settle()
        union[LT].services.issuer.withdraw(
            union.builder.id, "conditions_not_met", TODAY - timedelta(3), union.now
        )
        union.partners.settle()
        union.greek, union.romanian, union.lithuanian = (
            Clerk(union[each]) for each in (EL, RO, LT)
        )
        yield union


@pytest.mark.parametrize("path", ["/incoming", "/incoming/x", "/entitlement-requests"])
def test_web_01_nothing_without_sign_in(union, path):
    base_url = union[EL].services.config.base_url
    answer = union[EL].app.test_client().get(path, base_url=base_url)
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_the_register_and_its_search(union):
    page = union.greek.get("/incoming")
    assert page.text.count('class="issuer-decision"') == 2
    assert "Withdrawn" in page.text
    found = union.greek.post("/incoming", page, q=union.driver.person.surnames)
    assert found.text.count('class="issuer-decision"') == 1
    assert "Nothing found" in union.greek.post("/incoming", page, q="nobody").text
    assert union.greek.get("/incoming", state="withdrawn").text.count("issuer-decision__name") == 1


def test_an_empty_register(union):
    assert "Nothing has come in yet" in union.romanian.get("/incoming").text


def test_a_document_with_what_became_of_it(union):
    document = union.incoming(EL, union.builder)
    page = union.greek.get(f"/incoming/{document.id}").text
    assert "Its institution withdrew it with effect from" in page
    assert "the grounds no longer hold" in page
    assert union.builder.number in page
    assert f"/cases/{document.notification.case_id}" in page


@pytest.mark.parametrize("language", ["lt", "el", "ro"])
def test_in_every_language(union, language):
    document = union.incoming(EL, union.driver)
    page = union.greek.get(f"/incoming/{document.id}", lang=language).text
    assert "Checks on arrival" not in page
    union.greek.get("/incoming", lang="en")


def test_checked_again(union):
    document = union.incoming(EL, union.driver)
    path = f"/incoming/{document.id}"
    union.partners.clock[0] += 60
    answer = union.greek.post(f"{path}/check", union.greek.get(path))
    assert answer.status_code == 303
    assert union.incoming(EL, union.driver).checked_at == union.now


def test_an_unknown_document(union):
    page = union.greek.get("/incoming/x")
    assert page.status_code == 400
    assert "There is no such document" in page.text


def test_the_decision_says_who_was_told(union):
    page = union.lithuanian.get(f"/decisions/{union.driver.id}").text
    assert "Institutions abroad" in page
    assert EL in page
    assert page.count("on paper") >= 2


def test_the_work_list_leads_to_the_decision(union):
    page = union.lithuanian.get("/tasks").text
    assert "Tell the State concerned of an A1 on paper" in page
    assert f"/decisions/{union.driver.id}" in page


FORM = {
    "country": "LT", "surnames": "Jankauskas", "forenames": "Ąžuolas Vytautas",
    "born": "1951-03-08", "pin": "35103080620", "starts": TODAY.isoformat(),
    "ends": TODAY.isoformat(), "reason": "01", "facility": "",
}  # fmt: skip


def test_a_certificate_is_asked_for_and_comes(union):
    form = union.romanian.get("/entitlement-requests/new")
    answer = union.romanian.post("/entitlement-requests/new", form, **FORM, reference="one")
    assert answer.status_code == 303
    assert "No answer yet" in union.romanian.get("/entitlement-requests").text
    union.partners.settle()
    page = union.romanian.get("/entitlement-requests").text
    assert "Seal checked" in page
    assert union.record("pensioner", "ehic").number in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"country": ""}, "Choose where the person is insured"),
        ({"surnames": ""}, "Enter the surnames"),
        ({"forenames": " "}, "Enter the forenames"),
        ({"born": "8.3.1951"}, "Enter the date as year-month-day"),
        ({"ends": "2020-01-01"}, "The last day must not lie before the first"),
        ({"ends": "2999-01-01"}, "A temporary stay lasts at most a year"),
        ({"reason": "77"}, "Choose a reason"),
        ({"surnames": "x" * 200}, "Shorten what you typed"),
        ({"country": "PL"}, "No institution there takes such requests now"),
    ],
)
def test_what_is_wrong_with_the_form_is_said(union, changes, words):
    form = union.romanian.get("/entitlement-requests/new")
    answer = union.romanian.post(
        "/entitlement-requests/new", form, **{**FORM, **changes}, reference="two"
    )
    assert answer.status_code == 400
    assert words in answer.text
