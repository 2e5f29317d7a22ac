"""The page that takes files in, the command, and records fetched over HTTP."""

import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from esspass.errors import EsspassError
from esspass.fetch import Fetcher, FetchPolicy
from issuer import migrate
from issuer.commands import issuer
from issuer.loading import RecordSource
from tests.builders.issuance import ISSUER
from tests.simulators.answers import answering
from tests.unit.issuer.loading.test_loading import as_csv, row
from tests.unit.issuer.test_back_office import Clerk
from tests.unit.issuer.test_parts import environ

__all__ = ["environ"]


@pytest.fixture
def clerk(office):
    return Clerk(office)


def upload(clerk, content, mapping="a1", name="records.csv"):
    form = clerk.get("/loads")
    return clerk.post("/loads", form, mapping=mapping, file=(io.BytesIO(content), name))


def opened(clerk, response):
    assert response.status_code == 303, response.text
    return clerk.get(response.location)


def test_a_file_is_checked_looked_at_and_loaded(office, clerk):
    before = office.issuer.records.search().total
    page = opened(clerk, upload(clerk, as_csv([row(901), row(902, date_of_birth="5/17/84")])))
    assert "This is no date" in page.text
    assert "9/99/99" in page.text
    assert "5/17/84" not in page.text
    assert office.issuer.records.search().total == before
    load = office.services.loading.loads.latest()[0]
    done = opened(clerk, clerk.post(f"/loads/{load.id}/start", page))
    assert "Loaded" in done.text
    assert office.issuer.records.search("A1-LT-2026-000901").total == 1
    assert office.services.loading.loads.get(load.id).created_by == "Aldona Tarnautė"
    report = clerk.get(f"/loads/{load.id}/errors.csv")
    assert report.headers["Content-Disposition"] == 'attachment; filename="errors.csv"'
    assert "3,date_of_birth,bad_date,9/99/99,This is no date." in report.text
    assert "records.csv" in clerk.get("/loads").text


def test_what_is_discarded_stays_out(office, clerk):
    before = office.issuer.records.search().total
    page = opened(clerk, upload(clerk, as_csv([row(901)])))
    load = office.services.loading.loads.latest()[0]
    assert clerk.post(f"/loads/{load.id}/discard", page).status_code == 303
    refused = clerk.post(f"/loads/{load.id}/start", page)
    assert (refused.status_code, "no longer possible" in refused.text) == (400, True)
    assert office.issuer.records.search().total == before


def test_many_rows_go_on_step_by_step(office, clerk):
    page = opened(clerk, upload(clerk, as_csv([row(900 + serial) for serial in range(250)])))
    load = office.services.loading.loads.latest()[0]
    assert "200 of 250 rows" in page.text
    assert clerk.get(f"/loads/{load.id}/progress").json == {}
    page = opened(clerk, clerk.post(f"/loads/{load.id}/step", page))
    assert "Load 250 rows" in page.text
    assert clerk.get(f"/loads/{load.id}/progress").json == {"location": f"/loads/{load.id}"}


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "Choose a file that holds something"), (b"\xff", "UTF-8"), (b"a\n1\n", "A column is missing")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_explained(clerk, content, words):
    answer = upload(clerk, content)
    assert answer.status_code == 400
    assert words in answer.text


def test_only_staff_send_large_files(office, clerk):
    large = as_csv([row(901, work_name="x" * 300) for _ in range(2000)])
    assert len(large) > 2**20
    token = re.search(r'name="csrf_token" value="([^"]+)"', clerk.get("/loads").text).group(1)
    boundary, body = encode_multipart(
        {"csrf_token": token, "mapping": "a1", "file": FileStorage(io.BytesIO(large), "x.csv")}
    )
    sent = {
        "data": body,
        "content_type": f"multipart/form-data; boundary={boundary}",
        "base_url": ISSUER,
    }
    assert clerk.client.post("/loads", **sent).status_code == 303
    assert office.app.test_client().post("/loads", **sent).status_code == 400


