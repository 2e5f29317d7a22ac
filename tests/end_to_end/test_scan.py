"""The scan page in Chromium: every way a code comes in, every outcome, a whole crew."""

import io
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from esspass.inspection.case_file import parse_case_file
from esspass.inspection.recomputation import verify_case_file
from esspass.web.languages import LOCALES
from tests.conftest import CHROMIUM
from tests.end_to_end.conftest import draw_code
from tests.end_to_end.quality import check_reflow, check_words, walk_by_keyboard
from tests.end_to_end.scanning import CREW, Scanner, ScanStage, write_film

pytestmark = pytest.mark.browser
COVID = "HC1:NCFOXN%TS3DH3ZSUZK+.V0ETD%65NL-AH-R6IOO6+IQA+QQ"
GOOD = ("COVERED", "")


@pytest.fixture(scope="module")
def stage(tmp_path_factory, _catalogues):
    made = ScanStage(tmp_path_factory.mktemp("scan"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def kept_scanner(stage, kept_pages):
    page = kept_pages.open(width=390, height=844)
    stage.sign_in(page)
    yield Scanner(page, stage)
    page.context.close()


@pytest.fixture
def scanner(kept_scanner, quiet):
    """The page with an inspection begun; nothing is left of those before."""
    kept_scanner.forget()
    kept_scanner.open()
    kept_scanner.begin()
    return kept_scanner


@pytest.fixture
def filmed(stage, playwright, tmp_path):
    """Open the page in a browser whose camera films codes: ``filmed(texts)``."""
    opened = []

    def film(texts, **settings):
        video = tmp_path / "camera.mjpeg"
        write_film(video, texts, **settings)
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={video}",
            ],
        )
        opened.append(chromium)
        context = chromium.new_context(permissions=["camera"], locale="en")
        context.set_default_timeout(30_000)
        page = context.new_page()
        stage.sign_in(page)
        made = Scanner(page, stage)
        made.open()
        return made

    yield film
    for chromium in opened:
        chromium.close()


class TestCamera:
    def test_camera_to_verdict_in_two_seconds(self, stage, filmed):
        """One symbol; from the press of the button to the words, the camera's start included."""
        scanner = filmed([stage.paper()])
        scanner.page.fill("#employer_name", "Statyba UAB")
        began = time.perf_counter()
        scanner.page.click("#begin")
        assert scanner.verdict() == GOOD
        assert time.perf_counter() - began < 2
        assert scanner.page.evaluate("document.activeElement.id") == "verdict"

    def test_an_animated_sequence(self, stage, filmed):
        texts = stage.codes(0)
        assert len(texts) > 1
        scanner = filmed(texts)
        scanner.page.evaluate(
            """() => { window.counts = []; new MutationObserver(() => {
              const ring = document.querySelector('.scan-ring:not([hidden]) .scan-ring__count');
              if (ring?.textContent) window.counts.push(ring.textContent);
            }).observe(document, {subtree: true, childList: true, attributes: true}); }"""
        )
        scanner.begin()
        assert scanner.verdict() == GOOD
        assert f"2 of {len(texts)}" in scanner.page.evaluate("window.counts")

    def test_a_code_that_stays_in_sight_is_checked_once(self, stage, filmed):
        scanner = filmed([stage.paper()], blank=0)
        scanner.begin()
        scanner.verdict()
        scanner.next()
        scanner.page.wait_for_timeout(2500)
        assert scanner.persons()[1:] == []

    def test_a_foreign_code_is_named_and_the_camera_goes_on(self, filmed):
        scanner = filmed([COVID])
        scanner.begin()
        scanner.page.wait_for_selector(".scan-status--foreign")
        assert "COVID" in scanner.said
        assert scanner.page.get_attribute(".scan-camera", "data-running") == "yes"
        assert scanner.persons() == []

    def test_an_empty_frame_is_nothing(self, filmed):
        scanner = filmed([], blank=6)
        scanner.begin()
        scanner.page.wait_for_timeout(1500)
        assert scanner.said == "Hold the code in front of the camera."


