"""Records on their way into the register: checked, refused with a reason, entered once."""

import csv
import io
import json

import pytest

from esspass.attestations import create_person_record, create_record
from esspass.errors import MalformedError
from esspass.storage import migrate
from issuer import MIGRATIONS
from issuer.four_eyes import Command, SamePersonError
from issuer.loading import Stage, column_mappings
from issuer.loading.errors import mask
from issuer.loading.store import LoadStageError
from issuer.records import RecordState
from issuer.services import create_services
from issuer.staff import Member, Role
from tests.builders.issuance import NOW
from tests.unit.issuer.conftest import config

ALDONA = Command("Aldona", "user-aldona")
ROW = {
    "document_number": "A1-LT-2026-000901", "personal_number": "38405170415", "surnames": "Žemaitis",
    "forenames": "Šarūnas", "date_of_birth": "17.05.1984", "gender": "1", "nationalities": "LT, PL",
    "birth_country": "LT", "birth_town": "Kaunas", "residence_street": "Ąžuolyno g. 15-4",
    "residence_postcode": "LT-44100", "residence_town": "Kaunas", "residence_country": "LT",
    "starts": "2026-11-01", "ends": "2027-10-31", "status_confirmation": "1", "employer_name": "UAB Pavyzdinė statyba",
    "employer_id": "900004516", "employer_id_type": "03", "employer_seat": "lt", "employment_type": "01",
    "employer_street": "Statybininkų g. 40", "employer_postcode": "LT-50100", "employer_town": "Kaunas",
    "employer_country": "LT", "work_state": "EL", "work_name": "Εργοτάξιο", "work_street": "Ακτή 3",
    "work_postcode": "185 36", "work_town": "Πειραιάς", "work_country": "EL", "applies_for_duration": "yes",
    "is_provisional": "no", "issued_on": "2026-10-20",
}  # fmt: skip


def row(serial=901, **changes):
    return {**ROW, "document_number": f"A1-LT-2026-{serial:06}", **changes}


def as_csv(rows, delimiter=";"):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return ("\ufeff" + out.getvalue()).encode()


class Desk:
    """The services of an institution whose register is empty."""

    def __init__(self, database, keys, **settings):
        migrate(database, MIGRATIONS)
        services = create_services(config(**settings), database, view=lambda _now: None, keys=keys)
        self.second_looks = services.second_looks
        self.office, self.records = services.loading, services.issuer.records
        self.database, self.history = database, services.issuer.history

    def check(self, content, mapping="a1"):
        load_id = self.office.take_in(content, mapping, "records.csv", NOW, "Aldona")
        while self.office.step(load_id, NOW):
            pass
        return self.office.loads.get(load_id)

    def load(self, content, mapping="a1"):
        load = self.check(content, mapping)
        self.office.loads.start(load.id, NOW, ALDONA)
        while self.office.step(load.id, NOW):
            pass
        return self.office.loads.get(load.id)

    def errors(self, load):
        return [(e.line, e.field, e.code, e.masked) for e in self.office.loads.errors(load.id)]

    def count(self, table):
        return self.database.query(f"SELECT count(*) AS n FROM {table}")[0]["n"]


@pytest.fixture
def desk(database, keys):
    return Desk(database, keys)


def test_a_dry_run_finds_and_changes_nothing(desk):
    load = desk.check(as_csv([row(1), row(2, ends="2025-01-01")]))
    assert (load.stage, load.total, load.checked, load.refused) == (Stage.CHECKED, 2, 2, 1)
    assert desk.errors(load) == [(3, "", "end_before_start", "")]
    assert desk.count("records") == desk.count("persons") == 0


def test_a_row_becomes_a_decision(desk):
    load = desk.load(as_csv([row()]))
    assert (load.stage, load.added, load.known, load.refused) == (Stage.LOADED, 1, 0, 0)
    record = desk.records.search("statyba" and "zemaitis").records[0]
    assert record.state == "granted"
    assert record.person.residence[0].street_and_number == "Ąžuolyno g. 15-4"
    assert record.person.nationalities == ("LT", "PL")
    document = record.document
    assert document.person == record.person
    assert document.status_confirmation == "01"
    assert (document.institution.id, document.legislation_country) == ("LT:1000", "LT")
    assert document.states_of_activity[0].places[0].address.country == "GR"
    assert document.is_provisional is False
    assert [entry.actor for entry in desk.history.of(record.id)] == ["Aldona"]
    assert desk.count("load_rows") == 0


