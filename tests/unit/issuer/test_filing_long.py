"""Long lists: sent at once, decided one by one, once each, and nothing is lost on the way."""

import io
import re
import threading

import pytest

from issuer.filing.desk import AT_ONCE, EXAMINED_AT_ONCE
from issuer.filing.examining import IncompleteError
from issuer.filing.filings import FilingState
from issuer.filing.form import Form
from issuer.mailbox import Recipient
from tests.builders.issuance import ISSUER, NOW
from tests.unit.issuer.test_apply_pages import ROWS, Citizen, employers_draft
from tests.unit.issuer.test_filing import fill, sign_in, work_abroad

MANY = AT_ONCE + 10


def workers(number):
    return [
        {"surnames": f"Darbininkas{place:04}", "forenames": "Ona", "date_of_birth": "1990-01-31",
         "number": f"490013{place:05}", "nationality": "LT", "residence_town": "Kaunas",
         "residence_country": "LT"}
        for place in range(number)
    ]  # fmt: skip


def rows(number):
    lines = (";".join(each.values()) for each in workers(number))
    return ROWS + "\n".join(lines) + "\n"


@pytest.fixture
def desk(portable_office):
    return portable_office.services.filing


@pytest.fixture
def boss(desk, people):
    return sign_in(desk, people["driver"].person)


def a_long_draft(desk, boss, number=MANY):
    filing = fill(
        desk, desk.start(boss, Form.A1_EMPLOYER, NOW), **work_abroad(),
        employer_name="UAB Pavyzdinė statyba", employer_number="900004516",
        employer_town="Kaunas", employer_country="LT", sector="F",
    )  # fmt: skip
    with desk.filings.database.atomic():
        for worker in workers(number):
            desk.filings.put_person(filing, worker)
    return filing


def states(desk, filing):
    return dict(desk.filings.count_states(filing))


def test_a_long_list_is_decided_in_pieces(desk, boss):
    filing = a_long_draft(desk, boss)
    desk.send(filing, NOW)
    assert states(desk, filing) == {FilingState.ARRIVED: MANY}
    topics = [letter.topic for letter in desk.letters.mailbox.of(Recipient.PERSON, boss.pin)]
    assert sorted(topics) == ["mandate", "received"]
    assert desk.examine_due(NOW + 1) == EXAMINED_AT_ONCE
    assert states(desk, filing) == {
        FilingState.ARRIVED: MANY - EXAMINED_AT_ONCE, FilingState.WAITING: EXAMINED_AT_ONCE,
    }  # fmt: skip
    while desk.examine_due(NOW + 2):
        pass
    assert states(desk, filing) == {FilingState.WAITING: MANY}
    assert len({person.record_id for person in desk.filings.persons(filing)}) == MANY


def test_what_must_be_put_right_stops_the_whole_list(desk, boss):
    filing = a_long_draft(desk, boss)
    wrong = {**workers(1)[0], "starts": "2027-12-01", "ends": "2027-11-01"}
    desk.filings.put_person(filing, wrong)
    assert [len(review.to_correct) for review in desk.review(filing, NOW)].count(1) == 1
    with pytest.raises(IncompleteError):
        desk.send(filing, NOW)
    assert desk.filings.get(filing.id).sent_at is None
    assert states(desk, filing) == {FilingState.DRAFT: MANY}


def test_two_workers_at_once_decide_on_each_person_once(desk, boss):
    filing = a_long_draft(desk, boss)
    desk.send(filing, NOW)
    counts = []

    def work():
        while done := desk.examine_due(NOW + 1):
            counts.append(done)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while desk.examine_due(NOW + 1):  # a thread that found everything claimed stopped early
        counts.append(1)
    persons = desk.filings.persons(filing)
    assert {person.state for person in persons} == {FilingState.WAITING}
    assert desk.issuer.records.search("Darbininkas0001").total == 1
    assert desk.filings.search().total == MANY == sum(counts)


def test_a_crash_between_leaves_the_person_to_be_checked(desk, boss):
    filing = a_long_draft(desk, boss)
    desk.send(filing, NOW)
    (row,) = desk.filings.unexamined(1)

    def crash():
        with desk.filings.database.atomic():
            assert desk.filings.claim(row.person)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    assert states(desk, filing) == {FilingState.ARRIVED: MANY}
    assert desk.examine_due(NOW + 1, filing) == EXAMINED_AT_ONCE


def test_the_page_shows_how_far_it_is(office, people):
    boss = Citizen(office, people["driver"].person)
    filing_id = employers_draft(boss)
    boss.get(f"/apply/{filing_id}/workers")
    file = (io.BytesIO(rows(120).encode()), "workers.csv")
    page = boss.post(f"/apply/{filing_id}/workers/file", file=file)
    assert "120 workers" in page.text
    assert "page 1 of 5" in page.text
    assert "Darbininkas0119" not in page.text
    assert "Darbininkas0119" in boss.get(f"/apply/{filing_id}/workers?page=5").text
    page = boss.get(f"/apply/{filing_id}/check").text
    assert "and 70 more" in page
    assert "The list is long" in page
    page = boss.post(f"/apply/{filing_id}/send").text
    assert "20 of 120 workers are checked" in page
    path = re.search(r'data-url="([^"]+)"', page)[1]
    answer = boss.client.get(path, base_url=ISSUER)
    assert answer.json == {"location": f"/apply/{filing_id}"}
    for _ in range(6):
        boss.client.get(path, base_url=ISSUER)
    page = boss.get(f"/apply/{filing_id}").text
    assert "workers are checked" not in page
    assert "page 1 of 5" in page
    finished = boss.client.get(f"/apply/{filing_id}/progress?seen=120", base_url=ISSUER)
    assert finished.json == {}
