"""Offers, metadata, authorization, token and credential messages, as both ends see them."""

import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import MalformedError, ProtocolError, VerificationError
from esspass.jose.jwe import create_encryption_key
from esspass.openid4vci import (
    authorization,
    authorization_server,
    credential,
    encryption,
    metadata,
    offer,
    pkce,
    refusal,
    signed_metadata,
    token,
)
from tests.builders.issuance import ISSUER, NOW, accept, create_provider, flip_signature, spoil

OFFER = offer.CredentialOffer(
    ISSUER,
    ("urn:eudi:ehic:1",),
    offer.PreAuthorizedGrant("code", offer.TxCode("numeric", 6, "Look at the letter")),
    offer.AuthorizationGrant("state"),
)


def test_an_offer_by_value_comes_back():
    uri = offer.create_offer_uri(offer=OFFER)
    assert uri.startswith("openid-credential-offer://?credential_offer=")
    assert offer.parse_offer_uri(uri) == OFFER
    link = offer.create_offer_uri(offer=OFFER, endpoint="https://wallet.example/offer")
    assert offer.parse_offer_uri(link) == OFFER


def test_an_offer_by_reference_names_its_url():
    uri = offer.create_offer_uri(reference=f"{ISSUER}/offers/1")
    assert offer.parse_offer_uri(uri) == f"{ISSUER}/offers/1"


def test_an_offer_without_grants_means_the_code_flow():
    parsed = offer.parse_credential_offer(
        {"credential_issuer": ISSUER, "credential_configuration_ids": ["a"]}
    )
    assert parsed.authorization == offer.AuthorizationGrant()


@pytest.mark.parametrize(
    "uri",
    ["", "hello", "javascript:alert(1)", "intent://x?credential_offer_uri=https://a.example",
     "openid-credential-offer://?credential_offer={}&credential_offer_uri=https://a.example",
     "openid-credential-offer://?credential_offer_uri=https://a.example&credential_offer_uri=https://b.example",
     "openid-credential-offer://?credential_offer_uri=file:///etc/passwd",
     "openid-credential-offer://?credential_offer_uri=https://u:p@a.example/",
     "openid-credential-offer://?credential_offer=[]", "openid-credential-offer://?x=1",
     "openid-credential-offer://?" + "a" * 20_000, "https://[/?credential_offer=1"],
)  # fmt: skip
def test_what_is_not_an_offer(uri):
    with pytest.raises(MalformedError):
        offer.parse_offer_uri(uri)


@pytest.mark.parametrize(
    "change",
    [{"credential_issuer": None}, {"credential_issuer": "https://a.example?x=1"}, {"credential_issuer": "a"},
     {"credential_configuration_ids": []}, {"credential_configuration_ids": ["a", "a"]},
     {"credential_configuration_ids": [1]}, {"grants": {}}, {"grants": {"implicit": {}}}, {"grants": []},
     {"grants": {offer.PRE_AUTHORIZED_CODE: {}}},
     {"grants": {offer.PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"description": "x" * 301}}}},
     {"grants": {offer.PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"input_mode": "voice"}}}}],
)  # fmt: skip
def test_offers_that_are_refused(change):
    with pytest.raises(MalformedError):
        offer.parse_credential_offer({**offer.create_credential_offer(OFFER), **change})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["grants", "credential_issuer", "credential_configuration_ids", "x"]
                ),
                inner,
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_is_an_offer_or_malformed(value):
    if isinstance(value, dict):
        try:
            offer.parse_credential_offer(value)
        except MalformedError:
            return


CONFIGURATION = metadata.CredentialConfiguration(
    "urn:eudi:ehic:1", "urn:eudi:ehic:1", "urn:eudi:ehic:1", ("jwt", "attestation"), {},
    ({"name": "EHIC", "locale": "en"},), ({"path": ["document_number"]},),
)  # fmt: skip


