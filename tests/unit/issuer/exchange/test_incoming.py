"""The register of incoming documents, and what is checked of one that arrives."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from esspass.inspection.status import StatusSnapshot
from esspass.storage import migrate
from esspass.trust import read_rules
from issuer.exchange import incoming as incoming_module
from issuer.exchange.arrival import ArrivalCheck
from issuer.exchange.incoming import IncomingDocuments, Search, UnknownDocumentError
from issuer.exchange.notification import (
    Arrival,
    ArrivalFinding,
    Grade,
    IncomingState,
    Notification,
    is_same_person,
)
from issuer.paper import Wish
from tests.builders.issuance import ISSUER, NOW

LT = "LT:90001"


@pytest.fixture
def register(database):
    migrate(database, incoming_module.MIGRATIONS)
    return IncomingDocuments(database)


@pytest.fixture
def notify(people):
    """A notification about the builder's A1, changed as the test wants."""
    builder = people["builder"]
    a1 = builder.documents[0]

    def create(number="LT-A1-1", person=builder.person, core="", case_id="case-1", **changes):
        document = replace(a1, document_number=number, **changes)
        return Notification(LT, case_id, f"set-{number}", 1, "A009", person, document, core)

    return create


def test_a_notification_is_kept_once(register, notify):
    first = register.keep(notify(), NOW)
    assert register.keep(notify(), NOW + 5) == first
    kept = register.get(first)
    assert (kept.notification, kept.state) == (notify(), IncomingState.IN_FORCE)
    assert (kept.received_at, kept.changed_at) == (NOW, NOW)
    assert register.find(LT, "LT-A1-1") == register.of_set("case-1", "set-LT-A1-1") == kept
    assert register.find("EL:1000", "LT-A1-1") is None


def test_the_number_is_unique_per_institution_only(register, notify):
    other = replace(notify(), institution_id="RO:1000", set_id="another")
    assert register.keep(notify(), NOW) != register.keep(other, NOW)


def test_a_later_version_replaces_an_earlier_one_and_is_checked_again(register, notify):
    document_id = register.keep(notify(), NOW)
    register.keep_arrival(register.get(document_id), Arrival((), {}), NOW + 1)
    assert register.unchecked() == []
    longer = replace(notify(ends=notify().document.ends + timedelta(30)), version=2)
    register.keep(longer, NOW + 10)
    register.keep(notify(), NOW + 20)  # the first one, late
    kept = register.get(document_id)
    assert kept.document.ends == longer.document.ends
    assert kept.changed_at == NOW + 10
    assert register.unchecked() == [kept]


def test_checks_of_an_older_version_are_not_kept_for_the_newer(register, notify):
    read = register.get(register.keep(notify(), NOW))
    register.keep(replace(notify(), version=2), NOW)  # while the first is being checked
    assert not register.keep_arrival(read, Arrival((), {}), NOW + 1)
    (newer,) = register.unchecked()
    assert newer.notification.version == 2
    register.withdraw(newer.id, "04", date(2026, 3, 1), NOW + 2)
    assert not register.keep_arrival(newer, Arrival((), {}), NOW + 3)
    assert register.keep_arrival(register.get(newer.id), Arrival((), {}), NOW + 3)
    assert register.unchecked() == []


def test_a_withdrawn_document_never_comes_back(register, notify):
    document_id = register.keep(notify(), NOW)
    day = date(2026, 3, 1)
    assert register.withdraw(document_id, "04", day, NOW + 1)
    assert not register.withdraw(document_id, "01", day, NOW + 2)
    assert not register.set_suspended(document_id, False, NOW + 3)
    register.keep(replace(notify(), version=2), NOW + 4)
    kept = register.get(document_id)
    assert (kept.state, kept.withdrawal_reason, kept.withdrawal_date) == (
        IncomingState.WITHDRAWN,
        "04",
        day,
    )


def test_suspended_and_put_back_in_force(register, notify):
    document_id = register.keep(notify(), NOW)
    assert register.set_suspended(document_id, True, NOW + 1)
    assert not register.set_suspended(document_id, True, NOW + 2)
    assert register.get(document_id).state is IncomingState.SUSPENDED
    assert register.set_suspended(document_id, False, NOW + 3)
    assert register.get(document_id).state is IncomingState.IN_FORCE


def test_a_changed_period_is_checked_again(register, notify):
    document_id = register.keep(notify(), NOW)
    register.keep_arrival(register.get(document_id), Arrival((), {}), NOW + 1)
    shorter = replace(notify().document, ends=notify().document.starts + timedelta(9))
    register.change_period(document_id, shorter, NOW + 2)
    assert [each.document for each in register.unchecked()] == [shorter]