class TestOtherWays:
    def test_a_hand_held_scanner_types_anywhere(self, stage, scanner):
        scanner.page.focus("#camera")  # its spaces must not press the button
        assert scanner.scan(stage.code(0)) == GOOD
        assert scanner.scan(stage.code(1)) == GOOD  # the next one, with the verdict on the page
        scanner.next()
        assert len(scanner.persons()) == 2

    def test_a_scanner_at_a_computer_with_greek_keys(self, stage, scanner):
        scanner.page.evaluate(_TYPE_GREEK, stage.paper())
        assert scanner.verdict() == GOOD

    def test_an_image(self, stage, scanner):
        picture = Image.new("RGB", (3000, 4000), "white")
        picture.paste(draw_code(stage.paper(), 700), (1900, 2800))
        scanner.page.click("summary >> text=Other ways")
        scanner.page.set_input_files("#image", _file(picture))
        assert scanner.verdict() == GOOD

    def test_text(self, stage, scanner):
        scanner.page.click("summary >> text=Other ways")
        scanner.page.fill("#text", stage.code(0))
        scanner.page.click("#check-text")
        assert scanner.verdict() == GOOD

    def test_an_image_is_dropped_and_text_is_pasted(self, stage, scanner):
        data = _file(draw_code(stage.paper(), 700))["buffer"]
        scanner.page.evaluate(_DROP, list(data))
        assert scanner.verdict() == GOOD
        scanner.next()
        scanner.page.evaluate(_PASTE, stage.code(1))
        assert scanner.verdict() == GOOD


def _file(picture):
    data = io.BytesIO()
    picture.save(data, "PNG")
    return {"name": "code.png", "mimeType": "image/png", "buffer": data.getvalue()}