def issuer_metadata():
    key = create_encryption_key()
    return metadata.IssuerMetadata(
        ISSUER, f"{ISSUER}/credential", {"urn:eudi:ehic:1": CONFIGURATION}, (ISSUER,),
        f"{ISSUER}/nonce", f"{ISSUER}/deferred", f"{ISSUER}/notification", 10,
        metadata.RequestEncryption((key.public_jwk(),)), metadata.ResponseEncryptionSupport(),
        ({"name": "Issuer", "locale": "en"},),
    )  # fmt: skip


def test_issuer_metadata_comes_back():
    written = issuer_metadata()
    document = json.loads(json.dumps(metadata.create_issuer_metadata(written)))
    assert metadata.parse_issuer_metadata(document, ISSUER) == written


def test_a_configuration_says_what_haip_asks():
    entry = metadata.create_issuer_metadata(issuer_metadata())[
        "credential_configurations_supported"
    ]["urn:eudi:ehic:1"]
    assert entry["scope"]
    assert entry["cryptographic_binding_methods_supported"] == ["jwk"]
    assert entry["proof_types_supported"]["jwt"] == {
        "proof_signing_alg_values_supported": ["ES256"],
        "key_attestations_required": {},
    }


@pytest.mark.parametrize(
    "name",
    [ISSUER + "/", "https://ISSUER.example", "https://evil.example", "http://issuer.example"],
)
def test_vci_09_metadata_of_another_issuer(name):
    document = metadata.create_issuer_metadata(issuer_metadata())
    with pytest.raises(VerificationError) as refused:
        metadata.parse_issuer_metadata(document, name)
    assert refused.value.code == "issuer_mismatch"


@pytest.mark.parametrize(
    "change",
    [{"credential_endpoint": None}, {"credential_endpoint": "/credential"}, {"credential_configurations_supported": []},
     {"batch_credential_issuance": {"batch_size": 1}}, {"batch_credential_issuance": 5}, {"nonce_endpoint": 1},
     {"credential_request_encryption": {}}, {"credential_request_encryption": {"jwks": {"keys": [1]}}},
     {"credential_configurations_supported": {"a": {"format": "dc+sd-jwt"}}}, {"display": "x"}],
)  # fmt: skip
def test_broken_metadata(change):
    document = {**metadata.create_issuer_metadata(issuer_metadata()), **change}
    with pytest.raises(MalformedError):
        metadata.parse_issuer_metadata(document, ISSUER)


def test_unknown_formats_and_algorithms_are_left_out():
    document = metadata.create_issuer_metadata(issuer_metadata())
    configurations = document["credential_configurations_supported"]
    configurations["mdl"] = {"format": "mso_mdoc"}
    configurations["urn:eudi:ehic:1"]["proof_types_supported"]["attestation"] = {
        "proof_signing_alg_values_supported": ["RS256"]
    }
    parsed = metadata.parse_issuer_metadata(document, ISSUER).configurations
    assert set(parsed) == {"urn:eudi:ehic:1"}
    assert parsed["urn:eudi:ehic:1"].proof_types == ("jwt",)


def test_the_authorization_server_of_an_offer_must_be_listed():
    parsed = issuer_metadata()
    assert parsed.authorization_server() == ISSUER
    assert parsed.authorization_server(ISSUER) == ISSUER
    with pytest.raises(VerificationError):
        parsed.authorization_server("https://evil.example")


@pytest.mark.parametrize(
    ("identifier", "url"),
    [("https://a.example", "https://a.example/.well-known/openid-credential-issuer"),
     ("https://a.example/", "https://a.example/.well-known/openid-credential-issuer"),
     ("https://a.example:8443/t/1", "https://a.example:8443/.well-known/openid-credential-issuer/t/1")],
)  # fmt: skip
def test_well_known_goes_between_host_and_path(identifier, url):
    assert metadata.well_known_url(identifier) == url