def test_findings_are_kept_and_searched_for(register, notify):
    document_id = register.keep(notify(), NOW)
    other = register.keep(notify("LT-A1-2"), NOW + 1)
    finding = ArrivalFinding("overlap", Grade.CONTRADICTION, "two_legislations", {"number": "9"})
    arrival = Arrival((ArrivalFinding("A-12", Grade.NOTE, "open_ended"), finding), {"x": 1})
    register.keep_arrival(register.get(document_id), arrival, NOW + 2)
    assert register.get(document_id).arrival == arrival
    assert arrival.grade is Grade.CONTRADICTION
    found = register.search(Search(grade=Grade.CONTRADICTION))
    assert [each.id for each in found.documents] == [document_id]
    surname = notify().person.surnames.upper()
    assert {each.id for each in register.search(Search(surname)).documents} == {document_id, other}
    assert register.search(Search("nobody")).total == 0
    assert register.search(Search(surname, IncomingState.WITHDRAWN)).total == 0
    assert [each.id for each in register.search(Search(), 2, 1).documents] == [document_id]


def test_an_unknown_document(register):
    with pytest.raises(UnknownDocumentError):
        register.get("x")


def test_the_same_person_in_another_alphabet(people):
    person = people["builder"].person
    greek = replace(person, surnames="Γεωργίου", forenames="Νίκος", pin=None)
    latin = replace(greek, surnames="GEORGIOU", forenames="Nikos", pin="123")
    assert is_same_person(greek, latin)
    assert not is_same_person(greek, replace(latin, date_of_birth=date(1950, 1, 1)))
    assert is_same_person(person, replace(latin, pin=person.pin))
    assert not is_same_person(person, latin)


# The checks on arrival ------------------------------------------------------------------------


class Arrivals:
    """An institution of Greece that receives what the office of Lithuania decided."""

    def __init__(self, office, people):
        self.office, self.people = office, people
        self.register = IncomingDocuments(office.services.database)

    def check(self, notification):
        document_id = self.register.keep(notification, NOW)
        checks = ArrivalCheck(
            "GR", lambda _now: self.office.view, self.statuses(), self.register,
            self.office.issuer.records,
        )  # fmt: skip
        return checks.check(self.register.get(document_id), NOW)

    def statuses(self):
        """Every status list of the office, as it publishes them now."""
        client, found = self.office.app.test_client(), {}
        for number in (1, 2, 3):
            path = f"/status/{number}"
            answer = client.get(path, base_url=ISSUER)
            if answer.status_code == 200:
                found[ISSUER + path] = (answer.get_data(as_text=True), NOW)
        return StatusSnapshot(found)

    def sealed(self, key="builder", **changes):
        """The office's own A1, notified with its sealed code."""
        record = self.office.issuer.records.get(self.office.records[key, "pda1"])
        core = self.office.services.paper.create_code(record.id, Wish("lt"), NOW)
        document = replace(record.document, **changes)
        return Notification(LT, "c", f"s-{key}", 1, "A009", record.person, document, core)


@pytest.fixture
def arrivals(office, people):
    migrate(office.services.database, incoming_module.MIGRATIONS)
    directory = office.view.directory
    sealing = tuple(
        replace(each, institution_id=LT, certificates=office.services.keys.seal.certificates[:1])
        if each.institution_id == "LT:1000"
        else each
        for each in directory.institutions
    )
    installed = read_rules()
    lasting = {**installed["rules"], "valid_from": "2026-01-01", "valid_until": "2030-01-01"}
    rules = replace(office.view.rules, rules=lasting, texts=installed["texts"])
    office.view = replace(
        office.view, directory=replace(directory, institutions=sealing), rules=rules
    )
    return Arrivals(office, people)


def found(arrival, grade=None):
    return {(f.check, f.reason) for f in arrival.findings if grade in (None, f.grade)}


def test_a_document_with_its_seal_is_clear_of_contradictions(arrivals):
    arrival = arrivals.check(arrivals.sealed())
    assert found(arrival, Grade.CONTRADICTION) == set()
    assert found(arrival, Grade.UNDECIDED) == set()
    assert arrival.facts["checks"]["status"]["outcome"] == "PASSED"


def test_a_document_without_its_seal_is_judged_by_the_message(arrivals, notify):
    arrival = arrivals.check(notify())
    assert ("seal", "no_code") in found(arrival, Grade.NOTE)
    assert found(arrival, Grade.CONTRADICTION) == set()
    assert arrival.facts["document"]["number"] == "LT-A1-1"


def test_more_than_24_months(arrivals, notify):
    starts = notify().document.starts
    arrival = arrivals.check(notify(ends=starts + timedelta(800)))
    assert "A-17" in {check for check, _ in found(arrival, Grade.CONTRADICTION)}


