"""The server's side of the scan page: what is kept for use without a network, and what never is."""

import gzip
import hashlib
import json
import posixpath
import re
from html import unescape
from urllib.parse import urljoin

import pytest

from esspass.web.languages import LOCALES
from verifier.purposes import PURPOSES
from verifier.scan_page import create_page_data
from verifier.scan_texts import PAGE_TEXTS

ADDRESSES = (
    "/scan", "/scan/shell/en", "/scan/sw.js", "/scan/precache.json", "/scan/session.json",
    "/scan/manifest.webmanifest", "/scan/sources.json", "/scan/specs.json",
)  # fmt: skip
JSON = {"Accept": "application/json"}


@pytest.fixture
def browser(stage):
    return stage.sign_in()


@pytest.fixture
def files(browser):
    return browser.get("/scan/precache.json").json["files"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_staff_get_anything(stage, address):
    answer = stage.app.test_client().get(address)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")
    assert stage.app.test_client().get(address, headers=JSON).status_code == 401


def test_webassembly_and_the_camera_are_for_this_page_only(browser):
    page, other = browser.get("/scan"), browser.get("/privacy")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "worker-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "wasm" not in other.headers["Content-Security-Policy"]
    assert "camera=()" in other.headers["Permissions-Policy"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_shell_says_nothing_about_who_is_signed_in(stage, browser, locale):
    shell = browser.get(f"/scan/shell/{locale}")
    assert f'<html lang="{locale}"' in shell.text
    assert "csrf" not in shell.text
    assert "Inspector" not in shell.text
    assert shell.text == stage.sign_in("Somebody else").get(f"/scan/shell/{locale}").text


def test_there_are_shells_in_our_languages_only(browser):
    assert browser.get("/scan/shell/xx").status_code == 404


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_is_in_every_language(browser, locale):
    shell = browser.get(f"/scan/shell/{locale}").text
    page = json.loads(unescape(re.search(r'data-page="([^"]+)"', shell)[1]))
    assert page["texts"].keys() == PAGE_TEXTS.keys()
    assert len(page["settings"]["purposes"]) == len(PURPOSES)
    assert page["settings"]["country"] == "GR"
    if locale != "en":
        english = json.loads(
            unescape(re.search(r'data-page="([^"]+)"', browser.get("/scan/shell/en").text)[1])
        )
        same = {key for key, text in page["texts"].items() if text == english["texts"][key]}
        assert same <= {"camera"}  # a Romanian word, too


def test_the_script_says_only_what_there_is_a_text_for(browser, files):
    scripts = "\n".join(_read(browser, each) for each in files if each.startswith("/static/scan/"))
    said = set(re.findall(r'\bt\(\s*"([\w-]+)"', scripts))
    assert len(said) > 100
    assert said <= PAGE_TEXTS.keys()
    named = set(re.findall(r'"([\w-]+)"', scripts))
    beginnings = tuple(re.findall(r"`([a-z]+_)\$\{", scripts))
    assert {k for k in PAGE_TEXTS if k not in named and not k.startswith(beginnings)} == set()


def test_each_file_is_the_one_whose_digest_is_given(browser, files):
    for address, digest in files.items():
        with browser.get(address) as answer:
            assert answer.status_code == 200, address
            assert hashlib.sha256(answer.data).hexdigest() == digest, address
    assert {f"/scan/shell/{locale}" for locale in LOCALES} <= files.keys()
    assert "/static/esspass/vendor/zxing-wasm/zxing_reader.wasm" in files
    assert "/static/decision/decide.js" in files


def _read(browser, address):
    with browser.get(address) as answer:
        return answer.data.decode("utf-8", "replace")


def test_no_module_imports_a_file_that_is_not_kept(browser, files):
    imported = re.compile(r'(?:from|import)\s*\(?\s*"(\.[^"]+)"')
    for address in (each for each in files if each.endswith((".js", ".mjs"))):
        for name in imported.findall(_read(browser, address)):
            assert posixpath.normpath(urljoin(address, name)) in files, f"{address}: {name}"


def test_what_the_page_names_is_kept(browser, files):
    shell = browser.get("/scan/shell/en").text
    named = re.findall(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"', shell)
    assert named
    assert set(named) <= files.keys()


def test_another_file_makes_another_worker(stage, browser):
    first = browser.get("/scan/sw.js")
    assert first.headers["Service-Worker-Allowed"] == "/scan"
    assert first.mimetype == "text/javascript"
    version = re.match(r'const VERSION = "([0-9a-f]{16})";', first.text)[1]
    assert browser.get("/scan/sw.js").text == first.text
    data = create_page_data("en", "GR", 24)
    assert data["settings"]["keep_hours"] == 24
    assert version not in browser.get("/scan/shell/en").text


def test_the_page_can_be_installed(browser, files):
    answer = browser.get("/scan/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "/scan", "/scan", "standalone",
    )  # fmt: skip
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert {icon["src"] for icon in manifest["icons"]} <= files.keys()


def test_the_session_says_how_long_and_is_kept_by_no_cache(stage, browser):
    answer = browser.get("/scan/session.json", headers=JSON)
    assert answer.headers["Cache-Control"] == "no-store"
    session = answer.json
    assert session["until"] == stage.now + 36000
    assert session["now"] == stage.now
    assert session["verifier"] == {"name": "Labour Inspectorate", "id": "http://localhost:8301"}
    assert session["csrf"] == "csrf"


@pytest.mark.parametrize("address", ["/scan/sources.json", "/scan/specs.json"])
def test_large_answers_are_packed_and_asked_for_once(browser, address):
    plain = browser.get(address)
    packed = browser.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert packed.headers["Cache-Control"] == "private, no-cache"
    again = browser.get(
        address,
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]},
    )
    assert again.status_code == 304
