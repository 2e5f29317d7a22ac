"""Cases with institutions abroad, in a browser: read, write, answer; two real institutions.

Institutions of this module are its own: nothing here depends on what other tests did.
"""

import pytest

from esspass.attestations import country_name
from esspass.attestations.specification import read_json
from esspass.web.passkeys import PasskeyStore, create_first_invitation
from tests.builders.exchange import EL, LT, RO, running_partners
from tests.builders.messages import create_content
from tests.end_to_end.conftest import add_authenticator, check_accessibility
from tests.end_to_end.quality import check_reflow, walk_by_keyboard
from tests.end_to_end.test_every_page import review
from tests.end_to_end.visitors import Clerk

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
LANGUAGES = ("en", "lt", "el", "ro")
PDF = b"%PDF-1.7 " * 500


def named(sed, **settings):
    """Content about somebody, in which no name of a member stands as a value."""
    return _clean(create_content(sed, **settings))


def _clean(node, name=""):
    if isinstance(node, dict):
        return {member: _clean(value, member) for member, value in node.items()}
    if isinstance(node, list):
        return [_clean(value, name) for value in node]
    words = {"familyName": "Kairys", "forename": "Jonas", "name": "Rangovas"}
    invented = isinstance(node, str) and node.startswith(f"{name} ")
    return words.get(name, f"Nr {node.rpartition(' ')[2]}") if invented else node


NAMES = (
    "LT:",
    "EL:",
    "RO:",
    "_BUC_",
    "DA0",
    "Fund",
    "Kairys",
    "Jonas",
    "Rangovas",
    "Nr ",
    "EESSI",
    "Decision A1",
    "Article",
    "Regulation",
    "Rasa",
    "IT",
    "My passkey",
)


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    with running_partners(tmp_path_factory.mktemp("desks"), LT, EL, RO) as found:
        yield found


def arrive(partner, kept_pages, name, **settings):
    page = kept_pages.open(**settings)
    clerk = Clerk(page, partner.services.config.base_url, add_authenticator(page))
    store = PasskeyStore(partner.services.database)
    clerk.arrive(create_first_invitation(store, clerk.base, partner.now), name)
    return clerk


@pytest.fixture(scope="module")
def lt(partners, kept_pages):
    return arrive(partners[LT], kept_pages, "Rasa")


@pytest.fixture(scope="module")
def el(partners, kept_pages):
    return arrive(partners[EL], kept_pages, "Ελένη", locale="el", timezone_id="Europe/Athens")


def start(partners, case_type, sed, *receivers, full=False):
    case_id = partners[LT].start(case_type, sed, named(sed, full=full), *receivers)
    partners.settle()
    return case_id


def test_no_cases_and_no_tasks(partners, kept_pages):
    nobody = arrive(partners[RO], kept_pages, "Rasa")
    review(nobody, ["/cases", "/tasks", "/cases?due=1"], languages=LANGUAGES, names=NAMES)


