"""Every refusal a wallet owes a request object (OpenID4VP 1.0, section 5; HAIP 1.0, section 5)."""

import json
from dataclasses import replace
from functools import lru_cache

import pytest

from esspass.errors import EsspassError
from esspass.jose.jwe import create_encryption_key
from esspass.jose.jws import create_jws, parse_jws
from esspass.keys.certificates import (
    create_authority,
    create_signer,
    create_x5c,
    issue_certificate,
)
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vp.request_object import (
    RequestParameters,
    create_client_id,
    create_request_object,
    verify_request_object,
)
from esspass.openid4vp.verifier_info import (
    RegistrarDataset,
    create_registered_credentials,
    find_over_asking,
)

NOW = 1_795_000_000
DNS = "inspect.example.gr"
QUERY = {
    "credentials": [
        {
            "id": "a1",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": ["urn:example:a1:1"]},
            "claims": [{"path": ["name"]}, {"path": ["countries", None]}],
        }
    ]
}
DATASET = RegistrarDataset(
    identifier="EL123",
    service={"en": "Labour inspection"},
    purpose={"en": "Check who is insured where", "el": "Έλεγχος ασφάλισης"},
    intended_use="inspection",
    registry_uri="https://registry.example.eu",
    policy_uri="https://inspect.example.gr/policy",
    credentials=create_registered_credentials(QUERY),
)


@lru_cache(maxsize=1)
def authority():
    return create_authority("Access CA", "GR", "Access CA", NOW)


@lru_cache(maxsize=1)
def signer():
    return create_signer(authority(), "Labour Inspectorate", "GR", "Access", NOW)


@lru_cache(maxsize=1)
def dns_signer():
    key = create_key()
    leaf = issue_certificate(
        authority(), key.public_key(), "Labour Inspectorate", "GR", "Access", NOW, dns_names=[DNS]
    )
    return KeySigner(key, (leaf,))


@lru_cache(maxsize=1)
def parameters():
    return RequestParameters(
        response_uri=f"https://{DNS}/openid4vp/response/1",
        nonce="n" * 22,
        state="s" * 22,
        dcql_query=QUERY,
        encryption_jwk=create_encryption_key().public_jwk(),
        issued_at=NOW,
        expires_at=NOW + 300,
        dataset=DATASET,
    )


def good_token(wallet_nonce=None):
    return create_request_object(parameters(), signer(), wallet_nonce)


def resigned(claims=None, header=None, by=None, **metadata):
    """The good request with claims or header members changed (``...`` removes) and signed anew."""
    by = by or signer()
    good = parse_jws(good_token()).claims()
    good["client_id"] = create_client_id(by)
    good["client_metadata"].update(metadata)
    body = {**good, **(claims or {})}
    head = {"typ": "oauth-authz-req+jwt", "x5c": create_x5c(by.certificates), **(header or {})}
    kept = [{k: v for k, v in each.items() if v is not ...} for each in (head, body)]
    kept[1]["client_metadata"] = {
        k: v for k, v in kept[1].get("client_metadata", {}).items() if v is not ...
    }
    return create_jws(*kept, by)


def read(token, client_id=None, now=NOW, wallet_nonce=None):
    client_id = create_client_id(signer()) if client_id is None else client_id
    return verify_request_object(token, client_id, now=now, wallet_nonce=wallet_nonce)


def test_a_good_request_says_who_asks_why_and_what():
    request = read(good_token())
    assert request.verifier_name == "Labour Inspectorate"
    assert request.purpose["el"] == "Έλεγχος ασφάλισης"
    assert request.dcql_query.credentials[0].vct_values == ("urn:example:a1:1",)
    assert request.encryption_enc == "A256GCM"
    assert (request.nonce, request.state) == ("n" * 22, "s" * 22)


