"""Applications page by page: several States, questions and answers, a long list; and the clerk's."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.actors import clock
from issuer import IssuerConfig, connect_issuer
from issuer.filing.activities import add_other
from issuer.filing.filings import Filings
from tests.end_to_end.residents import eid_form, settle
from tests.end_to_end.test_every_page import review
from tests.end_to_end.test_institution_pages import NAMES as OFFICE_NAMES
from tests.end_to_end.visitors import Citizen

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
NAMES = (
    *OFFICE_NAMES,
    "Reg. 883",
    "Reg. 987",
    "LT-",
    "Vytautas",
    "Stankus",
    "Darbininkas",
    "XLSX",
    "mandate",
    "UAB",
)
LANGUAGES = ("en", "lt", "el", "ro")
MET = {"insured_before": "yes", "replaces": "no", "substantial": "yes", "paid_by_employer": "yes"}


@pytest.fixture(scope="module")
def desk(cast):
    """The desk that takes applications in Lithuania."""
    services = connect_issuer(IssuerConfig.from_environ(cast.world.service("issuer-lt").environ))
    yield services.filing
    services.database.close()


@pytest.fixture(scope="module")
def applicant(kept_pages, cast):
    person = settle(cast, "Stankus", "Vytautas")
    citizen = Citizen(kept_pages.open(), cast.world.base_url("issuer-lt"))
    citizen.go("/apply/sign-in/demo-eid")
    citizen.fill_demo_eid(eid_form(person))
    return citizen


def begin(applicant, desk, form, **answers):
    applicant.read("en")
    applicant.go("/apply")
    applicant.press(f"main form:has(input[value='{form}']) button")
    filing = desk.filings.get(applicant.path.split("/")[2])
    starts = datetime.fromtimestamp(clock(), UTC).date() + timedelta(days=200)
    known = {
        "employer_name": "UAB Pavyzdinė statyba", "employer_number": "900004516",
        "employer_town": "Kaunas", "employer_country": "LT", "sector": "F", "work": "01",
        "work_country": "RO", "work_fixed": "no", "starts": starts.isoformat(),
        "ends": (starts + timedelta(days=90)).isoformat(), **MET,
    }  # fmt: skip
    desk.filings.save(filing, {**filing.answers, **known, **answers}, clock())
    return desk.filings.get(filing.id)


def test_several_countries(applicant, desk):
    """None named yet, some named, and one with mistakes."""
    regular = {"work": "02", "share_here": "40", "share": "35", "other_work": "no"}
    filing = begin(applicant, desk, "a1-self", **regular)
    page = f"/apply/{filing.id}/states"
    review(applicant, [f"/apply/{filing.id}/share", page], languages=LANGUAGES, names=NAMES)
    other = {"work_country": "PL", "work_fixed": "no", "share": "25"}
    desk.filings.save(filing, add_other(filing.answers, other), clock())
    review(applicant, [page, _leave_the_share_out(page)], languages=LANGUAGES, names=NAMES)
    review(applicant, [f"/apply/{filing.id}/check"], languages=LANGUAGES, names=NAMES)


def _leave_the_share_out(page):
    def add(visitor):
        visitor.go(page)
        visitor.page.click("details.apply-one summary")
        visitor.press("details.apply-one button")

    return add


def test_a_question_and_its_answer(applicant, desk, clerk):
    filing = begin(applicant, desk, "a1-self", replaces="yes")
    desk.send(desk.filings.get(filing.id), clock())
    pages = ["/mandates", f"/applications/{filing.id}", f"/applications/{filing.id}/correct"]
    review(clerk, [*pages, f"/applications/{filing.id}/ask"], languages=LANGUAGES, names=NAMES)
    review(
        clerk, [_send_nothing(f"/applications/{filing.id}/{page}") for page in ("ask", "correct")],
        languages=LANGUAGES, names=NAMES,
    )  # fmt: skip
    clerk.read("en")
    clerk.go(f"/applications/{filing.id}/ask")
    clerk.page.fill("#question", "UAB?")
    clerk.press("main form button")
    page = f"/apply/{filing.id}"
    review(applicant, [page, _send_nothing(page), "/letters"], languages=LANGUAGES, names=NAMES)
    applicant.read("en")
    applicant.go(page)
    applicant.page.fill("textarea[name=answer]", "UAB")
    mandate = {"name": "mandate.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    applicant.page.set_input_files("input[name=files]", mandate)
    applicant.press("main form button")
    review(clerk, ["/applications", f"/applications/{filing.id}"], languages=LANGUAGES, names=NAMES)
    clerk.read("en")
    clerk.go(f"/applications/{filing.id}/correct")
    clerk.page.fill("#employer_street", "UAB")
    clerk.page.fill("#reason", "UAB")
    clerk.press("main form button")
    review(applicant, [page], languages=LANGUAGES, names=NAMES)
    review(clerk, [f"/applications/{filing.id}"], languages=LANGUAGES, names=NAMES)
    clerk.read("en")


def _send_nothing(page):
    def send(visitor):
        visitor.go(page)
        visitor.press("main form button[data-module=govuk-button]")

    return send


def test_a_long_list_and_the_mandate(applicant, desk, clerk):
    filing = begin(applicant, desk, "a1-employer")
    with desk.filings.database.atomic():
        for place in range(120):
            desk.filings.put_person(filing, _worker(place))
    pages = [f"/apply/{filing.id}/{page}" for page in ("workers", "workers?page=2", "check")]
    review(applicant, pages, languages=LANGUAGES, names=NAMES)
    desk.send(filing, clock())
    review(clerk, [f"/applications/{filing.id}"], languages=("en",))
    review(applicant, [f"/apply/{filing.id}", "/apply/mine"], languages=LANGUAGES, names=NAMES)
    while desk.examine_due(clock()):
        pass
    review(clerk, [f"/applications/{filing.id}"], languages=LANGUAGES, names=NAMES)
    worker = Filings(desk.filings.database).persons_page(filing).persons[0]
    review(
        clerk, [f"/applications/{filing.id}/correct/workers/{worker.id}"], languages=LANGUAGES,
        names=NAMES,
    )  # fmt: skip
    desk.confirm_representative(filing, clock(), "Rasa")
    review(clerk, ["/mandates"], languages=LANGUAGES, names=NAMES)
    clerk.read("en")


def _worker(place):
    return {
        "surnames": f"Darbininkas{place:04}", "forenames": "Ona", "date_of_birth": "1990-01-31",
        "number": f"490013{place:05}", "nationality": "LT", "residence_town": "Kaunas",
        "residence_country": "LT",
    }  # fmt: skip
