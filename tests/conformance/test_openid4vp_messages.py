"""The messages printed in OpenID4VP 1.0: its encrypted response, keys, metadata, claims."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from esspass.errors import ProtocolError
from esspass.jose.jwe import EncryptionKey, parse_jwe_header
from esspass.keys.jwk import create_jwk, decode_base64url
from esspass.openid4vp.client_metadata import choose_encryption, verify_formats
from esspass.openid4vp.dcql import Holding, NoMatchError, match_dcql, parse_dcql
from esspass.openid4vp.response import parse_response

# Section 8.3: the keys a request offers, the response to it, and the private key that opens it.
OFFERED = [
    {
        "kty": "EC", "kid": "ac", "use": "enc", "crv": "P-256", "alg": "ECDH-ES",
        "x": "YO4epjifD-KWeq1sL2tNmm36BhXnkJ0He-WqMYrp9Fk",
        "y": "Hekpm0zfK7C-YccH5iBjcIXgf6YdUvNUac_0At55Okk",
    },
    {
        "kty": "OKP", "kid": "jc", "use": "enc", "crv": "X25519", "alg": "ECDH-ES",
        "x": "WPX7wnwq10hFNK9aDSyG1QlLswE_CJY14LdhcFUIVVc",
    },
    {
        "kty": "EC", "kid": "lc", "use": "enc", "crv": "P-384", "alg": "ECDH-ES",
        "x": "iHytgLNtXjEyYMAIGwfgjINZRmLfObYbmjPhkaPD8OiTkJtRHjegTNdH31Mxg4nV",
        "y": "MizXWSqNB7sSt_SNjg3spvaJnmjB-LpxsPpLUaea33rvINL3Mq-gEaANErRQpbLx",
    },
    {
        "kty": "OKP", "kid": "bc", "use": "enc", "crv": "X448", "alg": "ECDH-ES",
        "x": "pK5IRpLlX-8XcsRYWHejpzkfsHoDOmAYuBzAC7aTpewWOw_QFHSa64t9p2kuommI8JQQLohS2AIA",
    },
]  # fmt: skip
ENC_VALUES = ["A128GCM", "A128CBC-HS256"]
RESPONSE = (
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImtpZCI6ImFjIiwiZXBrIjp7Imt"
    "0eSI6IkVDIiwieCI6Im5ubVZwbTNWM2piaGNhZlFhUkJrU1ZOSGx3Wkh3dC05ck9wSnVmeVlJdWsiLCJ5I"
    "joicjRmakRxd0p5czlxVU9QLV9iM21SNVNaRy0tQ3dPMm1pYzVWU05UWU45ZyIsImNydiI6IlAtMjU2In1"
    "9..uAYcHRUSSn2X0WPX.yVzlGSYG4qbg0bq18JcUiDRw56yVnbKR8E7S7YlEtzT00RqE3Pw5oTpUG3hdLN"
    "4taHZ9gC1kwak8JOnJgQ.1wR024_3-qtAlx1oFIUpQQ"
)
SCALAR = "Et-3ce0omz8_TuZ96Df9lp0GAaaDoUnDe6X-CRO7Aww"


@pytest.fixture
def key():
    number = int.from_bytes(decode_base64url(SCALAR), "big")
    return EncryptionKey("ac", ec.derive_private_key(number, ec.SECP256R1()))


def test_the_printed_response_opens(key):
    assert create_jwk(key.private_key.public_key())["x"] == OFFERED[0]["x"]
    response = parse_response({"response": RESPONSE}, key)
    assert list(response.unverified_vp_token) == ["example_credential_id"]
    assert parse_jwe_header(RESPONSE)["kid"] == "ac"


def test_one_character_of_the_printed_response_changed_does_not_open(key):
    spoiled = RESPONSE[:-10] + ("A" if RESPONSE[-10] != "A" else "B") + RESPONSE[-9:]
    with pytest.raises(Exception, match="decrypt"):
        parse_response({"response": spoiled}, key)


@pytest.mark.parametrize("order", [OFFERED, OFFERED[::-1]])
def test_of_the_printed_keys_the_usable_one_is_chosen(order):
    metadata = {"jwks": {"keys": order}, "encrypted_response_enc_values_supported": ENC_VALUES}
    assert choose_encryption(metadata) == (OFFERED[0], "A128GCM")


def read(shared_data, name):
    return json.loads((shared_data / "vectors" / "openid4vp" / name).read_text())


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("client_metadata_sd_jwt_vc_verifier_metadata.json", True),
        ("client_metadata_mso_mdoc_verifier_metadata.json", False),
        ("client_metadata_w3c_jwt_verifier_metadata.json", False),
        ("client_metadata_w3c_ldp_verifier_metadata.json", False),
    ],
)
def test_published_verifier_metadata(shared_data, name, ours):
    formats = read(shared_data, name)["vp_formats_supported"]
    if ours:
        verify_formats(formats)
        return
    with pytest.raises(ProtocolError) as refused:
        verify_formats(formats)
    assert refused.value.code == "vp_formats_not_supported"


@pytest.mark.parametrize("name", ["request_dcql_jwt_vc.json", "request_dcql_ldp_vc.json"])
def test_published_queries_of_other_formats_parse_and_match_nothing(shared_data, name):
    query = parse_dcql(read(shared_data, name))
    claims = read(shared_data, "credentials_sd_jwt_vc_unsecured.json")
    for held in ("dc+sd-jwt", query.credentials[0].format):
        with pytest.raises(NoMatchError):
            match_dcql(query, [Holding("h", held, claims["vct"], claims)])


def test_published_credential_answers_a_query_for_its_type(shared_data):
    claims = read(shared_data, "credentials_sd_jwt_vc_unsecured.json")
    entry = {
        "id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": [claims["vct"]]},
        "claims": [{"path": ["family_name"], "values": ["Doe"]}],
    }  # fmt: skip
    holding = Holding("h", "dc+sd-jwt", claims["vct"], claims, frozenset({("family_name",)}))
    selection = match_dcql(parse_dcql({"credentials": [entry]}), [holding]).select()
    assert selection["a"][0].paths == (("family_name",),)
