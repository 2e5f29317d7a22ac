"""Whatever is sent to whichever route of any running app: a 4xx of the right kind, never a 5xx.

The routes come from the apps' own maps, so a new one is tested without being named here.
"""

import http.client
import json
import secrets
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

import pytest
from flask.sessions import SecureCookieSessionInterface

import issuer
import verifier
import wallet
from esspass.storage import connect
from esspass.web import lists
from esspass.web.csrf import FIELD
from esspass.web.languages import PROTOCOL_BLUEPRINTS
from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from issuer.config import IssuerConfig
from verifier.config import VerifierConfig
from wallet.config import WalletConfig

MODULES = {
    "issuer-lt": (issuer, IssuerConfig, "staff"),
    "wallet": (wallet, WalletConfig, "citizen"),
    "inspector-el": (verifier, VerifierConfig, "staff"),
    "lists": (lists, lists.ListsConfig, None),
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PROBLEM = "application/problem+json"
CSRF = "c" * 43
# Endpoints that give a fresh value to anybody, whatever comes along.
BODY_IS_NOT_READ = {"/nonce", "/challenge"}
MEGABYTE = 1024 * 1024
# Every parameter some route reads; a route ignores those of others.
FIELDS = [
    "q", "state", "page", "reason", "effective", "vct", "grant", "link", "answer", "tx_code",
    "purpose", "with_pid", "place", "flow", "name", "label", "family_name", "given_name",
    "birthdate", "personal_administrative_number", "next", "lang", "event", "code", "iss",
    "error", "response_code", "credential_offer", "credential_offer_uri", "client_id",
    "request_uri", "request_uri_method", "wallet_nonce", "response", "vp_token", "scope",
    "redirect_uri", "grant_type", "pre-authorized_code", "refresh_token", "issuer_state",
    "authorization_details", "starts", "ends", "ground", "employer-0-name", "place-0-country",
    "institution",
]  # fmt: skip
NASTY = {
    "nul": "a\0b",
    "huge-number": "9" * 40,
    "negative": "-1",
    "markup": "<script>alert(1)</script>{{7*7}}'\"--",
    "bidi": "\u202e\u2066\ufeff" * 9,
    "long": "x" * 5000,
    "relative": "//evil.example/\\@localhost",
    "json": '{"a":' * 400,
    "port": "http://localhost:99999/",
    "brackets": "http://[::1/",
    "astral": "\U0010ffff\u0301" * 50,
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str


@dataclass(frozen=True)
class Site:
    """A running app, seen through the map of its routes."""

    name: str
    base_url: str
    app: object
    role: str | None
    sessions: object

    def routes(self):
        """(rule, whether it speaks a protocol) of everything but the files it serves as they lie."""
        for rule in self.app.url_map.iter_rules():
            if not rule.endpoint.endswith("static"):
                yield rule, self.speaks(rule)

    def speaks(self, rule):
        return rule.endpoint.rpartition(".")[0] in self.app.extensions[PROTOCOL_BLUEPRINTS]

    def is_shared(self, path):
        """Whether a person and a program use an address by different methods."""
        found = [self.speaks(rule) for rule in self.app.url_map.iter_rules() if rule.rule == path]
        return len(set(found)) > 1

    def cookie(self, *, signed_in=True):
        """Sign somebody in, as the passkey page would; or only begin a session."""
        if self.role is None:
            return ""
        if not signed_in:
            return self._sign({"csrf": CSRF})
        user_id, now = secrets.token_urlsafe(32), int(time.time())
        users = PasskeyStore(self.sessions.database)
        users.add_user(User(user_id, self.role, "Tester", secrets.token_urlsafe(32)), now)
        secret = secrets.token_bytes(32) if self.role == "citizen" else None
        token = self.sessions.create(user_id, now=now, lifetime=600, secret=secret)
        return self._sign({"session": token, "csrf": CSRF, "browser": "b" * 43})

    def _sign(self, content):
        signed = SecureCookieSessionInterface().get_signing_serializer(self.app).dumps(content)
        return f"{self.app.config['SESSION_COOKIE_NAME']}={signed}"

    def send(self, method, path, body=b"", headers=None):
        """Send bytes as they are; returns None when the server hangs up on us."""
        parts = urlsplit(self.base_url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        given = {"Content-Length": str(len(body)), **(headers or {})}
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            return Answer(answer.status, answer.headers, text)
        except (ConnectionError, http.client.RemoteDisconnected):
            return None
        finally:
            connection.close()


@pytest.fixture(scope="module", params=sorted(MODULES))
def site(request, cast):
    module, config_type, role = MODULES[request.param]
    service = cast.world.service(request.param)
    app = module.create_app(config_type.from_environ(service.environ))
    database = connect(service.environ[f"{service.app.upper()}_DATABASE_URL"]) if role else None
    sessions = ServerSessionStore(database) if database else None
    yield Site(request.param, service.base_url, app, role, sessions)
    if database:
        database.close()


def fill(rule, text="unknown"):
    """The path of a rule with something nobody knows in every place."""
    path = rule.rule
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        value = "999999999" if kind == "IntegerConverter" else quote(text, safe="")
        path = path.replace(f"<int:{name}>", value).replace(f"<{name}>", value)
    return path


def faults(answer, *, protocol, refused=False, what=""):
    """Say what is wrong with an answer, if anything."""
    if answer is None or (answer.status in {400, 414, 431} and not answer.body):
        return []  # the server before the app hung up, or answered with nothing but a status
    found = []
    if answer.status >= 500:
        found.append(f"HTTP {answer.status}")
    if refused and answer.status < 400:
        found.append(f"accepted with HTTP {answer.status}")
    needed = ("Content-Security-Policy", "X-Content-Type-Options")
    found += [f"no {header}" for header in needed if header not in answer.headers]
    if "Traceback" in answer.body or "werkzeug" in answer.body.lower():
        found.append("shows its insides")
    if protocol and "Set-Cookie" in answer.headers:
        found.append("a protocol endpoint sets a cookie")
    if answer.status >= 400:
        found += error_faults(answer, protocol=protocol)
    return [f"{what}: {each}" for each in found]


def error_faults(answer, *, protocol):
    kind = answer.headers.get_content_type()
    found = [] if answer.headers.get("Cache-Control") == "no-store" else ["may be cached"]
    if kind == PROBLEM:
        return found + problem_faults(json.loads(answer.body), answer.status)
    if protocol and kind != JSON:
        found.append(f"a protocol error as {kind}")
    if kind == JSON:
        body = json.loads(answer.body)
        if not isinstance(body.get("error"), str) or not body.get("error_description"):
            found.append("not an error of RFC 6749")
        elif protocol and not body["error_description"].isascii():
            found.append("an error_description outside ASCII")
    elif kind != "text/html" or '<html lang="lt"' not in answer.body or "<h1" not in answer.body:
        found.append(f"not a page in the reader's language ({kind})")
    return found


def problem_faults(body, status):
    needed = {"type", "title", "status", "code", "detail"}
    found = [] if needed <= body.keys() else ["not a problem of RFC 9457"]
    return found if body.get("status") == status else [*found, "a problem of another status"]


def headers_for(site, protocol, *, signed_in=True, **more):
    """A person's browser in Lithuanian, signed in or not; or a program."""
    if protocol:
        return more
    cookie = site.cookie(signed_in=signed_in)
    page = {"Accept": "text/html", "Accept-Language": "lt", "X-CSRF-Token": CSRF}
    return {**page, **({"Cookie": cookie} if cookie else {}), **more}


def test_every_app_has_routes(site):
    rules = [rule.rule for rule, _ in site.routes()]
    assert len(rules) >= 4
    assert len(rules) == len({(r.rule, tuple(sorted(r.methods))) for r, _ in site.routes()})


def test_a_wrong_method(site):
    addresses = site.app.url_map.bind(urlsplit(site.base_url).netloc)
    problems = []
    for rule, protocol in site.routes():
        path = fill(rule)
        by_program = protocol and not site.is_shared(rule.rule)  # else a person is answered
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
            if addresses.test(path, method):
                continue
            answer = site.send(method, path, headers=headers_for(site, by_program))
            what = f"{method} {rule.rule}"
            problems += faults(answer, protocol=by_program, refused=True, what=what)
            if answer.status == 405 and "Allow" not in answer.headers:
                problems.append(f"{what}: does not say what is allowed")
    assert not problems, "\n".join(sorted(set(problems)))


BODIES = {
    "empty": (FORM, b""),
    "no-type": (None, b"grant_type=x"),
    "text": ("text/plain", b"hello"),
    "xml": ("application/xml", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    "broken-multipart": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form"),
    "multipart-without-boundary": ("multipart/form-data", b"--x"),
    "odd-charset": (f"{FORM}; charset=utf-7", b"a=b"),
    "not-json": (JSON, b"{'a': 1}"),
    "json-array": (JSON, b"[]"),
    "json-null": (JSON, b"null"),
    "json-twice": (JSON, b'{"name":"a","name":"b"}'),
    "json-deep": (JSON, b"[" * 100_000),
    "json-deep-inside": (JSON, b'{"credential":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "json-surrogate": (
        JSON,
        b'{"name":"\\ud800","invitation":"\\ud800","credential":{"id":"\\udfff"}}',
    ),
    "json-nul": (
        JSON,
        b'{"name":"a\\u0000b","invitation":"\\u0000","credential":{"id":"\\u0000"}}',
    ),
    "json-number": (JSON, b'{"name":' + b"9" * 9000 + b"}"),
    "json-not-utf8": (JSON, b'{"name":"\xff\xfe"}'),
    "jwt": ("application/jwt", b"a.b.c.d.e"),
    "jwt-not-ascii": ("application/jwt", b"\xff\xfe.\x00"),
    "form-not-utf8": (FORM, b"name=%ff%fe&q=\xff\xfe&response=%80"),
    "form-nul": (FORM, b"&".join(f"{name}=%00".encode() for name in FIELDS)),
    "form-twice": (FORM, b"grant_type=a&grant_type=b&response=a&response=b&q=a&q=b"),
    "form-many": (FORM, b"&".join(b"a%d=1" % number for number in range(20_000))),
    "form-2-megabytes": (FORM, b"response=" + b"x" * (2 * MEGABYTE)),
    "json-2-megabytes": (JSON, b'"' + b"x" * (2 * MEGABYTE) + b'"'),
    "multipart-2-megabytes": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n' + b"x" * (2 * MEGABYTE),
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_nobody_asked_for(site, name):
    kind, body = BODIES[name]
    problems = []
    for rule, protocol in site.routes():
        if "POST" not in rule.methods:
            continue
        typed = {"Content-Type": kind} if kind else {}
        for signed_in in (True,) if protocol else (True, False):
            headers = headers_for(site, protocol, signed_in=signed_in, **typed)
            answer = site.send("POST", fill(rule), body, headers)
            refused = protocol and rule.rule not in BODY_IS_NOT_READ
            what = f"POST {rule.rule}"
            problems += faults(answer, protocol=protocol, refused=refused, what=what)
    assert not problems, "\n".join(sorted(set(problems)))


@pytest.mark.parametrize("name", NASTY)
def test_nasty_values_in_every_parameter(site, name):
    query = urlencode(dict.fromkeys(FIELDS, NASTY[name]))
    problems = []
    for rule, protocol in site.routes():
        for method in {"GET", "POST"} & rule.methods:
            headers = headers_for(site, protocol)
            path, body = fill(rule), b""
            if method == "POST":
                body, headers["Content-Type"] = query.encode(), FORM
            else:
                path = f"{path}?{query}"
            answer = site.send(method, path, body, headers)
            problems += faults(answer, protocol=protocol, what=f"{method} {rule.rule}")
            one_by_one = () if protocol or method == "POST" else FIELDS
            for field in one_by_one:
                alone = f"{fill(rule)}?{urlencode({field: NASTY[name]})}"
                answer = site.send(method, alone, headers=headers)
                problems += faults(answer, protocol=protocol, what=f"{method} {rule.rule} {field}")
    assert not problems, "\n".join(sorted(set(problems)))


@pytest.mark.parametrize(
    "text",
    ["unknown", "a\0b", "..", "%2e%2e%2f", "\U0010ffff", "9" * 40, "-1", "x" * 3000, "a b\r\nc"],
    ids=[
        "unknown",
        "nul",
        "parent",
        "encoded-parent",
        "astral",
        "number",
        "negative",
        "long",
        "crlf",
    ],
)
def test_ids_nobody_knows(site, text):
    problems = []
    for rule, protocol in site.routes():
        if not rule.arguments:
            continue
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<int:{name}>", quote(text, safe="")).replace(
                f"<{name}>", quote(text, safe="")
            )
        for method in {"GET", "POST"} & rule.methods:
            headers = headers_for(site, protocol, **({"Accept": JSON} if protocol else {}))
            answer = site.send(method, path, headers=headers)
            what = f"{method} {rule.rule}"
            # Outside a route there is no protocol: then a person gets a page, a program JSON.
            problems += faults(answer, protocol=protocol, what=what)
            if answer is not None and answer.status < 300:
                problems.append(f"{what}: answers with HTTP {answer.status}")
    assert not problems, "\n".join(sorted(set(problems)))


def test_bytes_that_are_no_text(site):
    problems = []
    for rule, protocol in site.routes():
        for method in {"GET", "POST"} & rule.methods:
            for tail in (
                "?\xff\xfe=\xff",
                "?a=%ff%fe&lang=%80",
                "?credential_offer=\xe9",
                "?;;&&==%",
            ):
                headers = headers_for(site, protocol)
                answer = raw(site, method, fill(rule) + tail, headers)
                problems += faults(answer, protocol=protocol, what=f"{method} {rule.rule}{tail!r}")
    assert not problems, "\n".join(sorted(set(problems)))


def raw(site, method, target, headers):
    """As ``send``, with a request target that http.client would refuse."""
    parts = urlsplit(site.base_url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection._validate_path = lambda _url: None
    connection._encode_request = lambda line: line.encode("latin-1")
    try:
        connection.request(method, target, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
    except (ConnectionError, http.client.RemoteDisconnected):
        return None
    finally:
        connection.close()


ODD_HEADERS = {
    "cookie": {"Cookie": "issuer=..; \xff=\xff; " + "a=" + "b" * 3000},
    "language": {"Accept-Language": "xx-\xff;q=nan, " + "a;q=0.1," * 500},
    "accept": {"Accept": "\xff/\xff;q=1e999, */*;q=\xff"},
    "encoding": {"Accept-Encoding": "gzip;q=\xff, *;q=nan"},
    "authorization": {"Authorization": "DPoP \xff\xfe", "DPoP": "\xff.\xff.\xff"},
    "attestation": {
        "OAuth-Client-Attestation": "\xff.\xff.\xff",
        "OAuth-Client-Attestation-PoP": "[[[[",
        "Content-Type": FORM,
    },
    "etag": {"If-None-Match": '"\xff", W/"', "If-Modified-Since": "\xff", "Range": "bytes=9-1"},
    "origin": {"Origin": "http://evil.example\xff", "Referer": "\xff"},
    "forwarded": {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"},
    "csrf": {"X-CSRF-Token": "\xff\xfe"},
}


@pytest.mark.parametrize("name", ODD_HEADERS)
def test_odd_headers(site, name):
    problems = []
    for rule, protocol in site.routes():
        for method in {"GET", "POST"} & rule.methods:
            headers = {"Accept": "text/html", "Accept-Language": "lt", **ODD_HEADERS[name]}
            answer = site.send(method, fill(rule), headers=headers)
            if name in {"language", "accept"}:  # so neither language nor form is foreseen
                problems += [f"{rule.rule}: {answer.status}"] if answer.status >= 500 else []
                continue
            problems += faults(answer, protocol=protocol, what=f"{method} {rule.rule}")
            if answer is not None and "evil.example" in str(answer.headers) + answer.body:
                problems.append(f"{method} {rule.rule}: repeats a forwarded host")
    assert not problems, "\n".join(sorted(set(problems)))


def test_a_header_of_a_megabyte_and_a_host_that_is_not_ours(site):
    problems = []
    for rule, _protocol in site.routes():
        method = "GET" if "GET" in rule.methods else "POST"
        big = site.send(method, fill(rule), headers={"X-Big": "x" * MEGABYTE})
        if big is not None and not 400 <= big.status < 500:
            problems.append(f"{rule.rule}: a megabyte of header gives {big.status}")
        foreign = site.send(method, fill(rule), headers={"Host": "evil.example"})
        if foreign is not None and (foreign.status != 400 or "<a " in foreign.body):
            problems.append(f"{rule.rule}: a foreign host gives {foreign.status}")
    assert not problems, "\n".join(sorted(set(problems)))


def test_pages_change_nothing_without_the_secret_of_the_session(site):
    problems = []
    for rule, protocol in site.routes():
        if protocol or "POST" not in rule.methods:
            continue
        headers = headers_for(site, protocol, **{"X-CSRF-Token": "", "Content-Type": FORM})
        answer = site.send("POST", fill(rule), f"{FIELD}=wrong".encode(), headers)
        problems += faults(answer, protocol=protocol, refused=True, what=f"POST {rule.rule}")
    assert not problems, "\n".join(sorted(set(problems)))


OPEN_TO_ALL = ("/api/docs", "/authorize/", "/apply/sign-in", "/sign-in/provider")
FOR_APPLICANTS = ("/apply/", "/letters")


def test_back_office_pages_need_somebody_signed_in(site):
    """Every page that is not meant for everybody leads to the sign-in."""
    public = {
        "/", "/privacy", "/sign-in", "/sign-up", "/invitation/<token>", "/authorize",
        "/sign-in/options", "/passkeys/options", "/passkeys/new", "/sign-out", "/apply",
    }  # fmt: skip
    problems = []
    for rule, protocol in site.routes():
        if protocol or rule.rule in public or rule.rule.startswith(OPEN_TO_ALL):
            continue
        sign_in = "/apply/sign-in" if rule.rule.startswith(FOR_APPLICANTS) else "/sign-in"
        answer = site.send("GET" if "GET" in rule.methods else "POST", fill(rule))
        if "GET" in rule.methods and (
            answer.status != 302 or not answer.headers["Location"].startswith(sign_in)
        ):
            problems.append(f"{rule.rule}: {answer.status}")
        if "GET" not in rule.methods and answer.status not in {302, 400, 401}:
            problems.append(f"{rule.rule}: {answer.status}")
    assert not problems, "\n".join(sorted(set(problems)))
