"""What a refused request lets a wallet tell, and to whom (OpenID4VP 1.0, section 8.5)."""

import pytest

from esspass.errors import EsspassError, ExpiredError, MalformedError, ProtocolError
from esspass.jose.jwe import create_encryption_key
from esspass.openid4vp.refusal import ERRORS, Refusal, RefusedRequestError, read_refusal
from esspass.openid4vp.response import create_refusal_response, parse_response
from tests.unit.openid4vp.test_request_object import NOW, good_token, read, resigned

URI = "https://inspect.example.gr/response"


def claims(key=None, **changes):
    metadata = {"jwks": {"keys": [key.public_jwk()]}} if key else {}
    good = {"response_uri": URI, "response_mode": "direct_post.jwt", "state": "s-1"}
    return {**good, "client_metadata": metadata, **changes}


def test_the_error_travels_encrypted_where_it_can():
    key = create_encryption_key()
    refusal = read_refusal(claims(key), ProtocolError(code="invalid_scope"))
    form = create_refusal_response(refusal)
    assert form.keys() == {"response"}
    answer = parse_response(form, key)
    assert (answer.error, answer.state, answer.unverified_vp_token) == (
        "invalid_scope",
        "s-1",
        None,
    )


@pytest.mark.parametrize(
    "changes",
    [{}, {"client_metadata": None}, {"client_metadata": {"jwks": 7}}, {"response_mode": "direct_post"}],
)  # fmt: skip
def test_else_in_clear_with_no_more_than_code_and_state(changes):
    refusal = read_refusal(claims(**changes), ProtocolError())
    assert refusal == Refusal("invalid_request", URI, "s-1")
    assert create_refusal_response(refusal) == {"error": "invalid_request", "state": "s-1"}


@pytest.mark.parametrize("state", [None, 7, "", "a b", "x" * 3000, ["s"]])
def test_an_odd_state_is_not_repeated(state):
    refusal = read_refusal(claims(state=state), ProtocolError())
    assert create_refusal_response(refusal) == {"error": "invalid_request"}


@pytest.mark.parametrize(
    "changes",
    [{"response_mode": mode} for mode in (None, "fragment", "dc_api.jwt", 7, ["direct_post"])]
    + [{"response_uri": uri} for uri in (None, 7, "javascript:x", "https://", f"{URI}#a", "ftp://a.example")],
)  # fmt: skip
def test_without_a_posting_address_there_is_nothing_to_tell(changes):
    assert read_refusal(claims(**changes), ProtocolError()) is None


def test_only_codes_of_the_section_are_told():
    for code in ("malformed", "invalid_dcql", "no_such_code"):
        assert read_refusal(claims(), MalformedError(code=code)).error == "invalid_request"
    for code in ERRORS:
        assert read_refusal(claims(), ProtocolError(code=code)).error == code


def test_an_authentic_request_with_a_mistake_says_who_made_it():
    with pytest.raises(RefusedRequestError) as refused:
        read(resigned({"transaction_data": ["e30"]}))
    assert refused.value.refusal.error == refused.value.code == "invalid_transaction_data"
    assert refused.value.chain


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(lambda: read(resigned({"nonce": ...}), "x509_hash:other"), id="other-client"),
        pytest.param(lambda: read(resigned({"nonce": ...}), wallet_nonce="fresh"), id="replayed"),
        pytest.param(lambda: read(resigned({"nonce": ..., "exp": 1})), id="expired"),
        pytest.param(lambda: read(resigned({"nonce": ..., "aud": "https://x.example"})), id="for-another"),
        pytest.param(lambda: read(good_token()[:-4] + "AAAA"), id="forged"),
    ],
)  # fmt: skip
def test_vp_08_before_it_is_known_who_asks_there_is_nobody_to_tell(attempt):
    with pytest.raises(EsspassError) as refused:
        attempt()
    assert not isinstance(refused.value, RefusedRequestError)


def test_a_request_of_yesterday_is_only_old():
    with pytest.raises(ExpiredError):
        read(resigned({"nonce": ...}), now=NOW + 10 * 86400)
