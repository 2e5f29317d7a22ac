"""Statistics with something in them: an institution's, the centre's, a verifier's.

In four languages, on a screen and on a telephone; every bar has its name and number beside it.
"""

import pytest
from babel import Locale

from bench.register_rows import fill_register
from esspass.statistics import create_return, parse_period
from esspass.storage import connect, migrate
from esspass.web.centre import MIGRATIONS, CentreConfig, create_app
from issuer.returns import create_counting
from issuer.staff import Role
from tests.builders.exchange import EL, LT, running_partners
from tests.end_to_end.residents import let_time_pass
from tests.end_to_end.test_every_page import review
from tests.end_to_end.visitors import Visitor
from tests.simulators.server import LoopbackServer
from tests.unit.issuer.staffing import Colleague

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]
NAMES = (
    "Aldona",
    "LT:",
    "EL:",
    "Fund",
    "PD A1",
    "A1",
    "CSV",
    "JSON",
    "Auditor",
    "Example",
    "Sector",
    *Locale("en").territories.values(),
)
YEAR = "from=2025-12&until=2026-11"
PERIOD = parse_period("2025-12", "2026-11")
_BARS = """() => {
const sticksOut = cell => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  const [inner, outer] = [text.getBoundingClientRect(), cell.getBoundingClientRect()];
  return inner.right > outer.right + 1 || inner.left < outer.left - 1;
};
return [...document.querySelectorAll('.app-bars tbody tr')].map(row => {
  const [name, chart] = row.querySelectorAll('th, .app-bars__chart');
  const number = row.querySelector('.app-bars__number, .app-bars__left-out');
  const box = chart.getBoundingClientRect();
  return {
    name: name.textContent.trim(), number: number.textContent.trim(), width: box.width,
    cut: sticksOut(name) || sticksOut(number),
    inside: number.getBoundingClientRect().right <= innerWidth,
    length: +(row.querySelector('rect')?.getAttribute('width') ?? 0),
  };
});
}"""


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    """Two institutions; one has a year of work behind it, the other does not know of it."""
    with running_partners(tmp_path_factory.mktemp("partners")) as found:
        database = found[LT].services.database
        fill_register(database, 1200)
        for number in range(12):
            database.execute(
                "INSERT INTO doubts (id, sender, organization, message, received_at, decided_at)"
                " VALUES (:id, 's', 'Example Inspectorate', '{}', :at, :decided)",
                id=f"doubt{number}",
                at=found.clock[0] - number * 86400 * 9,
                decided=found.clock[0] + number * 86400 if number % 2 else None,
            )
        yield found


@pytest.fixture(scope="module")
def office(kept_pages, partners):
    """A browser of somebody at the institution; its session came from elsewhere."""
    member = partners[LT]
    colleague = Colleague(member, Role.SUPERVISOR)
    name = member.app.config["SESSION_COOKIE_NAME"]
    page = kept_pages.open()
    cookie = colleague.client.get_cookie(name, domain="localhost")
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": colleague.base}])
    return Visitor(page, colleague.base)


@pytest.fixture(scope="module")
def centre(kept_pages, partners, tmp_path_factory):
    """The centre, to which both have handed in."""
    folder, server = tmp_path_factory.mktemp("centre"), LoopbackServer()
    database = connect(str(folder / "centre.db"))
    migrate(database, MIGRATIONS)
    config = CentreConfig(server.url, "unused", folder)
    app = create_app(config, database, lambda _now: partners.view, lambda: partners.clock[0])
    for who in (LT, EL):
        counting = create_counting(partners[who].services)
        token = create_return(counting.count(PERIOD, partners.clock[0]), counting.signer)
        assert app.test_client().post("/returns", data=token).status_code == 200
    with server.serving(app):
        yield Visitor(kept_pages.open(), server.url)
    database.close()


def look_at_charts(visitor, path, least):
    """Every bar can be read, on a screen and on a telephone; the longest fills its place."""
    visitor.read("el")
    for width in (1280, 390):
        visitor.page.set_viewport_size({"width": width, "height": 844})
        visitor.go(path)
        bars = visitor.page.evaluate(_BARS)
        assert len(bars) >= least
        for bar in bars:
            assert bar["name"], bar
            assert bar["number"], bar
            assert bar["inside"], bar
            assert not bar["cut"], bar
            assert bar["width"] >= 100 or not bar["length"], bar
        assert max(bar["length"] for bar in bars) == 100


def test_an_institutions_year(office):
    review(office, [f"/statistics?{YEAR}"], names=NAMES)
    look_at_charts(office, f"/statistics?{YEAR}", 60)
    office.read("en")
    office.go(f"/statistics?{YEAR}")
    assert "Construction" in office.text
    office.page.click(".app-statistics-overview a[href='#table-answers']")
    assert office.path.endswith("#table-answers")


def test_an_institution_that_counted_nothing(office):
    review(office, ["/statistics?from=2020-01&until=2020-02"], names=NAMES)
    review(office, ["/statistics?from=0000-01&until=2020-02"], names=NAMES)


def test_the_centres_year_with_contradictions(centre):
    address = "/periods/2025-12/2026-11"
    review(centre, ["/", address, f"{address}?country=GR"], names=NAMES)
    look_at_charts(centre, address, 60)
    centre.read("en")
    centre.go(address)
    assert f"{LT} delivered other numbers of messages than {EL} received." in centre.text
    assert f"{LT} gave other numbers of answers than {EL} received." in centre.text


def test_a_verifiers_year(inspector, cast):
    rows = ", ".join(
        f"('{source}', '{kind}', '{outcome}', '2026-0{month}', {n * month})"
        for source, n in (("wallet", 31), ("scan", 12), ("paper", 3))
        for kind in ("work", "care")
        for outcome in ("COVERED", "DOUBT", "NOT_COVERED")
        for month in (1, 2, 3)
    )
    let_time_pass(cast, "inspector-el", f"INSERT INTO verdict_counts VALUES {rows}")
    let_time_pass(cast, "inspector-el", "INSERT INTO doubt_counts VALUES ('2026-01', 9)")
    path = "/statistics?from=2026-01&until=2026-03"
    review(inspector, [path], names=(*NAMES, "Ελένη"))
    look_at_charts(inspector, path, 20)
    inspector.read("el")
