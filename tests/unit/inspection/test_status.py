"""Status lists: fetched whole, kept for their ttl, and never valid by default."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from esspass.errors import UndecidedError, VerificationError
from esspass.fetch import Fetcher, FetchPolicy, Response
from esspass.inspection import StatusSource, StatusUndecidedError
from esspass.statuslist import StatusReference
from tests.builders.lists import DAY, create_body
from tests.builders.presentations import FUND_LIST, IDENTITY_LIST


def fetch(world, statuses, now=None, uri=FUND_LIST, index=7):
    chain = world.fund.attestation_signer.certificates
    reference = StatusReference(uri, index)
    return statuses.fetch_status(reference, chain, world.view(now), now or world.now)


def undecided(world, statuses, **arguments):
    with pytest.raises(UndecidedError) as error:
        fetch(world, statuses, **arguments)
    return error.value


def test_an_answer_says_where_from_and_how_old(world, statuses):
    world.publish_statuses(world.now - 60)
    answer = fetch(world, statuses)
    assert (answer.value, answer.age, answer.fetched_at) == (0, 60, world.now)
    assert answer.parameters["entity"] == "Example Social Insurance Fund"


def test_sl_10_one_fetch_serves_everybody(world, statuses):
    for index in range(0, 4000, 100):
        fetch(world, statuses, index=index)
    assert world.web.asked == [FUND_LIST]


def test_ttl_decides_when_to_ask_again(world, statuses):
    fetch(world, statuses)
    world.withdraw(FUND_LIST, 7, now=world.now + 1)
    assert fetch(world, statuses, now=world.now + 299).value == 0
    assert fetch(world, statuses, now=world.now + 300).value == 1
    assert len(world.web.asked) == 2


def test_a_clock_set_back_asks_again(world, statuses):
    fetch(world, statuses)
    world.publish_statuses(world.now - 120)
    undecided(world, statuses, now=world.now - 3600)
    assert len(world.web.asked) == 2


def test_a_stale_list_is_no_answer_when_the_source_is_gone(world, statuses):
    fetch(world, statuses)
    del world.web.answers[FUND_LIST]
    error = undecided(world, statuses, now=world.now + 301)
    assert error.code == "status_unreachable"
    assert error.parameters == {"since": str(world.now), "uri": FUND_LIST}


@pytest.mark.parametrize("status", [301, 302, 404, 410, 500, 503])
def test_sl_07_other_answers_than_200(world, statuses, status):
    world.web.answers[FUND_LIST] = Response(status, {}, b"")
    assert undecided(world, statuses).code == "status_unreachable"


def test_sl_06_older_than_seen(world, statuses):
    fetch(world, statuses)
    world.publish_statuses(world.now - 600)
    assert undecided(world, statuses, now=world.now + 301).code == "status_list_rollback"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(lambda w: w.publish_statuses(w.now - DAY), "status_expired", id="SL-02"),
        pytest.param(
            lambda w: w.web.answers.update({FUND_LIST: w.web.answers[IDENTITY_LIST]}),
            "status_mismatch",
            id="SL-03",
        ),
        pytest.param(
            lambda w: w.publish_statuses(signers={FUND_LIST: w.identity.status_signer}),
            "status_untrusted",
            id="other-body",
        ),
        pytest.param(
            lambda w: w.publish_statuses(signers={FUND_LIST: w.fund.attestation_signer}),
            "status_untrusted",
            id="issuance-key",
        ),
        pytest.param(
            lambda w: w.publish_statuses(
                signers={FUND_LIST: create_body("Example Social Insurance Fund", "LT", "x").status_signer}
            ),
            "status_untrusted",
            id="stranger-of-the-same-name",
        ),
        pytest.param(lambda w: w.web.answers.update({FUND_LIST: "<html>"}), "status_malformed", id="html"),
        pytest.param(lambda w: w.web.answers.update({FUND_LIST: ""}), "status_malformed", id="empty"),
        pytest.param(lambda w: w.publish_statuses(w.now + 3600), "status_expired", id="future"),
    ],
)  # fmt: skip
def test_what_is_not_to_be_believed_is_no_answer(world, statuses, spoil, code):
    spoil(world)
    error = undecided(world, statuses)
    assert error.code == code
    assert error.parameters["uri"] == FUND_LIST
    assert statuses.cache.get(FUND_LIST) is None


def test_index_beyond_the_list(world, statuses):
    with pytest.raises(VerificationError) as error:
        fetch(world, statuses, index=10_000)
    assert error.value.code == "status_index_unknown"


class SimulatedServer(BaseHTTPRequestHandler):
    """A status server that does what its path says."""

    paths: ClassVar[list[str]] = []
    body = b""

    def do_GET(self):
        self.paths.append(self.path)
        if self.path.startswith("/redirect"):
            self.send_response(302)
            self.send_header("Location", "/list")
            self.end_headers()
        elif self.path.startswith("/broken"):
            self.send_response(500)
            self.end_headers()
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.body)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server():
    SimulatedServer.paths = []
    http = HTTPServer(("127.0.0.1", 0), SimulatedServer)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("{server}/redirect", id="SL-08"),
        pytest.param("{server}/broken", id="SL-07-500"),
        pytest.param("http://127.0.0.1:1/list", id="SL-07-nobody-listens"),
        pytest.param("https://127.0.0.1:{port}/list", id="SL-07-no-tls"),
        pytest.param("http://10.0.0.1/list", id="private-address"),
        pytest.param("http://no-such-host.invalid/list", id="SL-07-unknown-host"),
    ],
)
def test_real_http_that_fails(world, statuses, server, address):
    source = StatusSource(Fetcher(FetchPolicy(allow_loopback=True, timeout=3)), statuses.cache)
    uri = address.format(server=server, port=server.rpartition(":")[2])
    error = undecided(world, source, uri=uri)
    assert isinstance(error, StatusUndecidedError)
    assert error.code == "status_unreachable"
    assert "/list" not in SimulatedServer.paths
