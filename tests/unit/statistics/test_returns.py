"""Returns: signed, read strictly, joined, held against each other, published without small cells."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import MalformedError, SignatureError
from esspass.keys.certificates import create_x5c
from esspass.statistics import (
    Return,
    combine,
    create_return,
    days_band,
    parse_period,
    parse_return,
    publish_margins,
    reconcile,
    smallest_cell,
    tables,
    verify_return_signature,
)
from esspass.statistics.publication import find_hidden
from esspass.statistics.returns import count
from tests.builders.lists import create_body

PERIOD = parse_period("2026-01", "2026-12")


@pytest.fixture(scope="module")
def access_signer():
    return create_body("Example Insurance Board", "LT", "LT:9001").attestation_signer


def make(institution="LT:9001", country="LT", made_at=1000, **cells):
    counts = count(
        {
            name: [cell for cell, n in found.items() for _ in range(n)]
            for name, found in cells.items()
        }
    )
    totals = {name: sum(found.values()) for name, found in counts.items()}
    return Return(institution, country, PERIOD, made_at, counts, totals)


def issued(n, article="12_1", country="EL", month="2026-03"):
    return {("pda1", article, country, "F", month): n}


class TestReading:
    def test_a_signed_return_comes_back(self, access_signer):
        made = make(issued=issued(7))
        found, chain = verify_return_signature(create_return(made, access_signer))
        assert found == made
        assert create_x5c(chain) == create_x5c(access_signer.certificates)

    def test_a_changed_return_is_refused(self, access_signer):
        token = create_return(make(issued=issued(7)), access_signer)
        head, payload, signature = token.split(".")
        flipped = "A" if signature[5] != "A" else "B"
        with pytest.raises(SignatureError):
            verify_return_signature(f"{head}.{payload}.{signature[:5]}{flipped}{signature[6:]}")

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda value: value.pop("country"),
            lambda value: value.update(made_at=-1),
            lambda value: value["tables"]["issued"]["cells"].append(["pda1", 1]),
            lambda value: value["tables"]["issued"]["cells"].append(
                value["tables"]["issued"]["cells"][0]
            ),
            lambda value: value["tables"]["issued"]["cells"][0].__setitem__(-1, True),
            lambda value: value["tables"].update(secrets={"total": 0, "cells": []}),
            lambda value: value.update({"from": "2026-13"}),
            lambda value: value.update({"from": "2027-01"}),
        ],
    )
    def test_what_is_no_return_is_refused(self, spoil):
        cell = ["pda1", "12_1", "EL", "F", "2026-03", 7]
        value = {
            "institution": "LT:9001", "country": "LT", "from": "2026-01", "until": "2026-12",
            "made_at": 1000, "tables": {"issued": {"total": 7, "cells": [cell]}},
        }  # fmt: skip
        parse_return(value)
        spoil(value)
        with pytest.raises(MalformedError):
            parse_return(value)


class TestJoining:
    def test_counts_add_up_and_the_latest_return_counts(self):
        old, new = make(issued=issued(3)), make(issued=issued(4), made_at=2000)
        other = make("RO:9003", "RO", issued=issued(5))
        joined = combine([new, old, other], "EU", "EU")
        assert joined.totals["issued"] == 9
        assert not reconcile([joined])

    def test_other_periods_are_not_joined(self):
        other = replace(make("RO:9003", "RO"), period=parse_period("2026-01", "2026-06"))
        with pytest.raises(MalformedError):
            combine([make(), other], "EU", "EU")


class TestReconciliation:
    def test_what_one_gave_the_other_got(self):
        lt = make(messages_sent={("A009", "EL:9002", "2026-03"): 5})
        el = make("EL:9002", "EL", messages_received={("A009", "LT:9001", "2026-03"): 5})
        assert reconcile([lt, el]) == ()

    def test_a_message_that_did_not_arrive_is_named(self):
        lt = make(messages_sent={("A009", "EL:9002", "2026-03"): 5})
        el = make("EL:9002", "EL", messages_received={("A009", "LT:9001", "2026-03"): 4})
        (found,) = reconcile([lt, el])
        assert (found.check, found.first, found.second) == (
            "sent_is_received",
            "LT:9001",
            "EL:9002",
        )
        assert (found.cell, found.stated, found.expected) == (("A009", "2026-03"), 5, 4)

    def test_a_doubt_that_only_one_knows_is_named(self):
        el = make("EL:9002", "EL", doubts_raised={("DA01", "LT:9001", "2026-05"): 1})
        found = {each.check: each for each in reconcile([make(), el])}
        assert set(found) == {"raised_is_received", "doubts_raised_are_messages"}
        raised = found["raised_is_received"]
        assert (raised.stated, raised.expected) == (1, 0)

    def test_an_inspectorate_cannot_have_told_less_than_was_heard(self):
        lt = make(doubts_heard={("Inspectorate", "2026-05"): 3})
        told = make("Inspectorate", doubts_told={("2026-05",): 2})
        (found,) = reconcile([lt, told])
        assert (found.check, found.first, found.second) == (
            "heard_was_told",
            "LT:9001",
            "Inspectorate",
        )
        assert (found.stated, found.expected) == (3, 2)
        more = make("Inspectorate", doubts_told={("2026-05",): 4})
        assert reconcile([lt, more]) == (), "another institution may have heard the fourth"

    def test_a_total_that_is_no_sum_is_named(self):
        made = make(issued=issued(7))
        (found,) = reconcile([replace(made, totals={**made.totals, "issued": 8})])
        assert (found.check, found.cell, found.stated, found.expected) == (
            "total_is_sum",
            ("issued",),
            8,
            7,
        )

    def test_more_verdicts_than_presentations(self):
        made = make(
            verdicts={("pda1", "COVERED", "unknown", "2026-03"): 2},
            presentations={("pda1", "qr", "unknown", "2026-03"): 1},
        )
        (found,) = reconcile([made])
        assert found.check == "verdicts_of_presentations"

    def test_a_month_outside_the_period(self):
        (found,) = reconcile([make(issued=issued(1, month="2025-12"))])
        assert found.check == "month_outside_period"


class TestPublication:
    def test_small_cells_are_left_out_with_a_second_one(self):
        made = make(issued={**issued(3), **issued(50, country="RO"), **issued(20, country="LV")})
        margin = next(
            each for each in publish_margins(made, "issued") if each.dimension == "country"
        )
        assert margin.total == 73
        shown = {each.value: each.count for each in margin.cells}
        assert shown == {"EL": None, "LV": None, "RO": 50}
        assert next(each.percent for each in margin.cells if each.value == "RO") == 68.5

    def test_a_total_too_small_is_left_out(self):
        margin = publish_margins(make(issued=issued(3)), "issued")[0]
        assert margin.total is None
        assert [each.count for each in margin.cells] == [None]

    def test_nothing_counted_is_nothing(self):
        margin = publish_margins(make(), "issued")[0]
        assert (margin.total, margin.cells) == (0, ())

    @given(st.dictionaries(st.text("abcdefg", min_size=1, max_size=2), st.integers(0, 30)))
    def test_no_subtraction_brings_a_small_cell_back(self, counts):
        summed = Counter(counts)
        hidden = find_hidden(summed)
        assert {value for value, n in summed.items() if 0 < n < smallest_cell()} <= hidden
        total = sum(summed.values())
        if hidden and total >= smallest_cell():
            others = sum(summed[value] for value in hidden)
            assert others >= smallest_cell() or len(hidden) == len(
                [n for n in summed.values() if n]
            )
            assert len(hidden) >= 2 or len([n for n in summed.values() if n]) == 1


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "0-7"), (7, "0-7"), (8, "8-30"), (61, "61-90"), (181, "181+"), (900, "181+")],
)
def test_days_fall_into_bands(days, band):
    assert days_band(days) == band


def test_every_table_has_words():
    assert all(set(each.titles) == {"en", "lt", "el", "ro"} for each in tables())