def test_24_months_across_postings_of_one_employer(arrivals, notify):
    first = notify("LT-A1-1", starts=date(2025, 1, 1), ends=date(2026, 6, 30))
    arrivals.register.keep(first, NOW)
    arrival = arrivals.check(notify("LT-A1-2", starts=date(2026, 8, 1), ends=date(2027, 7, 31)))
    assert "A-25" in {check for check, _ in found(arrival, Grade.CONTRADICTION)}
    known = arrivals.register.find(LT, "LT-A1-1")
    arrivals.register.withdraw(known.id, "04", date(2025, 1, 1), NOW)
    again = arrivals.check(notify("LT-A1-2", starts=date(2026, 8, 1), ends=date(2027, 7, 31)))
    assert "A-25" not in {check for check, _ in found(again)}


def test_work_elsewhere_than_here(arrivals, people):
    driver = people["driver"]
    document = replace(driver.documents[0], status_confirmation="01")
    states = tuple(s for s in document.states_of_activity if s.country != "GR")
    sent = replace(document, states_of_activity=states)
    arrival = arrivals.check(Notification(LT, "c", "s", 1, "A009", driver.person, sent))
    assert "A-14" in {check for check, _ in found(arrival, Grade.CONTRADICTION)}


def test_two_legislations_at_a_time(arrivals, notify):
    romanian = replace(
        notify("RO-1", legislation_country="RO"), institution_id="RO:1000", set_id="ro"
    )
    arrivals.register.keep(romanian, NOW)
    arrival = arrivals.check(notify())
    assert ("overlap", "two_legislations") in found(arrival, Grade.CONTRADICTION)
    named = next(f for f in arrival.findings if f.reason == "two_legislations")
    assert named.parameters == {"number": "RO-1", "institution": "RO:1000"}


def test_two_documents_for_one_period_are_a_note(arrivals, notify):
    arrivals.register.keep(notify("LT-A1-0"), NOW)
    arrival = arrivals.check(notify())
    assert ("overlap", "same_period") in found(arrival, Grade.NOTE)


def test_our_own_decision_about_the_person_counts(arrivals, notify):
    """The office here has its own A1 of the builder, under Lithuanian law."""
    arrival = arrivals.check(notify(legislation_country="RO"))
    assert ("overlap", "two_legislations") in found(arrival, Grade.CONTRADICTION)


@pytest.mark.parametrize(
    "changes",
    [
        {"document_number": "other"},
        {"ends": date(2030, 1, 1)},
        {"starts": date(2020, 1, 1)},
        {"legislation_country": "LV"},
    ],
)
def test_a_seal_that_says_otherwise_than_the_message(arrivals, changes):
    arrival = arrivals.check(arrivals.sealed(**changes))
    assert ("seal", "code_differs") in found(arrival, Grade.CONTRADICTION)


def test_the_seal_of_another_person(arrivals, people):
    sent = replace(arrivals.sealed(), person=people["driver"].person)
    assert ("seal", "code_differs") in found(arrivals.check(sent), Grade.CONTRADICTION)


def test_the_seal_of_another_institution(arrivals):
    sent = replace(arrivals.sealed(), institution_id="LT:2000")
    assert ("seal", "other_institution") in found(arrivals.check(sent), Grade.CONTRADICTION)


@pytest.mark.parametrize("core", ["ESD1:", "ESD1:NOTHING", "hello", "HC1:NCFOXN"])
def test_an_attachment_that_is_no_sealed_code(arrivals, notify, core):
    arrival = arrivals.check(notify(core=core))
    assert ("seal", "code_unreadable") in found(arrival, Grade.CONTRADICTION)
    assert arrival.facts["document"]["number"] == "LT-A1-1"


def test_a_seal_of_nobody_on_the_lists(arrivals):
    sent = arrivals.sealed()
    arrivals.office.view = replace(
        arrivals.office.view, directory=replace(arrivals.office.view.directory, institutions=())
    )
    checks = {check for check, _ in found(arrivals.check(sent), Grade.CONTRADICTION)}
    assert "A-01" in checks


def test_without_the_status_list_nothing_is_decided_about_withdrawal(arrivals, monkeypatch):
    sent = arrivals.sealed()
    monkeypatch.setattr(arrivals, "statuses", lambda: StatusSnapshot({}))
    arrival = arrivals.check(sent)
    assert "A-06" in {check for check, _ in found(arrival)}
    assert found(arrival, Grade.CONTRADICTION) == set()


def test_a_withdrawn_document_is_noticed_on_arrival(arrivals):
    sent = arrivals.sealed()
    office = arrivals.office
    office.issuer.withdraw(
        office.records["builder", "pda1"], "conditions_not_met", date(2026, 1, 1), NOW
    )
    assert ("A-05", "revoked") in found(arrivals.check(sent), Grade.CONTRADICTION)


def test_without_published_rules_nothing_is_decided(arrivals, notify):
    arrivals.office.view = replace(arrivals.office.view, rules=None)
    arrival = arrivals.check(notify())
    assert ("rules", "rules_missing") in found(arrival, Grade.UNDECIDED)