def test_the_request_has_exactly_what_haip_asks_for():
    jws = parse_jws(good_token())
    claims = jws.claims()
    assert set(jws.header) == {"alg", "typ", "x5c"}
    assert claims.keys() == {
        "aud", "client_id", "response_type", "response_mode", "response_uri", "nonce", "state",
        "dcql_query", "client_metadata", "iat", "exp", "verifier_info",
    }  # fmt: skip
    assert claims["client_metadata"].keys() == {
        "jwks", "encrypted_response_enc_values_supported", "vp_formats_supported",
    }  # fmt: skip
    (key,) = claims["client_metadata"]["jwks"]["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert "wallet_nonce" not in claims


def test_vp_11_wallet_nonce_must_come_back():
    assert read(good_token("fresh"), wallet_nonce="fresh").nonce
    for token in (good_token(), good_token("stale")):
        with pytest.raises(EsspassError, match="wallet_nonce"):
            read(token, wallet_nonce="fresh")


def flipped(token):
    head, payload, signature = token.split(".")
    return ".".join((head, payload, ("B" if signature[0] == "A" else "A") + signature[1:]))


def unsigned(token):
    return f"eyJhbGciOiJub25lIiwidHlwIjoib2F1dGgtYXV0aHotcmVxK2p3dCJ9.{token.split('.')[1]}."


def as_json(token):
    """JWS JSON serialization: two signatures, one of them bad."""
    head, payload, signature = token.split(".")
    good = {"protected": head, "signature": signature}
    bad = {"protected": head, "signature": flipped(token).split(".")[2]}
    return json.dumps({"payload": payload, "signatures": [good, bad]})


def stranger():
    other = create_authority("Other CA", "GR", "Other CA", NOW)
    return create_signer(other, "Labour Inspectorate", "GR", "Access", NOW)


def self_signed():
    return KeySigner(authority().private_key, (authority().certificate,))


def mixed():
    """The inspectorate's certificate, a stranger's key."""
    return KeySigner(create_key(), signer().certificates)


REFUSED = [
    pytest.param(lambda: unsigned(good_token()), id="VP-01"),
    pytest.param(lambda: resigned(header={"x5c": ...}), id="VP-01-no-certificate"),
    pytest.param(lambda: resigned({"client_id": "x509_hash:abc"}), id="VP-03"),
    pytest.param(lambda: resigned(by=stranger()), id="VP-03-hash-of-another-certificate"),
    pytest.param(lambda: resigned({"client_id": ...}), id="VP-03-no-client-id"),
    pytest.param(lambda: resigned({"redirect_uri": f"https://{DNS}/back"}), id="VP-06"),
    pytest.param(lambda: resigned({"nonce": ...}), id="VP-07"),
    pytest.param(lambda: resigned({"nonce": "short"}), id="VP-07-short"),
    pytest.param(lambda: resigned({"nonce": "n" * 21 + "\n"}), id="VP-07-not-url-safe"),
    pytest.param(lambda: resigned({"nonce": 7}), id="VP-07-number"),
    pytest.param(lambda: flipped(good_token()), id="VP-08"),
    pytest.param(lambda: resigned(by=mixed()), id="VP-08-another-key"),
    pytest.param(lambda: as_json(good_token()), id="VP-25"),
    pytest.param(lambda: resigned(header={"typ": "JWT"}), id="typ"),
    pytest.param(lambda: resigned(header={"typ": ...}), id="no-typ"),
    pytest.param(lambda: resigned(header={"crit": ["x"], "x": 1}), id="crit"),
    pytest.param(lambda: resigned({"aud": "https://wallet.example"}), id="audience"),
    pytest.param(lambda: resigned({"aud": ...}), id="no-audience"),
    pytest.param(lambda: resigned({"response_type": "code"}), id="response-type"),
    pytest.param(lambda: resigned({"response_mode": "direct_post"}), id="VP-17-plain-mode"),
    pytest.param(lambda: resigned({"response_mode": ...}), id="no-response-mode"),
    pytest.param(lambda: resigned({"response_uri": ...}), id="no-response-uri"),
    pytest.param(lambda: resigned({"response_uri": "javascript:alert(1)"}), id="scheme"),
    pytest.param(lambda: resigned({"response_uri": "https://a.example/#x"}), id="fragment"),
    pytest.param(lambda: resigned({"response_uri": "https://[::1"}), id="not-a-uri"),
    pytest.param(lambda: resigned({"dcql_query": ...}), id="no-query"),
    pytest.param(lambda: resigned({"dcql_query": {"credentials": []}}), id="bad-query"),
    pytest.param(lambda: resigned({"state": "a b"}), id="state"),
    pytest.param(lambda: resigned({"state": 1}), id="state-number"),
    pytest.param(lambda: resigned({"exp": NOW - 61}), id="expired"),
    pytest.param(lambda: resigned({"iat": NOW + 61}), id="from-the-future"),
    pytest.param(lambda: resigned({"nbf": NOW + 61}), id="not-before"),
    pytest.param(lambda: resigned({"exp": "soon"}), id="exp-not-a-number"),
    pytest.param(lambda: resigned({"exp": True}), id="exp-boolean"),
    pytest.param(lambda: resigned({"client_metadata": {}}), id="no-metadata"),
    pytest.param(lambda: resigned(jwks=...), id="no-keys"),
    pytest.param(
        lambda: resigned(encrypted_response_enc_values_supported=["A256CBC-HS512"]), id="enc"
    ),
    pytest.param(lambda: "x" * 300_000, id="oversized"),
    pytest.param(lambda: "", id="empty"),
]


@pytest.mark.parametrize("make", REFUSED)
def test_refused(make):
    with pytest.raises(EsspassError):
        read(make())


def test_self_signed_certificate_is_refused():
    by = self_signed()
    with pytest.raises(EsspassError, match="self-signed"):
        read(resigned(by=by), create_client_id(by))


def test_anchor_in_the_chain_is_refused():
    chain = create_x5c((*signer().certificates, authority().certificate))
    with pytest.raises(EsspassError, match="self-signed"):
        read(resigned(header={"x5c": chain}))


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        pytest.param({"transaction_data": ["e30"]}, "invalid_transaction_data", id="VP-21"),
        pytest.param({"scope": "openid"}, "invalid_scope", id="scope-beside-dcql"),
        pytest.param({"scope": "openid", "dcql_query": ...}, "invalid_scope", id="scope-only"),
        pytest.param({"redirect_uri": "https://x.example"}, "invalid_request", id="redirect"),
        pytest.param(
            {"client_metadata": {"vp_formats_supported": {"mso_mdoc": {}}}},
            "vp_formats_not_supported",
            id="formats",
        ),
    ],
)
def test_error_codes(claims, code):
    with pytest.raises(EsspassError) as refused:
        read(resigned(claims))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "client_id",
    [
        pytest.param("redirect_uri:https://a.example", id="VP-02-redirect_uri"),
        pytest.param("origin:https://a.example", id="VP-02-origin"),
        pytest.param("did:web:a.example", id="VP-02-did"),
        pytest.param("x509_hash", id="VP-02-without-colon"),
        pytest.param("pre-registered", id="VP-02-pre-registered"),
        pytest.param("X509_HASH:abc", id="VP-02-case"),
        pytest.param("verifier_attestation:a.example", id="VP-02-attestation"),
        pytest.param("", id="VP-02-empty"),
    ],
)
def test_other_prefixes_are_refused(client_id):
    with pytest.raises(EsspassError, match="prefix"):
        read(resigned({"client_id": client_id}), client_id)


