"""Would it cover me? The published rules, asked by the holder."""

import re
from datetime import date, timedelta

import pytest


def ask(browser, credential_id, status=200, **values):
    return browser.post(f"/documents/{credential_id}/cover", status=status, **values).text


def outcome(page):
    (found,) = re.findall(r'data-outcome="([A-Z_]+)"', page)
    return found


@pytest.fixture
def take(browser, issuer, wallet):
    """Accept a document and return its id."""

    def accept(name):
        path, _ = browser.open("offer", issuer.create_offer(name))
        browser.post(path, answer="accept")
        return wallet.credentials.of_holder(browser.user_id)[0].id

    return accept


@pytest.fixture
def a1(take):
    return take("a1")


@pytest.fixture
def ehic(take):
    return take("ehic")


@pytest.fixture
def where(builder):
    """A country and a day that the builder's A1 covers."""
    document = builder.documents[0]
    state = document.states_of_activity[0].country if document.states_of_activity else "GR"
    return {"country": state, "day": date.today().isoformat(), "employer": "0"}


class TestA1:
    def test_its_country_today_for_its_employer_is_covered(self, browser, a1, where):
        page = ask(browser, a1, **where)
        assert outcome(page) == "COVERED"
        assert "version 20" in page

    def test_after_its_end_it_is_not(self, browser, a1, where, builder):
        after = (builder.documents[0].ends + timedelta(days=1)).isoformat()
        page = ask(browser, a1, **{**where, "day": after})
        assert outcome(page) == "NOT_COVERED"

    def test_in_another_country_it_is_not(self, browser, a1, where):
        page = ask(browser, a1, **{**where, "country": "PT"})
        assert outcome(page) == "NOT_COVERED"

    def test_for_another_employer_it_is_not_simply_covered(self, browser, a1, where):
        values = {**where, "employer": "other", "employer_name": "Somebody Else AB"}
        assert outcome(ask(browser, a1, **values)) != "COVERED"

    def test_withdrawn_it_is_not_whatever_the_day(
        self, browser, a1, where, issuer, wallet_database
    ):
        for index in issuer.seen["indices"]:
            issuer.withdraw(index)
        wallet_database.execute("DELETE FROM status_list_cache")
        page = ask(browser, a1, **where)
        assert outcome(page) == "NOT_COVERED"

    def test_without_rules_it_cannot_be_decided(self, browser, a1, where, world, monkeypatch):
        bare = world.lists.view(world.now)
        object.__setattr__(bare, "rules", None)
        monkeypatch.setitem(world.__dict__, "_view", bare)
        assert outcome(ask(browser, a1, **where)) == "CANNOT_DECIDE"

    @pytest.mark.parametrize("language", ["lt", "el", "ro"])
    def test_in_the_citizens_language(self, browser, a1, where, language):
        browser.get(f"/?lang={language}")
        assert "Covered" not in ask(browser, a1, **where)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"country": "US"}, "country"),
            ({"country": ""}, "country"),
            ({"day": "tomorrow"}, "day"),
            ({"until": "2020-01-01"}, "until"),
            ({"employer": "other", "employer_name": " "}, "employer_name"),
        ],
    )
    def test_what_is_missing_is_asked_for(self, browser, a1, where, wrong, field):
        page = ask(browser, a1, status=400, **{**where, **wrong})
        assert f'href="#{field}"' in page
        assert "data-outcome" not in page


class TestEhic:
    def test_a_stay_is_covered(self, browser, ehic):
        today = date.today().isoformat()
        page = ask(
            browser, ehic, country="RO", day=today, planned_care="no", resides_here="no",
            provider="statutory",
        )  # fmt: skip
        assert outcome(page) == "COVERED"

    def test_planned_treatment_is_not(self, browser, ehic):
        page = ask(browser, ehic, country="RO", day=date.today().isoformat(), planned_care="yes")
        assert outcome(page) == "NOT_COVERED"

    def test_private_treatment_is_not(self, browser, ehic):
        page = ask(browser, ehic, country="RO", day=date.today().isoformat(), provider="private")
        assert outcome(page) == "NOT_COVERED"


def test_an_identity_is_not_asked(browser, identity_issuer, wallet):
    path, _ = browser.open("offer", identity_issuer.create_offer("pid"))
    browser.post(path, answer="accept")
    held = wallet.credentials.of_holder(browser.user_id)[0]
    browser.get(f"/documents/{held.id}/cover", status=400)
    assert "/cover" not in browser.get(f"/documents/{held.id}").text
