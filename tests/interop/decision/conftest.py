"""The two places the engine runs in: Node.js, and Chromium under the verifier's own headers."""

from functools import partial

import pytest
from flask import send_file

from esspass.web import WebSettings, create_web_app
from tests.interop.decision.engine import FOLDER, create_batch, run_batch
from tests.simulators.server import LoopbackServer

BLANK = '<!doctype html><link rel="icon" href="data:,"><title>Blank</title>'
RUN = """async (given) => {
  const { attest } = await import("/calls.mjs");
  const results = [];
  for (const each of given.cases) {
    results.push(await attest(each, given));
  }
  return results;
}"""


def create_page_app(url):
    """The verifier's static files and headers, and a page that holds nothing."""
    settings = WebSettings(
        base_url=url, secret_key="s" * 40, session_cookie="test", service_name="Test"
    )
    app = create_web_app("verifier", settings)
    for name in ("calls", "recompute"):
        app.add_url_rule(f"/{name}.mjs", name, partial(send_file, FOLDER / f"{name}.mjs"))
    app.add_url_rule("/blank", "blank", lambda: BLANK)
    return app


@pytest.fixture(scope="session")
def page(browser):
    """A page of Chromium that may load scripts from its own server only."""
    server = LoopbackServer()
    with server.serving(create_page_app(server.url)):
        opened = browser.new_page()
        problems = []
        opened.on("console", lambda message: problems.append(message.text))
        opened.on("pageerror", lambda error: problems.append(str(error)))
        answer = opened.goto(f"{server.url}/blank")
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        yield opened
        assert problems == []
        opened.close()


@pytest.fixture(scope="session", params=["node", "chromium"])
def run(request):
    """Runs a batch of cases in one of the two."""
    if request.param == "node":
        return run_batch
    page = request.getfixturevalue("page")
    return lambda cases, sources=(), **more: page.evaluate(
        RUN, create_batch(cases, sources, **more)
    )
