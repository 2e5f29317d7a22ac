"""The institution's other pages: applications, letters, registers, statistics, the centre."""

import pytest
from babel import Locale

from tests.end_to_end.conftest import check_accessibility
from tests.end_to_end.residents import eid_form, settle
from tests.end_to_end.test_every_page import review
from tests.end_to_end.visitors import Citizen

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
COUNTRIES = tuple(Locale("en").territories.values())
NAMES = (
    "Rasa",
    "LT:",
    "EL:",
    "RO:",
    "PD A1",
    "CSV",
    "JSON",
    "A1",
    "Auditor",
    "Jonas",
    "Kairys",
    "Tester",  # whom other tests put in before, if they ran
    "Darbininkas",
    "UAB",
    *COUNTRIES,
)


@pytest.fixture(scope="module")
def applicant(kept_pages, cast):
    """Somebody who signs in to apply, as demonstrations do."""
    person = settle(cast, "Vaitkus", "Jonas")
    citizen = Citizen(kept_pages.open(), cast.world.base_url("issuer-lt"))
    citizen.go("/apply")
    citizen.press("main a.govuk-button")
    citizen.press("a[href$='/demo-eid']")
    citizen.fill_demo_eid(eid_form(person))
    return citizen


def test_registers_and_work_of_the_office(clerk):
    pages = ["/applications", "/loads", "/incoming", "/entitlement-requests", "/second-looks"]
    review(clerk, [*pages, "/access-log", "/staff"], names=NAMES)
    clerk.read("en")


def test_statistics_of_an_office(clerk):
    review(clerk, ["/statistics", "/statistics?from=2020-01&until=2020-02"], names=NAMES)
    review(clerk, ["/statistics?from=2026-13&until=2026-01"], names=NAMES)
    clerk.read("en")


def test_statistics_of_an_inspectorate(inspector):
    review(inspector, ["/statistics"], names=(*NAMES, "Ελένη"))
    inspector.read("el")


def test_the_centre(kept_pages, cast):
    visitor = Citizen(kept_pages.open(), cast.world.base_url("centre"))
    review(visitor, ["/", "/periods/2020-01/2020-02", "/periods/x/y"], names=NAMES)


def test_before_signing_in_to_apply(kept_pages, cast):
    visitor = Citizen(kept_pages.open(), cast.world.base_url("issuer-lt"))
    review(visitor, ["/apply", "/apply/sign-in", "/apply/sign-in/demo-eid"], names=NAMES)


def test_an_application_page_by_page(applicant):
    applicant.read("en")
    applicant.go("/apply")
    applicant.press("main form:has(input[value='a1-self']) button")
    first = applicant.path
    review(applicant, ["/apply", first, "/apply/mine", "/letters", "/apply/nothing"], names=NAMES)
    applicant.read("en")
    applicant.go(first)
    applicant.press("main form button[type=submit]:not([name])")
    check_accessibility(applicant.page)


def test_a_list_of_workers(applicant):
    applicant.read("en")
    applicant.go("/apply")
    applicant.press("main form:has(input[value='a1-employer']) button")
    filing = applicant.path.rpartition("/")[0]
    review(applicant, [applicant.path, f"{filing}/workers"], names=NAMES)
