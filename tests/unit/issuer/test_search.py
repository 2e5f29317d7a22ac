"""Decisions are found by the beginnings of their words, alike on every kind of database."""

from dataclasses import replace

import pytest

from esspass.storage import migrate
from issuer import MIGRATIONS
from issuer.records import RecordState
from issuer.search import MAX_WORDS
from tests.builders.issuance import NOW


@pytest.fixture
def records(portable_office):
    return portable_office.issuer.records


@pytest.mark.parametrize(
    "text",
    [
        "Žemaitis", "zemaitis", "ZEMAI", "šarūnas žemaitis", "sarunas  zem", "38405170415", "384-0517-0415",
        "A1-LT-2026-000001", "a1lt2026000001", "Εργοτάξιο Λιμένα", "ergotaxio", "limena", "Peiraias", "Πειραιάς",
        "statyba", "990000456", "1984-05-17", "zemaitis uab",
    ],
)  # fmt: skip
def test_words_find_the_builder_and_nobody_else(records, text):
    found = records.search(text).records
    assert found
    assert {record.person.surnames for record in found} == {"Žemaitis"}


@pytest.mark.parametrize("text", ["emaitis", "Žemaitis Rūta", "zemaitis 000003", "x" * 500])
def test_what_does_not_begin_a_word_finds_nothing_of_his(records, text):
    assert all(record.person.surnames != "Žemaitis" for record in records.search(text).records)


def test_only_signs_look_for_nothing(records):
    assert records.search(" - % ").total == records.search().total > 0


def test_greek_letters_find_a_latin_name(records, people):
    person = replace(people["builder"].person, surnames="Papadopoulos", pin="39001010001")
    document = replace(people["builder"].documents[1], document_number="80300900010000000099")
    records.add(person, document, NOW)
    assert records.search("Παπαδόπουλος").total == 1
    assert records.search("papad", RecordState.WITHDRAWN).total == 0


def test_a_new_name_finds_the_old_decisions(records, people):
    person = replace(people["builder"].person, surnames="Kitoks")
    records.add(person, people["builder"].documents[1], NOW)  # a decision that is there already
    assert records.search("kitoks ehic").total == 0
    assert {r.kind for r in records.search("kitoks").records} == {"pda1", "ehic"}


def test_only_so_many_words_count(records):
    assert records.search("zemaitis " * MAX_WORDS + "nobody").total > 0


def test_decisions_from_before_the_index_are_put_in(portable_office, records):
    database = portable_office.services.database
    database.execute("DELETE FROM search_words")
    database.execute("UPDATE records SET indexed = 0")
    assert records.search("zemaitis").total == 0
    assert records.index_rest() == 5
    assert records.search("zemaitis").total == 2
    assert records.index_rest() == 0


def test_an_older_register_is_brought_up_to_date(database):
    """Decisions of before had their words in a column; it goes, they stay."""
    older = {name: sql for name, sql in MIGRATIONS.items() if not name.startswith("issuer-search")}
    older.pop("issuer-records-006")
    older.pop("issuer-records-007")
    migrate(database, older)
    database.execute(
        "INSERT INTO persons (id, pin, date_of_birth, person, created_at)"
        " VALUES ('p', '1', '1984-05-17', '{}', 1)"
    )
    database.execute(
        "INSERT INTO records (id, person_id, kind, document_number, document, search, state,"
        " created_at, changed_at, issuances) VALUES ('r', 'p', 'ehic', '1', '{}', 'x', 'granted', 1, 1, 0)"
    )
    migrate(database, MIGRATIONS)
    assert database.query("SELECT id, indexed FROM records")[0]["indexed"] == 0