def test_x509_san_dns_is_accepted_for_its_own_name_and_host():
    client_id = f"x509_san_dns:{DNS}"
    token = resigned({"client_id": client_id}, by=dns_signer())
    assert read(token, client_id).client_id == client_id


@pytest.mark.parametrize(
    ("by", "name", "response_uri"),
    [
        pytest.param(dns_signer, "other.example.gr", f"https://{DNS}/r", id="VP-04"),
        pytest.param(signer, DNS, f"https://{DNS}/r", id="VP-04-no-name-in-certificate"),
        pytest.param(dns_signer, DNS, "https://evil.example/r", id="VP-05"),
        pytest.param(dns_signer, DNS, f"https://{DNS}.evil.example/r", id="VP-05-suffix"),
        pytest.param(dns_signer, DNS, f"https://{DNS}@evil.example/r", id="VP-05-userinfo"),
        pytest.param(dns_signer, DNS, "https://[::1/r", id="VP-05-no-address"),
        pytest.param(dns_signer, DNS, None, id="VP-05-none"),
    ],
)
def test_x509_san_dns_refusals(by, name, response_uri):
    client_id = f"x509_san_dns:{name}"
    token = resigned({"client_id": client_id, "response_uri": response_uri}, by=by())
    with pytest.raises(EsspassError):
        read(token, client_id)


def test_vp_04_hash_of_another_certificate():
    with pytest.raises(EsspassError):
        read(resigned({"client_id": create_client_id(signer())}, by=stranger()))


def test_vp_17_keys_the_wallet_cannot_use_are_ignored():
    good = parameters().encryption_jwk
    unusable = [
        {"kty": "OKP", "crv": "X25519", "x": "AA", "kid": "1", "alg": "ECDH-ES", "use": "enc"},
        {**good, "use": "sig", "kid": "2"},
        {**good, "alg": "ECDH-ES+A256KW", "kid": "3"},
        {**good, "x": good["y"], "kid": "4"},
        {name: value for name, value in good.items() if name != "kid"},
        "not a key",
    ]
    assert read(resigned(jwks={"keys": [*unusable, good]})).encryption_jwk == good
    with pytest.raises(EsspassError, match="no key"):
        read(resigned(jwks={"keys": unusable}))


def test_a128gcm_is_the_default():
    token = resigned(encrypted_response_enc_values_supported=...)
    assert read(token).encryption_enc == "A128GCM"


def test_vp_28_over_asking_is_found():
    request = read(good_token())
    assert find_over_asking(request.dcql_query, request.dataset) == ()
    narrow = create_registered_credentials(
        {"credentials": [{**QUERY["credentials"][0], "claims": [{"path": ["name"]}]}]}
    )
    (excess,) = find_over_asking(request.dcql_query, replace(DATASET, credentials=narrow))
    assert (excess.query_id, excess.path) == ("a1", ("countries", None))
    other = ({**narrow[0], "meta": {"vct_values": ["urn:other"]}},)
    (excess,) = find_over_asking(request.dcql_query, replace(DATASET, credentials=other))
    assert (excess.query_id, excess.path) == ("a1", None)


@pytest.mark.parametrize(
    "info",
    [
        "text", [], ["x"], [{"format": "other", "data": {}}], [{"format": "registrar_dataset"}],
        [{"format": "registrar_dataset", "data": "x"}],
    ],
)  # fmt: skip
def test_verifier_info_of_other_kinds_is_ignored(info):
    assert read(resigned({"verifier_info": info})).purpose == {}


def test_verifier_info_full_of_wrong_types_says_nothing():
    data = {"identifier": "x", "purpose": [7, {"lang": 1}], "credential": [1], "srvDescription": {}}
    info = [{"format": "registrar_dataset", "data": data}]
    assert read(resigned({"verifier_info": info})).purpose == {"": ""}
