"""Applications: prefilled, checked, decided by the machine or passed on, with letters."""

from datetime import UTC, date, datetime, timedelta

import pytest

from esspass.attestations import PDA1_APPLICATION, PDA1_WEBUILD, Ehic, Pda1
from esspass.inspection.logic import plus_months
from issuer.filing.checks import find_obstacles, rules
from issuer.filing.desk import IncompleteError
from issuer.filing.filings import FilingState, SentError, UnknownFilingError
from issuer.filing.form import Form, Problem, Question, read_country, read_day, steps
from issuer.mailbox import Recipient
from issuer.matching import Identity
from issuer.records import RecordState
from tests.builders.issuance import NOW

TODAY = datetime.fromtimestamp(NOW, UTC).date()
RULES_MET = {
    "insured_before": "yes", "replaces": "no", "substantial": "yes", "paid_by_employer": "yes",
}  # fmt: skip
NEXT_YEAR = plus_months(TODAY, 12) - timedelta(days=10)  # after the A1 that the register holds


def sign_in(desk, person, now=NOW):
    identity = Identity(person.surnames, person.forenames, person.date_of_birth, person.pin)
    token = desk.applicants.open_session(identity, now)
    return desk.applicants.of_session(token, now)


def fill(desk, filing_id, **answers):
    filing = desk.filings.get(filing_id)
    given = {name: value for name, value in answers.items() if value is not None}
    desk.filings.save(filing, {**filing.answers, **given}, NOW)
    return desk.filings.get(filing_id)


def work_abroad(**changes):
    return {
        "work": "01", "work_country": "RO", "work_fixed": "yes", "work_name": "Șantier Exemplu",
        "work_town": "Cluj-Napoca", "starts": NEXT_YEAR.isoformat(),
        "ends": plus_months(NEXT_YEAR, 6).isoformat(), **RULES_MET, **changes,
    }  # fmt: skip


@pytest.fixture
def desk(portable_office):
    return portable_office.services.filing


@pytest.fixture
def builder(desk, people):
    return sign_in(desk, people["builder"].person)


def draft(desk, applicant, **changes):
    filing_id = desk.start(applicant, Form.A1_SELF, NOW)
    return fill(desk, filing_id, **work_abroad(**changes))


def decided(desk, filing):
    (person,) = desk.filings.persons(filing)
    return person, desk.issuer.records.get(person.record_id)


def test_the_register_fills_in_what_it_knows(desk, builder):
    filing = desk.filings.get(desk.start(builder, Form.A1_SELF, NOW))
    assert filing.answers["employer_name"] == "UAB Pavyzdinė statyba"
    assert filing.answers["residence_town"] == "Kaunas"
    assert filing.answers["nationality"] == "LT"


def test_the_machine_grants_when_every_rule_is_met(desk, builder):
    filing = draft(desk, builder)
    assert [review.obstacles for review in desk.review(filing, NOW)] == [()]
    reference = desk.send(filing, NOW)
    assert reference.startswith("LT-")
    person, record = decided(desk, filing)
    assert person.obstacles == ()
    assert record.state is RecordState.GRANTED
    assert isinstance(record.document, Pda1)
    made = desk.issuer.create_offer(record.id, PDA1_WEBUILD, tx_code=False, now=NOW)
    assert made.uri.startswith("openid-credential-offer:")
    topics = [letter.topic for letter in desk.letters.mailbox.of(Recipient.PERSON, builder.pin)]
    assert sorted(topics) == ["granted", "received"]
