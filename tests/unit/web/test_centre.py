"""The centre: institutions that really exchanged messages hand in returns, and it holds them together."""

from dataclasses import replace

import pytest

from esspass.statistics import Return, create_return, parse_period
from esspass.statistics.returns import count as count_cells
from esspass.storage import connect, migrate
from esspass.web.centre import MIGRATIONS, CentreConfig, create_app
from esspass.web.statistics import create_view
from issuer.statistics import Statistics
from tests.builders.exchange import EL, LT, running_partners
from tests.builders.lists import NOW
from tests.builders.messages import create_content

PERIOD = parse_period("2026-09", "2026-09")  # NOW lies in it
COUNTRIES = {LT: "LT", EL: "GR"}


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    with running_partners(tmp_path_factory.mktemp("partners")) as found:
        for _ in range(6):
            found[LT].start("LA_BUC_04", "A009", create_content("A009"), EL)
        content = create_content("DA01", full=True)
        found[EL].start("DA_BUC_01", "DA01", content, LT)
        found.settle()
        yield found


def count(partners, who):
    member = partners[who]
    return Statistics(member.services.database, who, COUNTRIES[who]).count(PERIOD, member.now)


@pytest.fixture
def centre(partners, tmp_path):
    database = connect(str(tmp_path / "centre.db"))
    migrate(database, MIGRATIONS)
    config = CentreConfig("http://localhost", "unused", tmp_path)
    app = create_app(config, database, lambda _now: partners.view, lambda: partners.clock[0])
    yield app.test_client()
    database.close()


def hand_in(centre, partners, item):
    signer = partners.keys[item.institution].exchange
    return centre.post("/returns", data=create_return(item, signer))


def test_both_sides_count_the_same_messages(partners):
    lt, el = count(partners, LT), count(partners, EL)
    assert lt.counts["messages_sent"]["A009", EL, "2026-09"] == 6
    assert el.counts["messages_received"]["A009", LT, "2026-09"] == 6
    assert el.counts["doubts_raised"]["DA01", LT, "2026-09"] == 1
    assert lt.counts["doubts_received"]["DA01", EL, "2026-09"] == 1


def test_returns_that_agree(centre, partners):
    for who in (LT, EL):
        answer = hand_in(centre, partners, count(partners, who))
        assert answer.status_code == 200, answer.text
    assert answer.json == {"contradictions": []}
    page = centre.get("/periods/2026-09/2026-09").text
    assert "Yes: totals are the sums of their parts" in page
    assert "Messages received" in page
    assert "September 2026" in centre.get("/").text


def test_a_contradiction_is_named_to_sender_and_public(centre, partners):
    hand_in(centre, partners, count(partners, LT))
    el = count(partners, EL)
    cell = ("A009", LT, "2026-09")
    fewer = {**el.counts, "messages_received": {**el.counts["messages_received"], cell: 5}}
    totals = {name: sum(cells.values()) for name, cells in fewer.items()}
    (found,) = hand_in(centre, partners, replace(el, counts=fewer, totals=totals)).json[
        "contradictions"
    ]
    assert (found["check"], found["first"], found["stated"], found["expected"]) == (
        "sent_is_received",
        LT,
        6,
        5,
    )
    page = centre.get("/periods/2026-09/2026-09").text
    assert f"{LT} delivered other numbers of messages than {EL} received." in page
    assert "6 against 5" in page


def test_small_numbers_are_not_published(centre, partners):
    hand_in(centre, partners, count(partners, EL))
    table = centre.get("/periods/2026-09/2026-09/statistics.json").json["tables"]
    assert table["doubts_raised"][0] == {
        "dimension": "sed", "total": None,
        "cells": [{"value": "DA01", "count": None, "percent": None}],
    }  # fmt: skip
    rows = centre.get("/periods/2026-09/2026-09/statistics.csv").text.splitlines()
    assert "EU,2026-09,2026-09,doubts_raised,partner,LT:1000,," in rows
    assert "EU,2026-09,2026-09,messages_received,sed,A009,6,100.0" in rows


def test_one_country_alone(centre, partners):
    for who in (LT, EL):
        hand_in(centre, partners, count(partners, who))
    found = centre.get("/periods/2026-09/2026-09/statistics.json?country=GR").json
    assert found["country"] == "GR"
    assert found["tables"]["messages_sent"][0]["total"] is None
    assert centre.get("/periods/2026-09/2026-09?country=RO").status_code == 404


def test_the_latest_return_counts_and_an_older_one_changes_nothing(centre, partners):
    item = count(partners, LT)
    hand_in(centre, partners, item)
    older = replace(item, made_at=item.made_at - 10, counts={}, totals={})
    assert hand_in(centre, partners, older).status_code == 200
    found = centre.get("/periods/2026-09/2026-09/statistics.json").json
    assert found["tables"]["messages_sent"][0]["total"] == 6


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda item: replace(item, made_at=item.made_at + 86400), "made_in_future"),
        (lambda item: replace(item, country="EE"), "wrong_country"),
        (lambda item: replace(item, institution="LT:9999"), None),
    ],
)
def test_who_may_not_say_this_is_refused(centre, partners, spoil, code):
    signer = partners.keys[LT].exchange
    answer = centre.post("/returns", data=create_return(spoil(count(partners, LT)), signer))
    assert 400 <= answer.status_code < 500
    if code:
        assert f"({code})" in answer.json["error_description"]
    assert "No returns yet" in centre.get("/").text


def test_another_institutions_key_is_refused(centre, partners):
    token = create_return(count(partners, LT), partners.keys[EL].exchange)
    assert centre.post("/returns", data=token).status_code in (400, 401, 403)


def test_no_return_no_period(centre):
    assert centre.post("/returns", data="nothing").status_code == 400
    assert centre.get("/periods/2026-09/2026-09").status_code == 404
    assert centre.get("/periods/2026-13/2026-09").status_code == 400


def test_spans_of_days_follow_on_each_other():
    item = Return(LT, "LT", PERIOD, NOW, count_cells({"answers": [
        ("DA01", EL, band, "2026-09") for band in ("8-30", "0-7", "181+", "31-60") for _ in range(9)
    ]}), {"answers": 36})  # fmt: skip
    (table,) = [each for each in create_view(item, "en") if each.id == "answers"]
    assert [bar.name for bar in table.margins[2].bars] == [
        "0\u20137",
        "8\u201330",
        "31\u201360",
        "181+",
    ]


def test_now_lies_in_the_period():
    assert PERIOD.first == "2026-09"
    assert NOW == 1_790_000_000
