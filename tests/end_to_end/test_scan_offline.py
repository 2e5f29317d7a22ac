"""The scan page without a server: it opens, decides, remembers, and sends when the server is back."""

import time

import pytest

from tests.end_to_end.scanning import CREW, Scanner, ScanStage

pytestmark = pytest.mark.browser
GOOD = ("COVERED", "")
HOUR = 3600


@pytest.fixture
def stage(tmp_path, _catalogues):
    made = ScanStage(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def scanner(stage, browser):
    """The page, kept for use without a server; its console may complain of the network."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en")
    context.set_default_timeout(30_000)
    page = context.new_page()
    stage.sign_in(page)
    made = Scanner(page, stage)
    made.open()
    yield made
    context.close()


def reload(scanner):
    scanner.page.reload()
    scanner.page.wait_for_selector("#view h1:not(.govuk-visually-hidden)")


def test_a_whole_inspection_without_a_server(stage, scanner, accessible):
    """Set-up, verdicts, a killed page, a replay; then the server is back and gets everything."""
    stage.stop()
    reload(scanner)
    scanner.begin()
    assert "no network" in scanner.page.inner_text(".scan-sources")
    first = stage.code(0)
    assert scanner.scan(first) == GOOD
    scanner.next()
    assert scanner.persons() == [("COVERED", "pending")]
    reload(scanner)  # the page is killed, and opened again
    scanner.page.wait_for_selector(".scan-person")
    assert scanner.persons() == [("COVERED", "pending")]
    assert CREW[0][0] in scanner.page.inner_text(".scan-person")
    assert scanner.scan(first) == ("NOT_A_CREDENTIAL", "replayed")
    assert scanner.scan(stage.paper()) == GOOD
    accessible(scanner.page)
    scanner.next()
    stage.start()
    scanner.page.click("#send")
    scanner.page.wait_for_selector(".scan-person[data-state=sent] >> nth=2")
    assert sorted(_rulings(stage)) == ["COVERED", "COVERED", "NOT_A_CREDENTIAL"]
    scanner.page.click("#refresh")
    scanner.page.wait_for_timeout(500)
    assert len(_rulings(stage)) == 3  # once each, however often they are sent


def _rulings(stage):
    rows = stage.database.query("SELECT decided FROM case_persons")
    outcomes = [row["decided"].partition('"outcome": "')[2] for row in rows]
    return [outcome.partition('"')[0] for outcome in outcomes]


def test_every_language_is_there(stage, scanner):
    stage.stop()
    for language, heading in (
        ("lt", "Nauja patikra"),
        ("el", "Νέος έλεγχος"),
        ("ro", "Inspecție nouă"),
    ):
        scanner.page.click(f".app-languages a[lang={language}]")
        scanner.page.wait_for_selector(f"html[lang={language}] #begin")
        assert scanner.page.inner_text("h1") == heading
    reload(scanner)
    assert scanner.page.get_attribute("html", "lang") == "ro"


def test_stale_sources_decide_nothing_and_are_named(stage, scanner, accessible):
    """Status lists live two hours in this world."""
    stage.stop()
    later = int(time.time()) + 3 * HOUR
    scanner.page.clock.set_fixed_time(later)
    reload(scanner)
    scanner.begin()
    scanner.page.click(".scan-sources summary")
    assert "too old" in scanner.page.inner_text(".scan-source[data-freshness=EXPIRED] >> nth=0")
    outcome, _ = scanner.scan(stage.code(0, at=later))
    assert outcome == "CANNOT_DECIDE"
    assert "List of withdrawn documents" in scanner.page.inner_text(".scan-verdict")
    accessible(scanner.page)


def test_a_wrong_clock_is_named(stage, scanner, accessible):
    scanner.page.clock.set_fixed_time(int(time.time()) - 2 * HOUR)
    reload(scanner)
    scanner.begin()
    assert "behind by 2 hours" in scanner.page.inner_text("#clock")
    accessible(scanner.page)


def test_use_without_a_server_ends_with_the_sign_in(stage, scanner, accessible):
    scanner.begin()
    stage.stop()
    scanner.page.clock.set_fixed_time(int(time.time()) + 11 * HOUR)
    reload(scanner)
    assert scanner.page.inner_text("h1") == "Sign in to check documents"
    assert "no network" in scanner.page.inner_text("main")
    accessible(scanner.page)


def test_who_signs_out_leaves_nothing_to_see(stage, scanner):
    scanner.begin()
    scanner.scan(stage.code(0))
    scanner.page.context.clear_cookies()
    reload(scanner)
    assert scanner.page.inner_text("h1") == "Sign in to check documents"
    stage.stop()
    reload(scanner)
    assert scanner.page.inner_text("h1") == "Sign in to check documents"
    stage.start()
    stage.sign_in(scanner.page, "Colleague")
    reload(scanner)
    assert scanner.page.inner_text("h1") == "New inspection"
    assert CREW[0][0] not in scanner.page.inner_text("main")


def test_no_cache_holds_anything_about_a_person(stage, scanner):
    scanner.begin()
    scanner.scan(stage.code(0))
    scanner.next()
    kept = scanner.page.evaluate(_CACHED)
    assert "/scan/shell/el" in kept
    assert "/scan/sources.json" in kept
    assert "/scan/session.json" not in kept
    texts = "\n".join(kept.values())
    for secret in (CREW[0][0], "csrf_token", '"csrf"', "ESP1:", 'Inspector"'):
        assert secret not in texts


_CACHED = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const path = new URL(request.url).pathname;
      if (!path.startsWith('/static/')) found[path] = await (await cache.match(request)).text();
    }
  }
  return found;
}"""


def test_what_was_shown_is_erased_in_time(stage, scanner):
    scanner.begin()
    scanner.scan(stage.code(0))
    scanner.next()
    scanner.page.wait_for_selector(".scan-person[data-state=sent]")
    stage.sign_in(scanner.page, lifetime=100 * HOUR)
    scanner.page.clock.set_fixed_time(int(time.time()) + 25 * HOUR)
    reload(scanner)
    scanner.page.wait_for_selector(".scan-person")
    assert "No name kept" in scanner.page.inner_text(".scan-person")
    scanner.page.click(".scan-person__open")
    assert "not kept" in scanner.page.inner_text(".scan-erased")
    assert CREW[0][0] not in scanner.page.inner_text("main")


def test_an_inspection_is_deleted(stage, scanner):
    scanner.begin()
    scanner.scan(stage.code(0))
    scanner.next()
    scanner.page.click(".scan-case__actions button >> nth=1")
    scanner.page.click(".scan-delete")
    scanner.page.click(".govuk-button--warning")
    scanner.page.wait_for_selector(".scan-entry", state="detached")
    kept = scanner.page.evaluate(
        """() => new Promise(done => { indexedDB.open('esspass-scan').onsuccess = event => {
          const store = event.target.result.transaction('persons').objectStore('persons');
          store.count().onsuccess = counted => done(counted.target.result);
        }; })"""
    )
    assert kept == 0
