"""The corpus by the server: every case, uploaded to the running app, comes out as argued.

All its cases stand under one set of anchors, which this app pins: the page judges under those, and
not under what a file brings along.
"""

import io
import json
import re
from pathlib import Path

import pytest
from cryptography import x509

from esspass.storage import connect
from esspass.trust import PinnedSource, TrustAnchors
from tests.builders.corpus import CASES
from tests.unit.verifier.conftest import Stage

CORPUS = Path(__file__).parents[3] / "specs" / "corpus"
REFERENCE = re.compile(r"sha256:[0-9a-f]{64}")
ROW = re.compile(r'data-same="(yes|no)" data-outcome="([A-Z_]+)"')


def read(name):
    return json.loads((CORPUS / "cases" / f"{name}.json").read_text(encoding="utf-8"))


def pin(written):
    """What this app pins: the certificates of the corpus."""
    found = {
        name: tuple(x509.load_pem_x509_certificate(pem.encode()) for pem in pems)
        for name, pems in written.items()
    }
    named = {name: f"https://lists.example.org/{name}" for name in found}
    return TrustAnchors({name: PinnedSource(named[name], found[name]) for name in found})


@pytest.fixture(scope="module")
def tokens():
    return json.loads((CORPUS / "tokens.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def upload(tmp_path_factory, tokens):
    """Upload a case with the tokens it refers to, as a browser does; return (same, outcome)."""
    folder = tmp_path_factory.mktemp("verifier")
    database = connect(str(folder / "test.db"))
    anchors = read("a1-25-months")["sources"][0]["anchors"]
    browser = Stage(folder, database, pinned=pin(anchors)).sign_in()

    def send(case):
        referred = sorted(set(REFERENCE.findall(json.dumps(case["sources"]))))
        whole = {**case, "tokens": {each: tokens[each] for each in referred} | case["tokens"]}
        data = {"csrf_token": "csrf", "file": (io.BytesIO(json.dumps(whole).encode()), "case.json")}
        answer = browser.post("/case-files", data=data)
        answer.request.environ["wsgi.input"].close()  # the client leaves its large body open
        assert answer.status_code == 200, answer.text
        return ROW.findall(answer.text)

    yield send
    database.close()


@pytest.mark.parametrize("name", CASES)
def test_it_comes_out_as_argued(name, upload):
    assert upload(read(name)) == [("yes", CASES[name].outcome)]


def test_another_expectation_is_not_met(upload):
    case = read("a1-25-months")
    case["expected"]["reasons"] = [["A-09", "ended"]]
    assert upload(case) == [("no", "DOUBT")]


def test_the_outcome_is_decided_here_and_not_read_from_the_file(upload):
    case = read("a1-25-months")
    case["persons"][0]["decision"]["ruling"]["outcome"] = "COVERED"
    assert upload(case) == [("no", "DOUBT")]


def test_the_anchors_of_a_file_change_nothing(upload):
    case = read("a1-good-we-build")
    case["sources"][0]["anchors"] = {}
    assert [outcome for _, outcome in upload(case)] == ["COVERED"]
