"""The start page and the sections: what waits, and for whom which way is open."""

import re
from types import SimpleNamespace

import pytest

from esspass.web.passkeys import PasskeyStore, User
from issuer.back_office.navigation import SECTIONS
from issuer.back_office.office import HEAPS
from issuer.back_office.routes import ACCESS, OWN_ACCOUNT
from issuer.staff import Role, SignedIn
from tests.builders.exchange import EL, LT, running_partners
from tests.builders.issuance import NOW
from tests.builders.messages import create_content
from tests.unit.issuer.staffing import Colleague

DAY = 86400


def counts(page):
    """Title of each heap and how much waits there."""
    found = re.findall(
        r'issuer-heap__count">(\d+)<.*?issuer-heap__link"[^>]*>([^<]+)<', page, re.DOTALL
    )
    return {title: int(count) for count, title in found}


def sections(page):
    """The sections by name; the active one is marked with a star."""
    bar = page.partition('class="govuk-service-navigation__list"')[2].partition("</ul>")[0]
    items = re.findall(r"<li(.*?)</li>", bar, re.DOTALL)
    names = [" ".join(re.sub(r"<[^>]+>", " ", f"<li{item}").split()) for item in items]
    return [f"{n}*" if "--active" in item else n for n, item in zip(names, items, strict=True)]


def pages(page):
    """The pages of the section that is open."""
    bar = page.partition('class="app-pagebar"')[2].partition("</nav>")[0]
    return re.findall(r'app-pagebar__link" href="([^"]+)"( aria-current="\w+")?', bar)


def test_nothing_waits(office):
    page = Colleague(office, Role.CLERK).get("/office").text
    assert counts(page) == {}
    assert "Nothing waits for anybody" in page
    assert "Most urgent" not in page


def test_staff_start_there(office):
    answer = Colleague(office, Role.CLERK).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/office")
    assert (
        office.app.test_client()
        .get("/office", base_url=office.config.base_url)
        .headers["Location"]
        .startswith("/sign-in")
    )


def test_what_waits_is_counted(office):
    tasks = office.services.desk.tasks
    for number, due_at in enumerate((NOW - DAY, NOW + DAY, None)):
        tasks.add("partner_changed", NOW, reference=f"r{number}", due_at=due_at, detail="EL:2000")
    office.issuer.renewals.request(
        office.issuer.records.get(office.records["builder", "pda1"]), NOW
    )
    page = Colleague(office, Role.CLERK).get("/office").text
    found = counts(page)
    assert (found["Tasks"], found["Renewals"], found["Cases"]) == (3, 1, 0)
    assert "1 is overdue" in page
    assert page.count("exchange-task--bad") == 1
    assert "Nothing waits for anybody" not in page


def test_only_the_most_urgent_are_shown(office):
    for number in range(7):
        office.services.desk.tasks.add("partner_changed", NOW, reference=f"r{number}", due_at=NOW)
    page = Colleague(office, Role.CLERK).get("/office").text
    assert page.count('<li class="issuer-task') == 5
    assert "All tasks" in page


def test_an_unread_message_is_counted_until_it_is_read(tmp_path):
    with running_partners(tmp_path, LT, EL) as partners:
        case_id = partners[LT].start("DA_BUC_01", "DA01", create_content("DA01", full=True), EL)
        partners.settle()
        host = partners[EL]
        clerk = Colleague(SimpleNamespace(app=host.app, services=host.services), Role.CLERK)
        assert counts(clerk.get("/office").text)["Cases"] == 1
        assert host.desk.view(case_id).messages[0].read_at is None
        clerk.get(f"/cases/{case_id}")
        assert counts(clerk.get("/office").text)["Cases"] == 0


def test_overdue_is_what_was_due_before_and_is_open(portable_office):
    tasks = portable_office.services.desk.tasks
    tasks.add("deadline", NOW, reference="a", due_at=NOW - 1)
    tasks.add("deadline", NOW, reference="b", due_at=NOW)
    tasks.add("deadline", NOW, reference="c")
    assert (tasks.count(), tasks.count(due_before=NOW), tasks.count(due_before=0)) == (3, 1, 0)
    overdue = tasks.open()[0]
    tasks.done(overdue.id, NOW)
    assert (tasks.count(), tasks.count(due_before=NOW)) == (2, 0)
    assert portable_office.services.desk.count_unread() == 0
    assert portable_office.services.doubts.doubts.count_waiting() == 0


@pytest.mark.parametrize("role", Role)
def test_every_way_leads_somewhere(office, role):
    """No link of the navigation or of the start page is closed to who sees it."""
    office.services.desk.tasks.add("partner_changed", NOW, reference="r", detail="EL:2000")
    colleague = Colleague(office, role)
    start = colleague.get("/office").text
    assert sections(start) == ["Start*", "Tasks", "Documents", "Abroad", "Office"]
    ways = re.findall(r'issuer-heap__link" href="([^"]+)"', start)
    assert len(ways) == sum(role in ACCESS[heap.route].roles for heap in HEAPS)
    for path in ways:
        assert colleague.client.get(path, base_url=colleague.base).status_code == 200, path
    for first in ("/decisions", "/cases", "/statistics"):
        shown = pages(colleague.get(first).text)
        assert [path for path, current in shown if "page" in current] == [first]
        for path, _ in shown:
            answer = colleague.get(path)
            assert answer.status_code == 200, path
            assert [each for each, current in pages(answer.text) if current] == [path]


def test_who_may_not_see_the_staff_sees_no_way_there(office):
    shown = {role: dict(pages(Colleague(office, role).get("/statistics").text)) for role in Role}
    with_staff = {role for role, ways in shown.items() if "/staff" in ways}
    assert with_staff == {Role.SUPERVISOR, Role.AUDITOR}


def test_a_part_of_a_page_marks_its_section(office):
    page = Colleague(office, Role.CLERK).get(f"/decisions/{office.records['builder', 'ehic']}").text
    assert "Documents*" in sections(page)
    assert ("/decisions", ' aria-current="true"') in pages(page)


def test_whom_a_provider_signs_in_has_no_page_of_passkeys(office):
    staff, user = office.services.staff, "user-clerk"
    member = staff.admit_signed_in(SignedIn("https://id.example", "s", "Rasa", Role.CLERK), NOW)
    PasskeyStore(office.services.database).add_user(User(member.id, "staff", "Rasa", "s"), NOW)
    rasa = Colleague(office, Role.CLERK, identifier=member.id)
    assert "/passkeys" not in dict(pages(rasa.get("/statistics").text))
    aldona = Colleague(office, Role.CLERK, identifier=user)
    assert "/passkeys" in dict(pages(aldona.get("/statistics").text))


def test_a_stranger_sees_no_sections(office):
    page = office.app.test_client().get("/", base_url=office.config.base_url).text
    assert sections(page) == []


def test_sections_are_few_and_every_page_stands_in_the_table():
    assert len(SECTIONS) <= 6
    routes = [page.route for section in SECTIONS for page in section.pages]
    assert len(routes) == len(set(routes))
    open_to_all = {page.route for section in SECTIONS for page in section.pages if page.roles}
    assert set(routes) - open_to_all <= ACCESS.keys() | OWN_ACCOUNT
    assert {heap.route for heap in HEAPS} <= set(routes)