def test_columns_can_be_had_as_a_file(clerk):
    answer = clerk.get("/loads/columns/a1.csv")
    assert answer.text.startswith("\ufeffdocument_number,personal_number,surnames")
    assert clerk.get("/loads/columns/canonical.csv").status_code == 400


@pytest.mark.parametrize(
    "path", ["/loads", "/loads/x", "/loads/x/errors.csv", "/loads/columns/a1.csv"]
)
def test_nobody_else_sees_loads(office, path):
    answer = office.app.test_client().get(path, base_url=ISSUER)
    assert answer.location.startswith("/sign-in")


def run(environ, *arguments):
    return CliRunner(env=environ).invoke(issuer, ["load", *map(str, arguments)])


def test_the_command_loads_a_file_and_says_what_is_wrong(environ, tmp_path):
    migrate(environ)
    (tmp_path / "a1.csv").write_bytes(as_csv([row(901), row(902, surnames="")]))
    environ["ISSUER_INSTITUTION_TOWN"] = "Vilnius"
    arguments = (tmp_path / "a1.csv", "--mapping", "a1")
    dry = run(environ, *arguments, "--dry-run")
    assert dry.exit_code == 1
    assert "line 3 surnames: This column must have a value. (value_missing)" in dry.output
    assert "1 of 2 can be loaded; nothing was loaded" in dry.output
    assert "1 new, 0 known before, 1 refused" in run(environ, *arguments).output
    assert "0 new, 1 known before, 1 refused" in run(environ, *arguments).output
    load_id = dry.output.partition("load ")[2].split()[0]
    assert "0 new, 1 known before, 1 refused" in run(environ, "--resume", load_id).output
    assert run(environ).exit_code == 1
    assert "unknown_load" in run(environ, "--resume", "x").output


def source(url, token=""):
    return RecordSource(Fetcher(FetchPolicy(allow_loopback=True)), url, token)


def test_records_come_page_by_page():
    pages = {
        "/records": {"items": [row(901), row(902)], "next": "/records?page=2"},
        "/records?page=2": {"items": [row(903), 7]},
    }
    with answering({path: json.dumps(page).encode() for path, page in pages.items()}) as (
        url,
        asked,
    ):
        rows = source(f"{url}/records", "secret").fetch_rows()
    assert [each.line for each in rows] == [1, 2, 3, 4]
    assert rows[3].values is None
    assert [headers["Authorization"] for headers in asked] == ["Bearer secret"] * 2


def test_records_come_as_one_file():
    with answering({"/a.csv": as_csv([row(901)]), "/a.json": json.dumps([row(901)]).encode()}) as (
        url,
        _,
    ):
        assert len(source(f"{url}/a.csv").fetch_rows()) == 1
        assert len(source(f"{url}/a.json").fetch_rows()) == 1


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ({"items": 1}, "bad_page"), ({"items": [], "next": "http://elsewhere.example/"}, "bad_page"),
        ({"items": [], "next": 1}, "bad_page"), ({"items": [], "next": "/loop"}, "too_many_rows"),
    ],
)  # fmt: skip
def test_a_source_that_misbehaves_gives_nothing(page, code):
    with (
        answering({"/loop": json.dumps(page).encode()}) as (url, _),
        pytest.raises(EsspassError) as error,
    ):
        source(f"{url}/loop").fetch_rows()
    assert error.value.code == code


def test_a_source_that_is_away_is_said_to_be(make_office):
    with answering({}) as (url, _):
        office = make_office(records_url=f"{url}/x", allow_loopback=True)
        clerk = Clerk(office)
        assert clerk.post("/loads/fetch", clerk.get("/loads")).status_code == 503


def test_the_page_fetches_what_the_source_offers(make_office, people):
    with answering({"/x": json.dumps({"items": [row(901)]}).encode()}) as (url, _):
        office = make_office(records_url=f"{url}/x", records_mapping="a1", allow_loopback=True)
        clerk = Clerk(office)
        page = opened(clerk, clerk.post("/loads/fetch", clerk.get("/loads")))
    assert "Load 1 row" in page.text
    assert Path(url).name in page.text
