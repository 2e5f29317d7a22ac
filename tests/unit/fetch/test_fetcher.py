"""Outbound HTTP: where it may go, what it may cost; real sockets, names answered by the test."""

import ipaddress
import socket
import threading
import time

import pytest

from esspass.errors import MalformedError, UnavailableError
from esspass.fetch import Fetcher, FetchPolicy

STRICT = Fetcher(FetchPolicy(timeout=1))
LOCAL = Fetcher(FetchPolicy(allow_loopback=True, timeout=1, max_bytes=1000))
PUBLIC = "93.184.216.34"


@pytest.fixture
def names(monkeypatch):
    """Answer for the resolver: ``names(host, address, ...)``."""
    known = {}

    def resolve(host, port, *_args, **_kwargs):
        if host not in known:
            raise socket.gaierror
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, 1, 6, "", (address, port))
            for address in known[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return lambda host, *addresses: known.__setitem__(host, addresses)


@pytest.fixture
def server():
    """A socket that answers each connection as told: ``server(lambda connection: ...)``."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    answers = []

    def run():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection):
        with connection:
            connection.recv(65536)
            try:
                answers[-1](connection)
            except OSError:
                return

    threading.Thread(target=run, daemon=True).start()

    def answering(tell):
        answers.append(tell)
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield answering
    listener.close()


INSIDE = [
    "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%lo", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "::10.0.0.1",
    "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:a00:1::1", "2001::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_vp_10_no_address_inside_is_reached(names, address):
    names("inside.example", address)
    with pytest.raises(MalformedError) as refused:
        STRICT.get("https://inside.example/")
    assert refused.value.code == "forbidden_url"


@pytest.mark.parametrize("address", [a for a in INSIDE if not a.startswith(("127.", "::1"))])
def test_loopback_being_allowed_opens_nothing_else(names, address):
    if ipaddress.ip_address(address.partition("%")[0]).is_loopback:
        pytest.skip("loopback itself")
    names("inside.example", address)
    for scheme in ("https", "http"):
        with pytest.raises(MalformedError):
            LOCAL.get(f"{scheme}://inside.example/")


def test_one_bad_answer_among_good_ones_is_enough(names):
    names("two.example", PUBLIC, "10.0.0.1")
    with pytest.raises(MalformedError):
        STRICT.get("https://two.example/")


def test_plain_http_to_the_world_is_never_spoken(names):
    names("world.example", PUBLIC)
    for fetcher in (STRICT, LOCAL):
        with pytest.raises(MalformedError):
            fetcher.get("http://world.example/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/", "file:///etc/passwd", "//a.example/", "a.example", "",
        "https:///path", "https://user@a.example/", "https://user:pw@a.example/",
        "https://a.example/#x", "https://a.example:99999/", "https://[::1", "https://a.example:x/",
        "javascript:alert(1)", "gopher://a.example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address(names, url):
    names("a.example", PUBLIC)
    with pytest.raises(MalformedError) as refused:
        STRICT.get(url)
    assert refused.value.code == "forbidden_url"


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "[::1]"]
)
def test_other_spellings_of_inside(host):
    with pytest.raises((MalformedError, UnavailableError)):
        STRICT.get(f"https://{host}/")


def test_the_checked_address_is_the_one_connected_to(names, server):
    """A resolver that answers otherwise the second time leads nowhere else."""
    asked = []
    url = server(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
    port = url.rpartition(":")[2].strip("/")

    def resolve(_host, port, *_args, **_kwargs):
        asked.append(port)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.99"
        return [(socket.AF_INET, 1, 6, "", (address, port))]

    names("rebinding.example", "127.0.0.1")
    real = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *a, **k: (
        resolve(host, *a, **k) if host == "rebinding.example" else [
            (socket.AF_INET, 1, 6, "", (host, a[0]))
        ]
    )  # fmt: skip
    try:
        assert LOCAL.get(f"http://rebinding.example:{port}/").text == "hi"
    finally:
        socket.getaddrinfo = real
    assert len(asked) == 1


def test_sl_08_a_redirect_is_an_answer_like_any_other(server):
    target = server(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    moved = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    answer = LOCAL.get(server(lambda c: c.sendall(moved)))
    assert answer.status == 302
    with pytest.raises(UnavailableError):
        answer.require(200)


def test_a_body_is_bounded(server):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
    with pytest.raises(UnavailableError) as refused:
        LOCAL.get(server(lambda c: c.sendall(head + b"x" * 5000)))
    assert refused.value.code == "answer_too_large"


def drip(*parts):
    """Say each part, then its last one byte for byte, slower than patience but never silent."""

    def tell(connection):
        for part in parts[:-1]:
            connection.sendall(part)
        for _ in range(100):
            connection.sendall(parts[-1])
            time.sleep(0.2)

    return tell


@pytest.mark.parametrize(
    "tell",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        drip(b"H", b"x"),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "body-without-length", "chunks", "header", "status", "continue"],
)
def test_an_answer_that_drips_ends_at_the_deadline(server, tell):
    """Each byte comes in time, the whole does not: no thread of ours waits for ever."""
    began = time.monotonic()
    with pytest.raises(UnavailableError):
        LOCAL.get(server(tell))
    assert time.monotonic() - began < 3


def test_silence_ends_at_the_deadline(server):
    began = time.monotonic()
    with pytest.raises(UnavailableError):
        LOCAL.get(server(lambda _c: time.sleep(5)))
    assert time.monotonic() - began < 3


def test_nobody_there():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(UnavailableError):
        LOCAL.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "ж", "\ud800"])
def test_a_header_that_somebody_else_wrote_cannot_break_out(server, value):
    url = server(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    with pytest.raises((UnavailableError, MalformedError)):
        LOCAL.get(url, {"Authorization": f"DPoP {value}"})