def test_a_notification_is_written_sent_and_read(partners, lt, el):
    lt.read("en")
    lt.go("/cases/new")
    lt.press("a[href$='/cases/new/LA_BUC_04']")
    lt.press(".govuk-button-group button")
    assert lt.page.locator(".govuk-error-summary li").count() == 10
    check_accessibility(lt.page)
    check_reflow(lt.page)
    lt.page.check(f"input[name=receivers][value='{EL}']")
    person = "Person.PersonIdentification"
    fill(lt.page, {f"{person}.familyName": "Kairys", f"{person}.forename": "Jonas"})
    fill(lt.page, {f"{person}.dateBirth": "1990-04-17", "AddressPerson.Address.town": "Kaunas"})
    choose(lt.page, "AddressPerson.Address.country", "LT")
    decision = "DecisionLegislationApplicable"
    choose(lt.page, f"{decision}.memberStateWhichLegislationApplies", "LT")
    period = f"{decision}.PeriodForWhichDecisionApplies"
    assert not lt.page.is_visible(f"[id='{period}.FixedPeriod.startDate']")
    lt.page.check(f"input[name='{period}'][value=FixedPeriod]")
    fill(lt.page, {f"{period}.FixedPeriod.startDate": "2026-10-01"})
    fill(lt.page, {f"{period}.FixedPeriod.endDate": "2027-03-31"})
    lt.page.check(f"input[name='{decision}.Decision'][value=InitialDecision]")
    lt.page.check("input[name$=articleRegulation][value='12_1']")
    lt.press("button[name=more][value=EmployerInMemberStateWhichLegislationApplies]")
    assert lt.page.input_value(f"[id='{person}.familyName']") == "Kairys"
    fill(lt.page, {"EmployerInMemberStateWhichLegislationApplies.0.name": "UAB Rangovas"})
    files = [{"name": "A1 Kairys.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    lt.page.set_input_files("#attachments", files)
    lt.press(".govuk-button-group button")
    assert "A1 Kairys.pdf" in lt.text
    assert "A new case is opened" in lt.text
    lt.press(".exchange-change[href*='part-EmployerInMember']")
    assert lt.page.input_value("[id='EmployerInMemberStateWhichLegislationApplies.0.name']")
    assert lt.page.locator("input[name=drop]").count() == 1
    lt.press(".govuk-button-group button")
    lt.press(".exchange-send")
    assert lt.page.locator(".app-flash--good").count() == 1
    assert "Under way" in lt.text
    partners.settle()
    lt.page.reload()
    assert "Delivered" in lt.text
    el.read("en")
    el.go("/cases")
    assert "1 new message" in el.text
    el.press(".issuer-decision")
    assert el.heading == "Jonas Kairys"
    assert "1 October 2026" in el.text
    assert "UAB Rangovas" in el.text
    with el.page.expect_download() as download:
        el.page.click(".exchange-files a")
    assert download.value.suggested_filename == "A1 Kairys.pdf"
    assert download.value.path().read_bytes() == PDF
    el.go("/cases")
    assert "new message" not in el.text


def fill(page, values):
    for name, value in values.items():
        page.fill(f"[id='{name}']", value)


def choose(page, name, value):
    page.select_option(f"[id='{name}']", value)


def test_a_determination_is_contested_and_the_other_side_sees_it(partners, lt, el):
    case_id = start(partners, "LA_BUC_02", "A003", EL, RO)
    el.read("en")
    el.go(f"/cases/{case_id}")
    assert "Your turn" in el.text
    el.press(".exchange-next a[href*='A004']")
    assert "Kairys" in el.text
    assert el.page.locator("[name^='Person.']").count() == 0
    for name in ("town", "country"):
        place = f"[id='AddressPerson.Address.{name}']"
        el.page.fill(place, "Πάτρα") if name == "town" else el.page.select_option(place, "EL")
    fill(el.page, {"Disagreement.justification": "Κατοικεί στην Ελλάδα"})
    el.press(".govuk-button-group button")
    assert "These run no longer" in el.text
    el.press(".exchange-send")
    partners.settle()
    lt.read("en")
    lt.go(f"/cases/{case_id}")
    assert "Disagreement with determination" in lt.page.inner_text(".exchange-line")
    assert "Κατοικεί στην Ελλάδα" in lt.text


def test_an_invalidated_notification_no_longer_counts(partners, lt, el):
    case_id = start(partners, "LA_BUC_04", "A009", EL)
    lt.read("en")
    lt.go(f"/cases/{case_id}")
    lt.press(".exchange-message a[href*='X008']")
    assert "Kairys" in lt.text
    lt.page.check("input[name$='.reason'][value='04']")
    lt.press(".govuk-button-group button")
    assert "no longer counts" in lt.text
    lt.press(".exchange-send")
    partners.settle()
    el.read("en")
    el.go(f"/cases/{case_id}")
    assert "No longer counts" in el.page.inner_text(".exchange-line")
    assert "the grounds no longer hold" in el.text


def test_a_task_is_done(partners, lt, el):
    case_id = start(partners, "DA_BUC_01", "DA01", EL)
    el.read("en")
    el.go("/tasks")
    row = f".issuer-task:has(a[href$='{case_id}'])"
    assert "Acknowledge the request" in el.page.inner_text(f"{row} >> nth=0")
    before = el.page.locator(row).count()
    el.press(f"{row} >> nth=0 >> button")
    assert el.page.locator(row).count() == before - 1


def test_every_page_in_every_language(partners, lt):
    cases = [
        start(partners, "LA_BUC_02", "A003", EL, RO, full=True),
        start(partners, "DA_BUC_01", "DA01", EL, full=True),
        start(partners, "S_BUC_05", "S044", EL),
    ]
    pages = ["/cases", "/tasks", "/cases/new", *(f"/cases/{case_id}" for case_id in cases)]
    pages += ["/cases/new/LA_BUC_01", "/cases/new/DA_BUC_01", f"/cases/{cases[0]}/write/A008"]
    pages += [f"/cases/{cases[0]}/write/X007", "/cases/nothing"]
    countries = read_json("common.schema.json")["$defs"]["countryCodeWorld"]["enum"]
    names = [country_name(code, "en") for code in (*countries, "XK")]
    review(lt, pages, languages=LANGUAGES, names=(*NAMES, *names))


def test_drafts_failures_and_paper_in_every_language(partners, lt):
    """With nothing in them, and full; the page before sending as it is, and when it cannot be."""
    lt.read("en")
    review(lt, ["/drafts", "/failed-messages"], languages=LANGUAGES, names=NAMES)
    case_id = start(partners, "LA_BUC_02", "A003", EL, full=True)
    lt.go(f"/cases/{case_id}/write/X009")
    lt.press("button[name=do][value=keep]")
    lt.go(f"/cases/{case_id}")
    lt.press(".exchange-message a[href*='X008']")
    lt.page.check("input[name$='.reason'][value='04']")
    lt.press(".govuk-button-group button")
    shown = lt.path
    partner = partners[LT]
    lost = partner.start("LA_BUC_04", "A009", named("A009"), EL)
    (delivery,) = partner.desk.keeper.outbox.of_case(lost)
    message = partner.desk.keeper.log.get(delivery.message_id).message
    partner.desk.courier._bury(delivery, message, "unavailable", partner.now)
    partner.desk.refusals.add(EL, "digest", "not_allowed_now", partner.now)
    partner.desk.refusals.add("", "digest", "bad_signature", partner.now)
    pages = [shown, "/drafts", "/failed-messages", "/failed-messages?all=1"]
    pages += [f"/cases/{case_id}/print", f"/cases/{case_id}", f"/cases/{case_id}/write/X005"]
    review(lt, pages, languages=LANGUAGES, names=NAMES)
    partner.send(case_id, "X008", _withdrawn(), related_set_id=_first(partner, case_id))
    review(lt, [shown, "/drafts/nothing"], languages=LANGUAGES, names=NAMES)


def _withdrawn():
    content = create_content("X008")
    content["TheFollowingSEDConsideredInvalidWithdrawn"] |= {"reason": "04", "SEDType": "A003"}
    return content


def _first(partner, case_id):
    return partner.desk.view(case_id).messages[0].message.set_id


def test_all_of_it_by_keyboard(partners, lt):
    case_id = start(partners, "LA_BUC_06", "A005", EL)
    lt.read("en")
    lt.page.set_viewport_size({"width": 1280, "height": 900})
    lt.go("/cases")
    walk_by_keyboard(lt.page, f"a[href$='{case_id}']")
    lt.go(f"/cases/{case_id}")
    walk_by_keyboard(lt.page, ".exchange-message a[href*='X008']")
    lt.go(f"/cases/{case_id}/write/X009")
    walk_by_keyboard(lt.page, ".govuk-button-group button")
