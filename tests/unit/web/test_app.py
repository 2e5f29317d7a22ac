"""Headers, cookies, limits, health and errors of every app."""

import logging

import pytest

from esspass.errors import MalformedError
from esspass.storage import connect
from esspass.web import WebSettings
from tests.unit.web.demo_app import create_demo_app

ACCEPT_JSON = {"Accept": "application/json"}


def csp(response):
    return dict(
        part.strip().split(" ", 1)
        for part in response.headers["Content-Security-Policy"].split(";")
    )


def test_pages_load_only_from_themselves(client):
    policy = csp(client.get("/"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in str(policy)


def test_pages_hold_no_inline_script_or_style(client):
    for address in ("/", "/form", "/sign-in", "/sign-up", "/nope", "/error/untrusted"):
        page = client.get(address).get_data(as_text=True)
        assert "<style" not in page
        assert " style=" not in page
        assert "onclick" not in page
        assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
        scripts = [tag for tag in page.split("<script")[1:] if "src=" not in tag.split(">")[0]]
        assert scripts == []


def test_form_action_is_widened_for_one_response_only(client):
    policy = csp(client.get("/elsewhere?url=https://verifier.example/cb?code=1"))
    assert policy["form-action"] == "'self' https://verifier.example"
    assert csp(client.get("/elsewhere?url=eudi-openid4vp:/x"))["form-action"].endswith(
        " eudi-openid4vp:"
    )
    assert csp(client.get("/form"))["form-action"] == "'self'"


@pytest.mark.parametrize(
    "url", ["https://a.example;script-src *", "//a.example", "https://a b", "https://*.example", ""]
)
def test_form_action_refuses_what_breaks_out_of_the_directive(client, url):
    response = client.get("/elsewhere", query_string={"url": url})
    assert response.status_code == 400
    assert csp(response)["form-action"] == "'self'"


def test_only_the_scan_page_may_use_the_camera(client):
    assert "camera=(self)" in client.get("/form").headers["Permissions-Policy"]
    assert "camera=()" in client.get("/").headers["Permissions-Policy"]


def test_pages_are_not_cached_and_files_are_revalidated(client):
    assert client.get("/").headers["Cache-Control"] == "no-store"
    with client.get("/static/esspass/theme.css") as theme:
        tag = {"If-None-Match": theme.headers["ETag"]}
    with client.get("/static/esspass/theme.css", headers=tag) as again:
        assert again.status_code == 304


def test_protocol_answers_carry_no_cookie_and_admit_scripts(client):
    response = client.post("/token", data=b"x", headers={"Origin": "https://wallet.example"})
    assert response.json == {"length": 1}
    assert "Set-Cookie" not in response.headers
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "no-store"
    assert csp(response)["default-src"] == "'none'"


def test_protocol_preflight_is_answered(client):
    response = client.options("/token", headers={"Access-Control-Request-Method": "POST"})
    assert response.status_code == 200
    assert "DPoP" in response.headers["Access-Control-Allow-Headers"]


def test_cookies_are_bound_to_https_and_the_host(sqlite):
    app = create_demo_app(sqlite, "https://wallet.example")
    response = app.test_client().get("/", base_url="https://wallet.example")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-demo=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Strict-Transport-Security" in response.headers


def test_plain_http_cookies_are_http_only_and_lax(client):
    cookie = client.get("/").headers["Set-Cookie"]
    assert cookie.startswith("demo=")
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1"])
def test_foreign_hosts_are_refused(client, host):
    response = client.get("/", headers={"Host": host})
    assert response.status_code == 400
    assert host not in response.get_data(as_text=True)


def test_trusted_hosts_may_be_added(sqlite):
    settings = WebSettings(
        "http://localhost", "k" * 32, "demo", "Demo", trusted_hosts=("issuer.internal",)
    )
    assert "issuer.internal" in settings.trusted_hosts
    assert settings.origin == "http://localhost"


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        ("http://localhost:8101", "http://localhost:8101"),
        ("https://Issuer.example:443/", "https://issuer.example"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_the_origin_is_what_browsers_send(base_url, origin):
    assert WebSettings(base_url, "k" * 32, "x", "X").origin == origin


@pytest.mark.parametrize("base_url", ["localhost:8101", "ftp://x", "http://x/path", "http://"])
def test_base_urls_that_cannot_serve_are_refused(base_url):
    with pytest.raises(MalformedError) as caught:
        WebSettings(base_url, "k" * 32, "x", "X")
    assert caught.value.code == "bad_base_url"


def test_weak_secret_keys_are_refused_and_never_shown():
    with pytest.raises(MalformedError) as caught:
        WebSettings("http://localhost", "password", "x", "X")
    assert "password" not in str(caught.value)
    assert "kkkk" not in repr(WebSettings("http://localhost", "k" * 32, "x", "X"))


def test_health(client):
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok"}


def test_not_ready_when_the_database_does_not_answer(tmp_path):
    app = create_demo_app(connect(str(tmp_path / "x.db")))
    folder = tmp_path / "gone"
    broken = connect(str(folder / "x.db"))
    from esspass.web.health import create_health_blueprint

    app.register_blueprint(create_health_blueprint(broken), url_prefix="/broken", name="broken")
    response = app.test_client().get("/broken/readyz")
    assert response.status_code == 503
    assert response.json == {"status": "unavailable", "error": "database"}


@pytest.mark.parametrize(
    ("address", "status", "code", "words"),
    [
        ("/nope", 404, "not_found", "Page not found"),
        ("/error/malformed", 400, "malformed", "This could not be read"),
        ("/error/untrusted", 400, "untrusted_issuer", "No trusted list vouches for the issuer."),
        ("/error/unavailable", 503, "unavailable", "A service we need does not answer"),
        ("/error/protocol", 403, "invalid_nonce", "does not follow the agreed protocol"),
        ("/bug/Jonas", 500, "server_error", "Something went wrong on our side"),
        ("/sign-out", 405, "method_not_allowed", "cannot be opened like that"),
    ],
)
def test_error_pages_name_a_code_a_sentence_and_a_next_step(client, address, status, code, words):
    response = client.get(address)
    page = response.get_data(as_text=True)
    assert response.status_code == status
    assert f"<code>{code}</code>" in page
    assert words in page
    assert "Traceback" not in page
    assert "secret of" not in page
    assert response.headers["Cache-Control"] == "no-store"


def test_scripts_get_the_same_words_as_json(client):
    response = client.get("/error/untrusted", headers=ACCEPT_JSON)
    assert response.json == {
        "error": "untrusted_issuer",
        "error_description": "No trusted list vouches for the issuer.",
    }


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("protocol", 403, "invalid_nonce"),
        ("malformed", 400, "invalid_request"),
        ("untrusted", 400, "invalid_request"),
        ("unavailable", 503, "temporarily_unavailable"),
    ],
)
def test_protocol_errors_are_json(client, name, status, error):
    response = client.get(f"/protocol-error/{name}", headers={"Accept-Language": "el"})
    assert response.status_code == status
    assert response.json["error"] == error
    assert response.json["error_description"].isascii()


def test_protocol_descriptions_keep_to_the_characters_of_oauth(client):
    description = client.get("/protocol-error/odd").json["error_description"]
    assert description == "quote  and  and  (odd_code)"


def test_protocol_bugs_tell_nothing(client, caplog):
    response = client.get("/protocol-bug", headers={"Accept-Language": "el"})
    assert response.status_code == 500
    assert response.json["error"] == "server_error"
    assert response.json["error_description"].startswith("The fault is ours")
    assert "secret" not in caplog.text


def test_wrong_method_on_a_protocol_endpoint_is_json(client):
    response = client.get("/token")
    assert response.status_code == 405
    assert response.json["error"] == "method_not_allowed"
    assert "POST" in response.headers["Allow"]


def test_large_bodies_are_refused(client):
    assert client.post("/token", data=b"x" * 1001).status_code == 413
    response = client.post("/form", data={"payload": "x" * 70_000})
    assert response.status_code == 413
    assert "<code>too_large</code>" in response.get_data(as_text=True)


def test_the_log_names_routes_and_codes_only(client, caplog):
    caplog.set_level(logging.INFO, logger="esspass.web")
    client.get("/error/untrusted?name=Jonas", headers={"User-Agent": "Jonas"})
    client.get("/bug/Jonas")
    assert "GET /error/<name> 400 untrusted_issuer" in caplog.text
    assert "GET /bug/<person> 500 server_error" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "demo_app.py" in caplog.text
    assert "Jonas" not in caplog.text
