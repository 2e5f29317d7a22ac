"""A citizen shows codes from the screen: scanned from what is really on it, offline too."""

import io

import pytest
import zxingcpp
from PIL import Image

from esspass.inspection import ShownBinding
from esspass.keys.jwk import parse_jwk
from esspass.qr import FrameCollector, read_qr_text
from esspass.sdjwt import parse_sd_jwt_vc
from tests.end_to_end.conftest import check_accessibility
from tests.end_to_end.quality import check_reflow

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
QR = zxingcpp.BarcodeFormat.QRCode
CODE = ".wallet-showing__code"


@pytest.fixture
def phone(holder):
    """The worker's phone; the clock of its pages can be moved on."""
    holder.read("en")
    holder.page.set_viewport_size({"width": 390, "height": 844})
    yield holder
    holder.page.context.set_offline(False)


def open_document(citizen, word):
    for address in citizen.documents():
        citizen.go(address)
        if word in citizen.heading:
            return
    raise AssertionError(word)


def choose(citizen, word):
    open_document(citizen, word)
    citizen.press(".wallet-show-button")
    citizen.confirm()


def show(citizen, word):
    choose(citizen, word)
    citizen.press("main form button[type=submit]")


def scan(page):
    """Read what is on the screen, as a camera would."""
    drawn = Image.open(io.BytesIO(page.locator(CODE).screenshot()))
    return [read_qr_text(found.text) for found in zxingcpp.read_barcodes(drawn, formats=QR)]


def scan_all(page, most=60):
    """Scan until every part was seen."""
    collector = FrameCollector()
    for _ in range(most):
        for content in scan(page):
            if content.kind == "presentation":
                return content.presentation
            progress = collector.add(content.frame)
            if progress.text:
                return read_qr_text(progress.text).presentation
        page.wait_for_timeout(70)
    raise AssertionError("the code could not be read")


def verify(presentation, purpose, now):
    vc = parse_sd_jwt_vc(presentation)
    ShownBinding(purpose, frozenset()).verify(vc, parse_jwk(vc.claims["cnf"]["jwk"]), now)
    return vc.claims


def device_time(page):
    return page.evaluate("Math.floor(Date.now() / 1000)")


def test_a_card_is_scanned_from_the_screen(phone):
    show(phone, "Health Insurance")
    assert "?" not in phone.path
    claims = verify(scan_all(phone.page), "care", device_time(phone.page))
    assert claims["document_number"]
    assert "New code in" in phone.page.inner_text(".wallet-showing__seconds")


def test_an_a1_is_scanned_part_by_part_while_the_network_is_gone(phone):
    show(phone, "A1")
    phone.page.wait_for_load_state("networkidle")
    phone.page.context.set_offline(True)
    assert "Part" in phone.page.inner_text(".wallet-showing__part")
    claims = verify(scan_all(phone.page), "labour-inspection", device_time(phone.page))
    assert claims["employmentSituations"]
    assert "offline" in phone.page.inner_text(".wallet-showing__status")


def test_codes_renew_themselves_until_the_last_has_ended(phone):
    phone.page.clock.install()
    show(phone, "Health Insurance")
    first = scan_all(phone.page)
    phone.page.clock.fast_forward(56_000)
    second = scan_all(phone.page)
    assert first != second
    verify(second, "care", device_time(phone.page))
    phone.page.clock.fast_forward(15 * 60_000)
    phone.page.wait_for_selector(".wallet-showing__over:not([hidden])")
    assert not phone.page.locator(CODE).is_visible()
    assert phone.page.evaluate("document.activeElement.id") == "over"
    check_accessibility(phone.page)
    phone.press(".wallet-showing__over button")
    assert scan_all(phone.page) not in (first, second)


def test_a_paused_code_stands_still_and_is_gone_after_its_minute(phone):
    phone.page.clock.install()
    show(phone, "A1")
    phone.page.click(".wallet-showing__pause")
    (before,) = scan(phone.page)
    phone.page.clock.run_for(2_000)
    assert scan(phone.page) == [before]
    phone.page.click(".wallet-showing__on")
    assert scan(phone.page) != [before]
    phone.page.clock.run_for(61_000)
    assert scan(phone.page) == []
    phone.page.click(".wallet-showing__pause")
    verify(scan_all(phone.page), "labour-inspection", device_time(phone.page))


def test_without_motion_the_parts_are_turned_by_hand(phone):
    phone.page.emulate_media(reduced_motion="reduce")
    show(phone, "A1")
    (first,) = scan(phone.page)
    phone.page.wait_for_timeout(600)
    assert scan(phone.page) == [first]
    parts = {first.frame.index}
    for _ in range(first.frame.total - 1):
        phone.page.click(".wallet-showing__on")
        (content,) = scan(phone.page)
        parts.add(content.frame.index)
    assert len(parts) == first.frame.total
    phone.page.emulate_media(reduced_motion="no-preference")


def test_less_can_be_shown(phone):
    choose(phone, "Health Insurance")
    check_accessibility(phone.page)
    phone.page.uncheck("#group-pin")
    phone.press("main form button[type=submit]")
    claims = verify(scan_all(phone.page), "care", device_time(phone.page))
    assert "personal_administrative_number" not in claims
    phone.go("/history?event=shown")
    assert "Treatment" in phone.page.inner_text(".wallet-history__entry >> nth=0")


@pytest.mark.parametrize("language", ["en", "el"])
def test_it_fits_the_narrowest_screen(phone, language):
    phone.read(language)
    phone.page.set_viewport_size({"width": 320, "height": 700})
    choose(phone, "A1")
    check_reflow(phone.page)
    phone.press("main form button[type=submit]")
    check_reflow(phone.page)
    check_accessibility(phone.page)
    scan_all(phone.page)