def test_signed_metadata_comes_back():
    signer, written = create_provider(), issuer_metadata()
    token_ = signed_metadata.create_signed_metadata(
        metadata.create_issuer_metadata(written), signer, now=NOW, lifetime=86400
    )
    assert signed_metadata.verify_signed_metadata(token_, ISSUER, now=NOW, decide=accept) == written
    bad = [flip_signature(token_), spoil(token_, signer, sub="https://evil.example"), spoil(token_, signer, exp=NOW - 900),
           spoil(token_, signer, header={"typ": "jwt"}), spoil(token_, signer, credential_issuer="https://evil.example"),
           spoil(token_, create_provider("Other")), spoil(token_, signer, iat=None)]  # fmt: skip
    for broken in bad:
        with pytest.raises((VerificationError, MalformedError)):
            signed_metadata.verify_signed_metadata(broken, ISSUER, now=NOW, decide=accept)


def test_authorization_server_metadata_comes_back():
    written = authorization_server.AuthorizationServerMetadata(
        ISSUER, f"{ISSUER}/token", f"{ISSUER}/authorize", f"{ISSUER}/par", f"{ISSUER}/challenge",
        f"{ISSUER}/jwks", f"{ISSUER}/status", scopes=("a",), ui_locales=("en",),
    )  # fmt: skip
    document = authorization_server.create_authorization_server_metadata(written)
    assert authorization_server.parse_authorization_server_metadata(document, ISSUER) == written
    with pytest.raises(VerificationError):
        authorization_server.parse_authorization_server_metadata(document, "https://evil.example")


REQUEST = authorization.AuthorizationRequest(
    "wallet", "https://wallet.example/cb?x=1", pkce.create_code_challenge("v" * 43), ("ehic",), ("urn:eudi:ehic:1",),
    "s" * 3000, "issuer-state", "j" * 43,
)  # fmt: skip


def test_an_authorization_request_comes_back():
    form = authorization.create_authorization_request(REQUEST)
    assert authorization.parse_authorization_request(form) == REQUEST


BAD_REQUESTS = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"redirect_uri": None}, "invalid_request"),
    ({"redirect_uri": "javascript:alert(1)"}, "invalid_request"),
    ({"redirect_uri": "https://a.example/#x"}, "invalid_request"),
    ({"redirect_uri": "https://a.example/\r\nX: y"}, "invalid_request"),
    ({"redirect_uri": "/relative"}, "invalid_request"),
    ({"client_id": None}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"request_uri": "urn:x"}, "invalid_request"),
    ({"request": "x"}, "invalid_request"),
    ({"dpop_jkt": "short"}, "invalid_request"),
    ({"authorization_details": "{"}, "invalid_authorization_details"),
    ({"authorization_details": "[]"}, "invalid_authorization_details"),
    ({"authorization_details": '[{"type":"payment"}]'}, "invalid_authorization_details"),
    ({"authorization_details": '[{"type":"openid_credential"}]'}, "invalid_authorization_details"),
]


@pytest.mark.parametrize(("change", "code"), BAD_REQUESTS)
def test_bad_authorization_requests(change, code):
    form = {**authorization.create_authorization_request(REQUEST), **change}
    with pytest.raises(ProtocolError) as refused:
        authorization.parse_authorization_request({n: v for n, v in form.items() if v is not None})
    assert refused.value.code == code


def test_an_authorization_response_keeps_the_query_and_long_state():
    url = authorization.create_authorization_response(
        "https://wallet.example/cb?x=1",
        {"code": "c", "state": "s&=" * 800, "iss": ISSUER, "error": None},
    )
    assert parse_qs(urlsplit(url).query)["x"] == ["1"]
    assert authorization.parse_authorization_response(url, state="s&=" * 800, issuer=ISSUER) == "c"