def test_a_second_load_adds_nothing(desk):
    content = as_csv([row(serial) for serial in range(5)])
    desk.load(content)
    load = desk.load(content)
    assert (load.added, load.known, load.refused) == (0, 5, 0)
    assert desk.count("records") == 5
    assert desk.count("history") == 5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"surnames": ""}, ("surnames", "value_missing", "")),
        ({"date_of_birth": "05/17/1984"}, ("date_of_birth", "bad_date", "99/99/9999")),
        ({"date_of_birth": "1984-02-30"}, ("date_of_birth", "bad_date", "9999-99-99")),
        ({"date_of_birth": "2026-12-24"}, ("", "birth_after_start", "")),
        ({"work_state": "Graikija"}, ("work_state", "bad_country", "Aaaaaaaa")),
        ({"nationalities": "LT XX"}, ("nationalities", "bad_countries", "AA AA")),
        ({"status_confirmation": "77"}, ("status_confirmation", "bad_code", "99")),
        ({"is_provisional": "maybe"}, ("is_provisional", "bad_flag", "aaaaa")),
        ({"surnames": "x" * 401}, ("surnames", "bad_text", "a" * 24 + "…")),
        ({"surnames": "a\x07b"}, ("surnames", "bad_text", "a?a")),
        ({"residence_country": ""}, ("", "incomplete", "")),
        ({"work_country": "RO"}, ("", "country_mismatch", "")),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_with_line_field_and_reason(desk, changes, expected):
    load = desk.check(as_csv([row(1), row(2, **changes), row(3)]))
    assert desk.errors(load) == [(3, *expected)]
    assert load.accepted == 2


def test_no_value_of_a_refused_row_is_kept(desk):
    load = desk.load(as_csv([row(1, work_state="Graikija")]))
    kept = [
        desk.database.query(f"SELECT * FROM {t}") for t in ("loads", "load_rows", "load_errors")
    ]
    assert load.refused == 1
    for secret in ("Žemaitis", "38405170415", "Graikija", "1984"):
        assert secret not in str(kept)


def test_one_number_is_one_decision(desk):
    other = row(1, starts="2026-12-01")
    assert desk.errors(desk.load(as_csv([row(1), other]))) == [
        (3, "", "repeated", "A9-AA-9999-999999")
    ]
    assert desk.errors(desk.load(as_csv([other]))) == [(2, "", "number_taken", "A9-AA-9999-999999")]
    assert desk.count("records") == 1


def test_a_number_taken_between_check_and_load_is_refused(desk):
    late = desk.check(as_csv([row(1, starts="2026-12-01")]))
    desk.load(as_csv([row(1)]))
    desk.office.loads.start(late.id, NOW, ALDONA)
    assert not desk.office.step(late.id, NOW)
    late = desk.office.loads.get(late.id)
    assert (late.stage, late.added, late.refused) == (Stage.LOADED, 0, 1)


def test_nobody_becomes_somebody_else(desk):
    desk.load(as_csv([row(1)]))
    load = desk.load(as_csv([row(2, date_of_birth="18.05.1984")]))
    assert desk.errors(load) == [(2, "", "other_person", "9999-99-99")]
    assert desk.records.find_person("38405170415")[1].date_of_birth.day == 17


def test_what_is_known_of_a_person_stays_where_a_record_says_nothing(desk):
    desk.load(as_csv([row(1)]))
    card = {
        "document_number": "80440900010000000001", "personal_number": "38405170415", "surnames": "Žemaitis",
        "forenames": "Šarūnas", "date_of_birth": "1984-05-17", "issued_on": "2026-09-01",
        "expires_on": "2028-08-31", "starts": "2026-09-01", "ends": "2028-08-31",
    }  # fmt: skip
    load = desk.load(as_csv([card], ","), "ehic")
    assert desk.errors(load) == []
    assert desk.records.find_person("38405170415")[1].residence[0].town == "Kaunas"
    assert desk.count("entitlements") == 1