_DROP = """bytes => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], 'code.png', {type: 'image/png'}));
  document.body.dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true}));
}"""
_PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true}));
}"""


# The scanner sends the keys of the US layout, the computer reads them as Greek ones.
_TYPE_GREEK = """text => {
  const shifted = {'!': 1, '@': 2, '#': 3, '$': 4, '%': 5, '^': 6, '&': 7, '*': 8, '(': 9, ')': 0};
  const codes = {' ': 'Space', '-': 'Minus', '+': 'Equal', '.': 'Period', '/': 'Slash', ':': 'Semicolon'};
  const greek = 'ΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠ:ΡΣΤΘΩςΧΥΖ';
  for (const char of text) {
    const letter = char >= 'A' && char <= 'Z', digit = char in shifted ? shifted[char] : char;
    const code = codes[char] ?? (letter ? `Key${char}` : `Digit${digit}`);
    const key = letter ? greek[char.charCodeAt(0) - 65] : char === ':' ? 'Dead' : char;
    const shiftKey = letter || char in shifted || '+:'.includes(char);
    document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code, shiftKey, bubbles: true}));
  }
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', bubbles: true}));
}"""


class TestBadInput:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (COVID, "COVID"),
            ("https://example.org/a1", "internet address"),
            ("openid4vp://?client_id=x&request_uri=y", "neither an A1"),
            ("ESP1:NCFOXN%TS3DH", "damaged or incomplete"),
            ("ESD1:ABC", "damaged or incomplete"),
            ("ESF1:AB12/2/3:NCFOXN", "damaged or incomplete"),
            ("Something else altogether", "neither an A1"),
        ],
    )
    def test_is_named_and_nothing_is_kept(self, scanner, text, words):
        scanner.type(text)
        scanner.page.wait_for_selector(".scan-status--foreign")
        assert words in scanner.said
        assert scanner.persons() == []

    def test_another_document_than_this_inspection_is_about(self, stage, scanner):
        scanner.type(stage.card())
        scanner.page.wait_for_selector(".scan-status--foreign")
        assert "not the one asked for" in scanner.said

    @pytest.mark.parametrize(
        ("name", "size", "words"),
        [("large.png", 50 * 1024 * 1024, "too large"), ("text.png", 1000, "no image")],
    )
    def test_files_that_are_no_use(self, scanner, tmp_path, name, size, words):
        path = tmp_path / name
        path.write_bytes(b"\x89PNG" + bytes(size - 4))
        scanner.page.click("summary >> text=Other ways")
        began = time.perf_counter()
        scanner.page.set_input_files("#image", path)
        scanner.page.wait_for_selector(".scan-status--foreign")
        assert words in scanner.said
        assert time.perf_counter() - began < 5

    def test_a_picture_that_would_fill_the_memory(self, scanner):
        header = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (60_000).to_bytes(4, "big") * 2
        bomb = {"name": "b.png", "mimeType": "image/png", "buffer": header + bytes(20)}
        scanner.page.click("summary >> text=Other ways")
        scanner.page.set_input_files("#image", bomb)
        scanner.page.wait_for_selector(".scan-status--foreign")
        assert "too large" in scanner.said

    def test_a_picture_without_a_code(self, scanner):
        scanner.page.click("summary >> text=Other ways")
        scanner.page.set_input_files("#image", _file(Image.new("RGB", (600, 400), "gray")))
        scanner.page.wait_for_selector(".scan-status--foreign")
        assert "no readable code" in scanner.said


class TestVerdicts:
    def test_a_replay_is_refused(self, stage, scanner):
        code = stage.code(0)
        assert scanner.scan(code) == GOOD
        assert scanner.scan(code) == ("NOT_A_CREDENTIAL", "replayed")

    def test_a_period_that_is_over(self, stage, scanner):
        ended = datetime.now(UTC).date() - timedelta(days=3)
        assert scanner.scan(stage.code(0, ends=ended)) == ("NOT_COVERED", "ended")

    def test_made_for_another_purpose(self, stage, scanner):
        outcome, _ = scanner.scan(stage.code(0, purpose="contributions"))
        assert outcome == "NOT_A_CREDENTIAL"

    def test_another_employer_on_site(self, stage, scanner):
        scanner.change(lambda page: page.fill("#employer_name", "Entirely Other Works Ltd"))
        outcome, _ = scanner.scan(stage.code(0))
        assert outcome == "DOUBT"
        assert "invalid" not in scanner.page.inner_text("main").lower()

    def test_an_answer_changes_the_verdict(self, stage, scanner):
        assert scanner.scan(stage.code(0)) == GOOD
        scanner.page.click("#replaces_colleague-true")
        scanner.page.wait_for_selector(".scan-verdict[data-outcome=DOUBT]")
        assert scanner.page.evaluate("document.activeElement.id") == "replaces_colleague-true"
        scanner.page.click("#replaces_colleague-false")
        scanner.page.wait_for_selector(".scan-verdict[data-outcome=COVERED]")

    def test_a_question_there_may_be_reason_to_ask(self, stage, scanner):
        scanner.scan(stage.code(0))
        scanner.page.click("summary >> text=More questions")
        scanner.page.click("#conditions_in_doubt-true")
        scanner.page.wait_for_selector(".scan-verdict[data-outcome=DOUBT]")

    @pytest.mark.usefixtures("quiet")
    def test_a_card_at_a_hospital_desk(self, stage, kept_scanner):
        kept_scanner.forget()
        kept_scanner.open()
        kept_scanner.page.check("#kind-care")
        kept_scanner.page.check("#provider-statutory")
        kept_scanner.page.click("#begin")
        kept_scanner.page.wait_for_selector("#scan-status")
        assert kept_scanner.scan(stage.card()) == GOOD

    def test_who_it_is(self, stage, scanner):
        scanner.scan(stage.code(1))
        card = scanner.page.inner_text("[aria-labelledby=identity]")
        assert "Γιώργος Παπαδόπουλος" in card
        assert "PAPADOPOULOS<<GIORGOS" in card
        assert "1 January 1990" in card

    def test_a_paper_that_says_something_else(self, stage, scanner):
        assert scanner.scan(stage.paper()) == GOOD
        scanner.page.click("#difference-report")
        scanner.page.fill("#difference", "It ends in 2031")
        scanner.page.click("#difference-save")
        scanner.next()
        assert "difference noted" in scanner.page.inner_text(".scan-person")

    def test_the_camera_comes_back_by_itself_unless_it_is_held(self, stage, scanner):
        page = scanner.page
        scanner.change(_return_after_five_seconds)
        scanner.scan(stage.code(0))
        page.wait_for_selector(".scan-return__text:has-text('Camera in')")
        page.click("#pause")
        page.wait_for_timeout(6000)
        assert page.locator(".scan-verdict").count() == 1
        page.click("#pause")
        page.wait_for_selector("#scan-status", timeout=8000)

    def test_enter_is_enough(self, stage, scanner):
        scanner.scan(stage.code(0))
        scanner.page.keyboard.press("Enter")
        scanner.page.wait_for_selector("#scan-status")


def _return_after_five_seconds(page):
    page.click("summary >> text=Keeping, pace and sound")
    page.select_option("#pause", "5")


class TestCrew:
    def test_five_people(self, stage, scanner):
        ended = datetime.now(UTC).date() - timedelta(days=3)
        for number in range(5):
            changes = {"ends": ended} if number == 3 else {}
            outcome, _ = scanner.scan(stage.code(number, **changes))
            assert outcome == ("NOT_COVERED" if number == 3 else "COVERED")
        scanner.next()
        assert len(scanner.persons()) == 5
        scanner.page.click(".scan-filter[data-outcome=NOT_COVERED]")
        assert [outcome for outcome, _ in scanner.persons()] == ["NOT_COVERED"]
        assert CREW[3][0] in scanner.page.inner_text(".scan-person")
        assert scanner.page.inner_text(".scan-filter[data-outcome=COVERED] strong") == "4"
        scanner.page.wait_for_selector(".scan-person[data-state=sent]")

    def test_the_server_has_them_too(self, stage, scanner):
        scanner.scan(stage.code(0))
        scanner.page.click("#replaces_colleague-true")
        scanner.page.wait_for_selector(".scan-verdict[data-outcome=DOUBT]")
        scanner.next()
        scanner.page.wait_for_selector(".scan-person[data-state=sent]")
        rows = stage.database.query("SELECT decided FROM case_persons ORDER BY taken_at DESC")
        assert json.loads(rows[0]["decided"])["ruling"]["outcome"] == "DOUBT"

    def test_a_case_file_can_be_recomputed(self, stage, scanner):
        for number in (0, 1):
            scanner.scan(stage.code(number))
        scanner.next()
        with scanner.page.expect_download() as download:
            scanner.page.click("#export")
        data = download.value.path().read_bytes()
        report = verify_case_file(parse_case_file(data))
        assert [each.differences for each in report.persons] == [(), ()]
        assert report.same

    def test_verdicts_only(self, stage, scanner):
        scanner.change(lambda page: page.check("#verdict_only"))
        assert scanner.scan(stage.code(0)) == GOOD
        assert CREW[0][1] in scanner.page.inner_text("main")
        scanner.next()
        assert scanner.persons() == [("COVERED", "local")]
        kept = scanner.page.evaluate(_KEPT)
        assert CREW[0][0] not in kept
        assert "ESP1:" not in kept


_KEPT = """() => new Promise(done => {
  const request = indexedDB.open('esspass-scan');
  request.onsuccess = () => {
    const all = request.result.transaction('persons').objectStore('persons').getAll();
    all.onsuccess = () => done(JSON.stringify(all.result));
  };
})"""


class TestEverybody:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_every_state_is_accessible_and_fits(self, stage, new_page, accessible, locale):
        page = new_page(width=390, locale=locale)
        stage.sign_in(page)
        scanner = Scanner(page, stage)
        scanner.open()
        assert page.get_attribute("html", "lang") == locale
        states = [lambda: None, scanner.begin, lambda: scanner.type(COVID)]
        states += [lambda: scanner.scan(stage.code(0)), lambda: scanner.scan(stage.paper())]
        states += [lambda: page.click("#difference-report"), scanner.next]
        states += [lambda: page.click(".scan-case__actions button >> nth=1")]
        states += [lambda: page.click(".scan-delete")]
        for reach in states:
            reach()
            page.wait_for_timeout(200)
            accessible(page)
            check_reflow(page)
            check_words(page)

    def test_errors_of_the_setup_get_the_focus(self, stage, new_page, accessible):
        page = new_page()
        stage.sign_in(page)
        Scanner(page, stage).open()
        page.fill("#until", "2020-01-01")
        page.click("#begin")
        page.wait_for_selector(".govuk-error-summary:focus")
        accessible(page)

    def test_the_keyboard_is_enough(self, stage, scanner):
        seen = walk_by_keyboard(scanner.page, "#refresh")
        assert "camera" in seen
        scanner.scan(stage.code(0))
        walk_by_keyboard(scanner.page, "#replaces_colleague-false")
        scanner.page.keyboard.press("Space")
        scanner.page.wait_for_selector("#replaces_colleague-false[aria-pressed=true]")
