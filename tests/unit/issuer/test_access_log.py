"""Who saw what: one line for each look, before the page, without a word of the page."""

import pytest

from issuer.access_log import AccessLog, Ground
from issuer.staff import Member, Role
from tests.builders.issuance import NOW
from tests.unit.issuer.staffing import Colleague, hire, lines

CLERK = Member("c", "Rasa", Role.CLERK, "", NOW)


def looks(office, **filters):
    return office.services.access_log.search(**filters).entries


def test_pages_of_the_log(issuer_database):
    log = AccessLog(issuer_database)
    for number in range(7):
        subject = "one" if number % 2 else "two"
        log.add(CLERK, "decisions.show", subject, Ground.DECISION, NOW + number)
    first = log.search(size=3)
    assert (first.last, first.total, [entry.at - NOW for entry in first.entries]) == (
        3,
        7,
        [6, 5, 4],
    )
    assert [entry.at - NOW for entry in log.search(number=3, size=3).entries] == [0]
    assert log.search(subject="one").total == 3
    assert log.search(user_id="nobody").total == 0
    assert log.search(user_id="c", subject="two").entries[0].ground is Ground.DECISION


def test_a_look_is_noted_with_ground_and_without_personal_data(office, people):
    clerk, record_id = Colleague(office, "clerk"), office.records["builder", "ehic"]
    clerk.get(f"/decisions/{record_id}")
    clerk.post("/decisions", q=people["builder"].person.surnames)
    clerk.get(f"/decisions/{record_id}/withdraw")
    found = {(e.route, e.subject, e.role, e.ground) for e in looks(office)}
    assert found == {
        ("decisions.show", record_id, Role.CLERK, Ground.DECISION),
        ("decisions.index", "", Role.CLERK, Ground.DECISION),
        ("withdrawal.form", record_id, Role.CLERK, Ground.DECISION),
    }
    stored = str(office.services.database.query("SELECT * FROM staff_access"))
    person = people["builder"].person
    assert person.surnames not in stored
    assert person.pin not in stored


def test_what_was_refused_was_not_seen(office):
    Colleague(office, "clerk").get("/staff")
    office.app.test_client().get("/decisions")
    assert looks(office) == ()


def test_own_passkeys_are_nobody_elses_business(office):
    assert Colleague(office, "clerk").get("/passkeys").status_code == 200
    assert looks(office) == ()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPERVISOR])
def test_the_page_of_the_log(office, role):
    people, record_id = hire(office), office.records["builder", "ehic"]
    people[Role.CLERK].get(f"/decisions/{record_id}")
    page = people[role].get("/access-log")
    assert any("Clerk Example Clerk Read a decision" in line for line in lines(page))
    assert len(lines(people[role].get("/access-log", decision=record_id))) == 1
    assert len(lines(people[role].get("/access-log", member=people[Role.APPROVER].id))) == 0
    assert people[role].get("/access-log", member="nobody").status_code == 400


def test_the_auditor_is_logged_too_and_on_a_ground_of_its_own(office):
    auditor = Colleague(office, "auditor", "Vida")
    auditor.get(f"/decisions/{office.records['builder', 'ehic']}")
    page = auditor.get("/access-log")
    read, opened = lines(page)
    assert "Read who saw what" in read + opened
    assert all("Oversight (GDPR, Article 5(2))" in line for line in (read, opened))


def test_the_log_keeps_the_name_of_who_left(office):
    people = hire(office)
    people[Role.CLERK].get("/decisions")
    people[Role.SUPERVISOR].post(f"/staff/{people[Role.CLERK].id}/remove")
    page = people[Role.AUDITOR].get("/access-log", member=people[Role.CLERK].id)
    assert "Clerk Example" in lines(page)[0]
