"""A case at work and a visit at a hospital desk, with wallets in other browsers."""

import json

import pytest
from click.testing import CliRunner

from esspass.inspection.commands import verify_case
from tests.end_to_end.conftest import check_accessibility, equip
from tests.end_to_end.quality import check_words
from tests.end_to_end.residents import settle

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
SITE = "Εργοτάξιο Λιμένα Πειραιά"


@pytest.fixture(scope="module")
def crew(new_citizen, cast, holder):
    """Three posted workers, each with a wallet of their own."""
    workers = [holder]
    for surname, forename in (("Petraitis", "Tomas"), ("Žukas", "Mantas")):
        person = settle(cast, surname, forename)
        citizen = new_citizen(forename)
        equip(citizen, cast, person)
        workers.append(citizen)
    return workers


def open_case(who, **fields):
    """Fill the form of a new case; returns its address."""
    who.go("/cases/new")
    for name, value in fields.items():
        if name in ("purpose", "provider", "keep"):
            who.page.check(f"input[name={name}][value='{value}']")
        elif name == "country":
            who.page.select_option("#country", value)
        else:
            who.page.fill(f"#{name}", value)
    who.press("form.app-start button[type=submit]")
    return who.path


def check_person(who, case, wallet):
    """Ask one wallet in a case, and let it answer."""
    who.go(case)
    who.press("button[name=flow][value=cross_device]")
    wallet.page.goto(who.web_link())
    wallet.share()
    who.wait_for_verdict()
    return who.page.get_attribute(".app-ruling", "data-outcome")


def download(who, selector, path):
    with who.page.expect_download() as given:
        who.page.click(selector)
    given.value.save_as(path)
    return path


def test_a_crew_of_three_with_a_doubt(inspector, crew, tmp_path):
    case = open_case(inspector, purpose="labour-inspection", country="GR", place=SITE, keep="28800")
    outcomes = [check_person(inspector, case, wallet) for wallet in crew]
    assert outcomes == ["COVERED"] * 3
    inspector.page.check("input[name=q-replaces_colleague][value=yes]")
    inspector.press("form[action$='/answers'] button")
    assert inspector.page.get_attribute(".app-ruling", "data-outcome") == "DOUBT"
    letter = inspector.page.input_value("#request")
    assert "987/2009" in letter
    assert "Žukas" in letter
    for page in (inspector.path, case):
        inspector.go(page)
        check_accessibility(inspector.page)
        check_words(inspector.page)
    assert inspector.page.locator(".app-crew .app-recent__row").count() == 3
    inspector.page.select_option("#outcome", "DOUBT")
    inspector.press(".app-filter button")
    assert inspector.page.locator(".app-crew .app-recent__row").count() == 1
    report = download(inspector, "a[href$='/report.pdf']", tmp_path / "report.pdf")
    assert report.read_bytes().startswith(b"%PDF-1.7")
    _check_case_file(inspector, case, tmp_path)


def _check_case_file(inspector, case, tmp_path):
    """The same by command and by page; a changed one says where."""
    inspector.go(case)
    file = download(inspector, "a[href$='/case-file.json']", tmp_path / "case.json")
    result = CliRunner().invoke(verify_case, [str(file)])
    assert result.exit_code == 0, result.output
    assert "3 of 3 the same" in result.output
    _upload(inspector, file)
    assert inspector.page.locator("[data-same=yes]").count() == 3
    check_accessibility(inspector.page)
    changed = json.loads(file.read_text())
    changed["persons"][2]["decision"]["ruling"]["outcome"] = "COVERED"
    file.write_text(json.dumps(changed))
    assert CliRunner().invoke(verify_case, [str(file)]).exit_code == 1
    _upload(inspector, file)
    assert inspector.page.locator("[data-same=no]").count() == 1
    assert "persons[2].decision.ruling.outcome" in inspector.text
    check_words_of_report(inspector)


def check_words_of_report(who):
    assert who.page.locator(".app-verdict--bad").count() == 1


def _upload(inspector, file):
    inspector.go("/case-files")
    inspector.page.set_input_files("#file", file)
    inspector.press("form.app-start button[type=submit]")


def test_a_hospital_visit(nurse, holder):
    case = open_case(nurse, purpose="care", country="RO", place="Urgențe", provider="statutory")
    assert nurse.page.locator(".app-desk__step").count() == 5
    assert nurse.page.inner_text(".app-reference")
    assert check_person(nurse, case, holder) == "COVERED"
    nurse.page.check("input[name=q-planned_care][value=yes]")
    nurse.press("form[action$='/answers'] button")
    assert nurse.page.get_attribute(".app-ruling", "data-outcome") == "NOT_COVERED"
    assert "S2" in nurse.text
    check_words(nurse.page)
    check_accessibility(nurse.page)


def test_no_card_asks_for_a_replacement_certificate(nurse):
    open_case(nurse, purpose="care", country="RO", provider="statutory")
    nurse.press("form[action$='/replacement'] button")
    assert nurse.page.locator("[data-countdown]").count() == 1
    assert nurse.page.locator(".app-qr-frame svg").count() == 1
    check_words(nurse.page)
    check_accessibility(nurse.page)
