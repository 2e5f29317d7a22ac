"""The sector of a decision: given in by every way, found, changed by a clerk, never more."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from esspass.attestations import create_person_record, create_record
from esspass.errors import MalformedError
from esspass.statistics.sectors import sector_titles, sectors
from esspass.statistics.wording import value_name
from esspass.storage import connect
from issuer import migrate
from issuer.commands import import_command
from issuer.records import Records, RecordState
from issuer.sectors import find_sectors, parse_sector, sector_choices
from tests.builders.issuance import NOW
from tests.unit.issuer.loading.test_loading import Desk, as_csv, row
from tests.unit.issuer.test_back_office import Clerk, page_of
from tests.unit.issuer.test_filing import decided, draft, sign_in

A1 = ("builder", "pda1")


def test_nace_has_22_sections_and_each_has_words():
    assert "".join(sectors()) == "ABCDEFGHIJKLMNOPQRSTUV"
    assert all(set(labels) == {"en", "lt", "el", "ro"} for labels in sectors().values())
    assert all(all(labels.values()) for labels in sectors().values())
    for language in ("en", "lt", "el", "ro"):
        assert len({name for _, name in sector_choices(language)}) == 22
    assert sector_titles()["F"] == "Construction"
    assert value_name("sector", "F", "el") == "Κατασκευές"
    assert value_name("sector", "unknown", "lt") == "Neįrašyta"


def test_a_sector_is_a_letter_or_nothing():
    assert [parse_sector(text) for text in (" f ", "", "V")] == ["F", "", "V"]
    for text in ("W", "F1", "41.20", "construction"):
        with pytest.raises(MalformedError, match="A to V"):
            parse_sector(text)


def test_only_what_is_about_work_has_one(portable_office, people):
    records, ids = portable_office.issuer.records, portable_office.records
    assert records.put_sector(ids[A1], "F")
    assert not records.put_sector(ids[A1], "F")
    assert not records.put_sector(ids["builder", "ehic"], "F")
    assert records.get(ids["builder", "ehic"]).sector == ""
    with pytest.raises(MalformedError):
        records.put_sector(ids[A1], "X")
    assert records.get(ids[A1]).sector == "F"


def test_decisions_are_found_by_the_words_of_their_sector(portable_office):
    records, ids = portable_office.issuer.records, portable_office.records
    assert records.search("construction").total == 0
    portable_office.issuer.note_sector(ids[A1], "F", NOW)
    for text in ("construction", "Κατασκ", "construcții žemaitis", "STATYBA"):
        assert [found.id for found in records.search(text).records] == [ids[A1]], text
    assert records.search("construction", RecordState.WITHDRAWN).total == 0
    assert records.search("con").total == 0, "three letters say too little"
    assert find_sectors({"stat"}) == ["F"]


def test_a_proof_of_application_has_the_sector_of_its_a1(portable_office, people):
    issuer, driver = portable_office.issuer, people["driver"]
    document = replace(driver.documents[0], document_number="A1-LT-2026-000999")
    record_id, _ = issuer.records.add(driver.person, document, NOW, RecordState.PENDING, sector="H")
    proof = issuer.applications.acknowledge(record_id, NOW)
    assert issuer.records.get(proof).sector == "H"


def test_a_column_of_a_file_is_the_sector(database, keys):
    desk = Desk(database, keys)
    given = [row(1, sector="f"), row(2, sector=""), row(3, sector="Z9")]
    load = desk.load(as_csv(given))
    assert (load.added, load.refused) == (2, 1)
    assert desk.errors(load) == [(4, "sector", "bad_sector", "A9")]
    found = {each.number: each.sector for each in desk.records.search().records}
    assert found == {"A1-LT-2026-000001": "F", "A1-LT-2026-000002": ""}


@pytest.mark.parametrize(("sector", "added"), [("H", 1), (None, 1), ("", 1), ("x", 0), (7, 0)])
def test_the_canonical_form_names_it_beside_the_documents(database, keys, people, sector, added):
    desk, driver = Desk(database, keys), people["driver"]
    entry = {
        "person": create_person_record(driver.person),
        "documents": [create_record(driver.documents[0])],
        "sector": sector,
    }
    load = desk.load(json.dumps([entry]).encode(), "canonical")
    assert (load.added, load.refused) == (added, 1 - added)
    assert [each.sector for each in desk.records.search().records] == [sector or ""] * added


def test_the_import_of_the_command_line_takes_it(tmp_path, monkeypatch, sqlite_database, people):
    driver, path = people["driver"], tmp_path / "people.json"
    entry = {
        "person": create_person_record(driver.person),
        "documents": [create_record(driver.documents[0])],
        "sector": "H",
    }
    path.write_text(json.dumps([entry]))
    monkeypatch.setenv("ISSUER_DATABASE_URL", str(tmp_path / "import.db"))
    migrate({"ISSUER_DATABASE_URL": str(tmp_path / "import.db")})
    done = CliRunner().invoke(import_command, [str(path)])
    assert done.exit_code == 0, done.output
    database = connect(str(tmp_path / "import.db"))
    assert [each.sector for each in Records(database).search().records] == ["H"]
    database.close()


def test_an_application_says_it(portable_office, people):
    desk = portable_office.services.filing
    builder = sign_in(desk, people["builder"].person)
    filing = draft(desk, builder, sector="C")
    desk.send(filing, NOW + 60)
    _person, record = decided(desk, desk.filings.get(filing.id))
    assert record.sector == "C"
    assert desk.prefill(builder, filing.form)["sector"] == "C", "nobody is asked twice"


def test_an_application_without_it_is_sent_all_the_same(portable_office, people):
    desk = portable_office.services.filing
    filing = draft(desk, sign_in(desk, people["builder"].person))
    assert "sector" not in filing.answers
    desk.send(filing, NOW)
    assert decided(desk, desk.filings.get(filing.id))[1].sector == ""


def test_a_clerk_notes_it_on_the_decision(office):
    clerk, page = Clerk(office), page_of(office, *A1)
    shown = clerk.get(page)
    assert "Not recorded" in shown.text
    assert clerk.post(f"{page}/sector", shown, sector="F").status_code == 303
    shown = clerk.get(page)
    assert '<option value="F" selected>Construction</option>' in shown.text
    assert "Sector noted" in shown.text
    refused = clerk.post(f"{page}/sector", shown, sector="F<script>")
    assert refused.status_code == 400
    assert office.issuer.records.get(office.records[A1]).sector == "F"
    entries = {(e.event, e.detail, e.actor) for e in office.issuer.history.of(office.records[A1])}
    assert ("sector_noted", "F", "Aldona Tarnautė") in entries


def test_a_card_has_no_place_for_it(office):
    assert "/sector" not in Clerk(office).get(page_of(office)).text