@pytest.mark.parametrize(
    ("parameters", "error"),
    [({"code": "c", "state": "other", "iss": ISSUER}, VerificationError), ({"code": "c", "iss": ISSUER}, VerificationError),
     ({"code": "c", "state": "s"}, VerificationError), ({"code": "c", "state": "s", "iss": "https://evil.example"}, VerificationError),
     ({"state": "s", "iss": ISSUER}, MalformedError), ({"error": "access_denied", "state": "s", "iss": ISSUER}, ProtocolError)],
)  # fmt: skip
def test_a_wallet_refuses_other_responses(parameters, error):
    url = "https://wallet.example/cb?" + urlencode(parameters)
    with pytest.raises(error):
        authorization.parse_authorization_response(url, state="s", issuer=ISSUER)


@pytest.mark.parametrize(
    "url", ["https://wallet.example/cb?" + "a=b&" * 40, "https://[::1/cb?state=s"]
)
def test_an_authorization_response_that_is_no_url_of_ours(url):
    with pytest.raises(MalformedError):
        authorization.parse_authorization_response(url, state="s", issuer=ISSUER)


def test_pkce():
    verifier = pkce.create_code_verifier()
    pkce.verify_code_verifier(verifier, pkce.create_code_challenge(verifier))
    for bad in (None, "short", "x" * 43, "x" * 129, verifier + "!"):
        with pytest.raises(ProtocolError) as refused:
            pkce.verify_code_verifier(bad, pkce.create_code_challenge(verifier))
        assert refused.value.code == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "expected"),
    [({"grant_type": offer.PRE_AUTHORIZED_CODE, "pre-authorized_code": "c", "tx_code": "1"}, token.PreAuthorizedRequest("c", "1", (), None)),
     ({"grant_type": "authorization_code", "code": "c", "redirect_uri": "r", "code_verifier": "v", "client_id": "w"}, token.AuthorizationCodeRequest("c", "r", "v", "w")),
     ({"grant_type": "refresh_token", "refresh_token": "r"}, token.RefreshRequest("r", None))],
)  # fmt: skip
def test_token_requests(form, expected):
    assert token.parse_token_request(form) == expected


@pytest.mark.parametrize(
    ("form", "code"),
    [({}, "invalid_request"), ({"grant_type": "password"}, "unsupported_grant_type"),
     ({"grant_type": offer.PRE_AUTHORIZED_CODE}, "invalid_request"), ({"grant_type": "authorization_code", "code": "c"}, "invalid_request"),
     ({"grant_type": "refresh_token"}, "invalid_request")],
)  # fmt: skip
def test_bad_token_requests(form, code):
    with pytest.raises(ProtocolError) as refused:
        token.parse_token_request(form)
    assert refused.value.code == code


def test_token_responses_come_back():
    for written in (
        token.TokenResponse("a", 300, "r", {"ehic": ("1", "2")}),
        token.TokenResponse("a", None),
    ):
        document = token.create_token_response(written)
        assert token.parse_token_response({**document, "token_type": "dpop"}) == written
    with pytest.raises(MalformedError):
        token.parse_token_response({"access_token": "a", "token_type": "Bearer"})
    for text in ("ж", "\ud800", "a b", "a\r\nX-Evil: 1"):
        with pytest.raises(MalformedError):
            token.parse_token_response({"access_token": text, "token_type": "DPoP"})


