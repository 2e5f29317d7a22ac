import pytest

from esspass.errors import ProtocolError
from esspass.keys.jwk import create_jwk
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci.dpop import create_dpop_proof, verify_binding, verify_dpop_proof
from tests.builders.issuance import NOW, flip_signature, spoil, unsecure

URL = "https://issuer.example/credential"


@pytest.fixture(scope="module")
def key():
    return KeySigner(create_key())


def proof(key, **changed):
    return create_dpop_proof(key, "POST", URL, now=NOW, access_token="token", **changed)


def verify(token, url=URL, access_token="token", now=NOW):
    return verify_dpop_proof(token, method="POST", url=url, now=now, access_token=access_token)


def test_a_proof_names_its_key(key):
    verified = verify(proof(key, nonce="n"))
    assert verified.jwk == create_jwk(key.public_key)
    assert verified.nonce == "n"
    verify_binding(verified, verified.thumbprint, "invalid_token")


@pytest.mark.parametrize("url", [URL + "?x=1", "HTTPS://ISSUER.example:443/credential", URL + "#f"])
def test_query_case_and_default_port_do_not_count(key, url):
    verify(proof(key), url=url)
    verify(spoil(proof(key), key, htu=url))


@pytest.mark.parametrize("skew", [-50, -10, 10, 50])
def test_clocks_may_differ(key, skew):
    verify(proof(key), now=NOW + skew)


def test_nbf_and_exp_of_a_well_made_proof_are_fine(key):
    verify(spoil(proof(key), key, nbf=NOW, exp=NOW + 300))


BAD = {
    "htm": {"htm": "GET"},
    "htu": {"htu": "https://issuer.example/token"},
    "htu-host": {"htu": "https://evil.example/credential"},
    "htu-scheme": {"htu": "http://issuer.example/credential"},
    "htu-port": {"htu": "https://issuer.example:444/credential"},
    "htu-missing": {"htu": None},
    "ath": {"ath": "x"},
    "ath-missing": {"ath": None},
    "jti-missing": {"jti": None},
    "jti-empty": {"jti": ""},
    "iat-missing": {"iat": None},
    "iat-bool": {"iat": True},
    "iat-past": {"iat": NOW - 300},
    "iat-future": {"iat": NOW + 300},
    "exp-past": {"exp": NOW - 300},
    "nonce-number": {"nonce": 1},
}


@pytest.mark.parametrize("claims", [pytest.param(c, id=f"VCI-08-{i}") for i, c in BAD.items()])
def test_bad_claims(key, claims):
    with pytest.raises(ProtocolError) as refused:
        verify(spoil(proof(key), key, **claims))
    assert refused.value.code == "invalid_dpop_proof"


BAD_TOKENS = {
    "signature": lambda key: flip_signature(proof(key)),
    "alg-none": lambda key: unsecure(proof(key)),
    "typ": lambda key: spoil(proof(key), key, header={"typ": "jwt"}),
    "no-jwk": lambda key: spoil(proof(key), key, header={"jwk": None}),
    "other-jwk": lambda key: spoil(
        proof(key), key, header={"jwk": create_jwk(create_key().public_key())}
    ),
    "private-jwk": lambda key: spoil(
        proof(key), key, header={"jwk": {**create_jwk(key.public_key), "d": "AA"}}
    ),
    "crit": lambda key: spoil(proof(key), key, header={"crit": ["x"], "x": 1}),
    "text": lambda _key: "x.y.z",
}


@pytest.mark.parametrize("make", [pytest.param(m, id=f"VCI-08-{i}") for i, m in BAD_TOKENS.items()])
def test_bad_tokens(key, make):
    with pytest.raises(ProtocolError) as refused:
        verify(make(key))
    assert refused.value.code == "invalid_dpop_proof"


def test_a_proof_for_the_token_endpoint_needs_no_ath(key):
    token = create_dpop_proof(key, "POST", URL, now=NOW)
    verify(token, access_token=None)


def test_another_key_does_not_bind(key):
    with pytest.raises(ProtocolError) as refused:
        verify_binding(verify(proof(key)), "other", "invalid_grant")
    assert refused.value.code == "invalid_grant"