def test_everything_in_the_canonical_form(desk, people):
    entries = [
        {"person": create_person_record(c.person), "documents": [create_record(d) for d in c.documents]}
        for c in people.values()
    ]  # fmt: skip
    load = desk.load(json.dumps(entries, indent=1).encode(), "canonical")
    assert (load.added, load.refused) == (sum(len(c.documents) for c in people.values()), 0)
    lines = "\n".join(json.dumps(entry) for entry in entries)
    assert desk.load(lines.encode(), "canonical").known == load.added


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"person": {}, "documents": []},
        {"person": {}, "documents": [{}]},
        {"person": 1, "documents": [1]},
        {"person": {"surnames": "a\x00"}, "documents": [{"kind": "ehic"}]},
        [],
        7,
    ],
)
def test_what_is_no_record_is_refused(desk, entry):
    load = desk.load(json.dumps([entry]).encode(), "canonical")
    assert (load.added, load.refused) == (0, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe", "not_utf8"), (b"a\0b", "not_utf8"), (b"", "no_rows"), (b"document_number\n", "no_rows"),
        (b"a,a\n1,2\n", "bad_csv"), (b'a\n"x\n', "bad_csv"), (b"[1,]", "bad_json"), (b'[{"a":1,"a":2}]', "bad_json"),
        (b"[" * 10_000, "bad_json"), (b"x,y\n1,2\n", "column_missing"), (b" " * (20 * 2**20 + 1), "too_large"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_leaves_nothing(desk, content, code):
    with pytest.raises(MalformedError) as refused:
        desk.office.take_in(content, "a1", "x", NOW, "")
    assert refused.value.code == code
    assert desk.count("loads") == 0


def test_after_a_crash_the_next_step_goes_on(desk, monkeypatch):
    load = desk.check(as_csv([row(serial) for serial in range(7)]))
    desk.office.loads.start(load.id, NOW, ALDONA)
    assert desk.office.step(load.id, NOW, most=3)
    add, calls = desk.records.database.execute, []

    def fail(sql, **params):
        calls.append(sql)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return add(sql, **params)

    monkeypatch.setattr(desk.records.database, "execute", fail)
    with pytest.raises(KeyboardInterrupt):
        desk.office.step(load.id, NOW, most=3)
    monkeypatch.undo()
    assert desk.count("records") == 3
    while desk.office.work(NOW):
        pass
    assert desk.office.loads.get(load.id).added == desk.count("records") == 7


def test_discarded_rows_are_gone_and_cannot_be_loaded(desk):
    load = desk.check(as_csv([row(1)]))
    desk.office.loads.discard(load.id, NOW)
    assert desk.count("load_rows") == 0
    with pytest.raises(LoadStageError):
        desk.office.loads.start(load.id, NOW, ALDONA)
    with pytest.raises(LoadStageError):
        desk.office.loads.discard(load.id, NOW)


def test_rows_nobody_goes_on_with_are_dropped_after_a_month(desk):
    desk.check(as_csv([row(1)]))
    assert desk.office.loads.purge(NOW + 29 * 86400) == 0
    assert desk.office.loads.purge(NOW + 30 * 86400) == 1
    assert desk.count("load_rows") == 0


def test_every_mapping_speaks_every_language():
    for mapping in column_mappings().values():
        assert set(mapping.title) == {"en", "lt", "el", "ro"}


def test_an_institution_brings_its_own_columns(tmp_path):
    own = {
        "id": "payroll",
        "kind": "pda1",
        "title": {"en": "Payroll"},
        "columns": [{"name": "Nr", "to": ["x.y"]}],
    }
    (tmp_path / "payroll.json").write_text(json.dumps(own))
    assert column_mappings(tmp_path)["payroll"].columns[0].name == "nr"
    (tmp_path / "payroll.json").write_text(
        json.dumps({**own, "columns": [{"name": "a", "to": [], "type": "b"}]})
    )
    column_mappings.cache_clear()
    with pytest.raises(MalformedError):
        column_mappings(tmp_path)


def test_masks_show_the_shape_only():
    assert mask("Žemaitis-2 ė") == "Aaaaaaaa-9 a"
    assert mask("x" * 99) == "x".replace("x", "a") * 24 + "…"


def test_risky_rows_wait_for_a_second_person_who_is_not_the_one_who_loaded_them(database, keys):
    desk = Desk(database, keys, four_eyes_risk=4)
    long = row(902, ends="2029-10-31")
    load = desk.load(as_csv([row(901), long]))
    assert (load.added, load.refused, load.waiting) == (2, 0, 1)
    states = {record.number[-3:]: record.state for record in desk.records.search().records}
    assert states == {"901": "granted", "902": "pending"}
    (look,) = desk.second_looks.four_eyes.waiting()
    assert (look.proposed_by, look.proposed_name) == (ALDONA.id, "Aldona")
    aldona = Member(ALDONA.id, "Aldona", Role.SUPERVISOR, "", NOW)
    with pytest.raises(SamePersonError):
        desk.second_looks.accept(look.id, aldona, NOW)
    desk.second_looks.accept(look.id, Member("other", "Jonas", Role.APPROVER, "", NOW), NOW)
    assert desk.records.get(look.record.id).state is RecordState.GRANTED
    assert desk.load(as_csv([long])).known == 1