def test_vci_13_response_encryption():
    key = create_encryption_key()
    wanted = encryption.create_response_encryption(key, "A128GCM")
    parsed = encryption.parse_response_encryption(wanted)
    assert encryption.decrypt_response(encryption.encrypt_message({"a": "ą"}, parsed), key) == {
        "a": "ą"
    }
    jwk = wanted["jwk"]
    bad = [None, {}, {"jwk": jwk}, {"enc": "A256GCM"}, {"jwk": jwk, "enc": "A128CBC-HS256"}, {"jwk": jwk, "enc": "A256GCM", "zip": "DEF"},
           {"jwk": {**jwk, "alg": "RSA-OAEP-256"}, "enc": "A256GCM"}, {"jwk": {**jwk, "alg": None}, "enc": "A256GCM"},
           {"jwk": {**jwk, "use": "sig"}, "enc": "A256GCM"},
           {"jwk": {**jwk, "key_ops": ["sign"]}, "enc": "A256GCM"}, {"jwk": {**jwk, "x": "AA"}, "enc": "A256GCM"}, {"jwk": {**jwk, "d": "AA"}, "enc": "A256GCM"}, {"jwk": jwk, "enc": "A256GCM", "alg": "dir"}]  # fmt: skip
    for value in bad:
        with pytest.raises(ProtocolError) as refused:
            encryption.parse_response_encryption(value)
        assert refused.value.code == "invalid_encryption_parameters"


def test_request_encryption():
    key, other = create_encryption_key(), create_encryption_key()
    jwe = encryption.encrypt_request({"a": 1}, [{"kty": "RSA"}, key.public_jwk()])
    assert encryption.decrypt_request(jwe, [other, key]) == {"a": 1}
    for bad in (jwe[:-3] + "AAA", "x", encryption.encrypt_request({}, [other.public_jwk()])):
        with pytest.raises(ProtocolError) as refused:
            encryption.decrypt_request(bad, [key])
        assert refused.value.code == "invalid_encryption_parameters"
    with pytest.raises(MalformedError):
        encryption.encrypt_request({}, [])


def test_credential_requests():
    written = credential.create_credential_request("jwt", ["p"], configuration_id="ehic")
    parsed = credential.parse_credential_request({**written, "unknown": 1}, encrypted=False)
    assert (parsed.configuration_id, parsed.identifier, parsed.proofs.values) == (
        "ehic",
        None,
        ("p",),
    )
    encrypted = {
        **written,
        "credential_response_encryption": encryption.create_response_encryption(
            create_encryption_key()
        ),
    }
    assert credential.parse_credential_request(encrypted, encrypted=True).encryption
    bad = [({**written, "credential_identifier": "x"}, "invalid_credential_request"), ({"proofs": {"jwt": ["p"]}}, "invalid_credential_request"),
           ({**written, "credential_configuration_id": 5}, "invalid_credential_request"), ({"credential_configuration_id": "ehic"}, "invalid_proof"),
           (encrypted, "invalid_encryption_parameters")]  # fmt: skip
    for document, code in bad:
        with pytest.raises(ProtocolError) as refused:
            credential.parse_credential_request(document, encrypted=False)
        assert refused.value.code == code


def test_credential_responses_come_back():
    for written in (
        credential.IssuedCredentials(("a", "b"), "n"),
        credential.IssuedCredentials(("a",)),
        credential.DeferredCredentials("t", 60),
    ):
        assert (
            credential.parse_credential_response(credential.create_credential_response(written))
            == written
        )
    for bad in (
        {},
        {"credentials": []},
        {"credentials": [{}]},
        {"credentials": ["a"]},
        {"credentials": [{"credential": "a"}], "transaction_id": "t"},
    ):
        with pytest.raises(MalformedError):
            credential.parse_credential_response(bad)


def test_notifications():
    parsed = credential.parse_notification(
        {"notification_id": "n", "event": "credential_deleted", "event_description": "why"}
    )
    assert parsed == credential.Notification("n", credential.NotificationEvent.DELETED)
    for bad in (
        {},
        {"notification_id": "n"},
        {"notification_id": "n", "event": "eaten"},
        {"notification_id": "n", "event": "credential_accepted", "event_description": 'a "b"'},
    ):
        with pytest.raises(ProtocolError) as refused:
            credential.parse_notification(bad)
        assert refused.value.code == "invalid_notification_request"


@given(st.text())
def test_descriptions_have_only_allowed_characters(text):
    assert all(
        c in " !" or "#" <= c <= "[" or "]" <= c <= "~" for c in refusal.clean_description(text)
    )
