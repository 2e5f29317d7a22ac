"""The link that invokes a wallet."""

import pytest

from esspass.errors import EsspassError
from esspass.openid4vp.link import RequestLink, create_request_link, parse_request_link

WALLET = "https://wallet.example.org/present"
LINK = RequestLink("x509_hash:abc", "https://inspect.example.gr/openid4vp/request/1", "post")


@pytest.mark.parametrize("base", ["openid4vp://", "haip-vp://", "eu-eaap://", WALLET])
def test_round_trip(base):
    for link in (LINK, RequestLink(LINK.client_id, LINK.request_uri)):
        assert parse_request_link(create_request_link(link, base), WALLET) == link


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(create_request_link(LINK, "https://wallet.example.org.evil/present"), "unknown_scheme", id="QR-01"),
        pytest.param(create_request_link(LINK, "https://wallet.example.org@evil/present"), "unknown_scheme", id="QR-01-userinfo"),
        pytest.param("javascript:alert(1)", "unknown_scheme", id="QR-01-javascript"),
        pytest.param("data:text/html,x", "unknown_scheme", id="QR-01-data"),
        pytest.param("intent://x#Intent;end", "unknown_scheme", id="QR-01-intent"),
        pytest.param("HC1:6BF", "unknown_scheme", id="another-qr"),
        pytest.param("openid4vp://?client_id=a", "invalid_request", id="no-request-uri"),
        pytest.param("openid4vp://?request_uri=https://a", "invalid_request", id="no-client-id"),
        pytest.param("openid4vp://?client_id=a&client_id=b&request_uri=c", "invalid_request", id="twice"),
        pytest.param("openid4vp://?client_id=a&request_uri=c&request=d", "invalid_request", id="by-value-too"),
        pytest.param(
            "openid4vp://?client_id=a&request_uri=c&request_uri_method=PUT",
            "invalid_request_uri_method",
            id="method",
        ),
        pytest.param("openid4vp://?client_id=a&request_uri=b\x00", "malformed", id="control-character"),
        pytest.param("openid4vp://?client_id=é&request_uri=b", "malformed", id="not-ascii"),
        pytest.param("openid4vp://?client_id=" + "a" * 5000, "malformed", id="too-long"),
        pytest.param("https://[::1", "malformed", id="not-a-uri"),
    ],
)  # fmt: skip
def test_other_links_are_refused(text, code):
    with pytest.raises(EsspassError) as refused:
        parse_request_link(text, WALLET)
    assert refused.value.code == code
