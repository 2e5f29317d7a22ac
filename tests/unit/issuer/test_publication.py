"""What anybody may fetch: metadata, keys, type metadata, status lists."""

import gzip
import hashlib
import json
from base64 import b64encode
from datetime import date

import pytest

from esspass.attestations import EHIC, attestation_type
from esspass.keys.jwk import create_jwk
from esspass.openid4vci.authorization_server import parse_authorization_server_metadata
from esspass.openid4vci.metadata import parse_issuer_metadata
from esspass.openid4vci.signed_metadata import verify_signed_metadata
from esspass.statuslist import parse_status_list_token, verify_status_list_token
from esspass.trust import decide_relying_party
from tests.builders.issuance import ISSUER, NOW

METADATA = "/.well-known/openid-credential-issuer"


def get(office, path, **headers):
    return office.app.test_client().get(path, base_url=ISSUER, headers=headers)


def test_issuer_metadata(office):
    response = get(office, METADATA)
    assert response.content_type == "application/json"
    parsed = parse_issuer_metadata(response.json, ISSUER)
    assert parsed.batch_size == 10
    assert parsed.nonce_endpoint == f"{ISSUER}/nonce"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    entry = response.json["credential_configurations_supported"][EHIC]
    assert entry["format"] == "dc+sd-jwt"
    assert entry["scope"] == EHIC
    assert set(entry["proof_types_supported"]) == {"jwt", "attestation"}
    locales = [shown["locale"] for shown in entry["credential_metadata"]["display"]]
    assert locales == sorted(set(locales), key=locales.index)
    assert {"en", "lt", "el", "ro"} <= set(locales)
    assert all(isinstance(claim["path"], list) for claim in entry["credential_metadata"]["claims"])
    jwk = response.json["credential_request_encryption"]["jwks"]["keys"][0]
    assert {"kid", "alg", "use"} <= set(jwk)
    assert "d" not in jwk
    assert len(response.data) < 100_000


@pytest.mark.parametrize(
    "accept",
    ["application/json", "*/*", "", "text/html", "application/json, application/jwt;q=0.5"],
)
def test_unsigned_unless_asked(office, accept):
    assert get(office, METADATA, Accept=accept).content_type == "application/json"


def test_signed_metadata(office):
    response = get(office, METADATA, Accept="application/jwt")
    assert response.content_type == "application/jwt"
    decide = lambda chain: decide_relying_party(office.view, chain, NOW)
    signed = verify_signed_metadata(response.text, ISSUER, now=NOW, decide=decide)
    assert signed == parse_issuer_metadata(get(office, METADATA).json, ISSUER)


def test_authorization_server_metadata(office):
    document = get(office, "/.well-known/oauth-authorization-server").json
    parsed = parse_authorization_server_metadata(document, ISSUER)
    assert parsed.pushed_authorization_request_endpoint == f"{ISSUER}/par"
    expected = {
        "require_pushed_authorization_requests": True,
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["attest_jwt_client_auth"],
        "authorization_response_iss_parameter_supported": True,
        "pre-authorized_grant_anonymous_access_supported": False,
        "client_attestation_signing_alg_values_supported": ["ES256"],
        "client_attestation_pop_signing_alg_values_supported": ["ES256"],
    }
    assert {name: document[name] for name in expected} == expected
    assert {"jwks_uri", "challenge_endpoint", "status_list_aggregation_endpoint"} <= set(document)


def test_every_endpoint_named_answers(office):
    documents = {
        **get(office, METADATA).json,
        **get(office, "/.well-known/oauth-authorization-server").json,
    }
    for name, url in documents.items():
        if name.endswith(("_endpoint", "_uri")):
            assert url.startswith(f"{ISSUER}/")
            response = get(office, url.removeprefix(ISSUER))
            assert response.status_code != 404, name


def test_jwks_hold_public_keys_only(office):
    keys = get(office, "/jwks").json["keys"]
    assert create_jwk(office.services.keys.attestation.public_key)["x"] in {
        key["x"] for key in keys
    }
    assert all("d" not in key and key["x5c"] for key in keys)
    assert len({key["kid"] for key in keys}) == 3


def test_type_metadata_fit_their_integrity(office):
    response = get(office, f"/types/{EHIC}")
    digest = b64encode(hashlib.sha256(response.data).digest()).decode()
    assert attestation_type(EHIC).integrity == f"sha256-{digest}"
    assert json.loads(response.data)["vct"] == EHIC
    assert (
        get(office, f"/types/{EHIC}", **{"If-None-Match": response.headers["ETag"]}).status_code
        == 304
    )
    assert get(office, "/types/urn:eudi:pid:1").status_code == 404


def test_offers_by_reference(office):
    offer, _, offer_id = office.offer()
    assert offer["credential_issuer"] == ISSUER
    assert offer["credential_configuration_ids"] == [EHIC]
    uri = office.issuer.offer_uri(offer_id)
    assert (
        uri
        == f"openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fcredential-offers%2F{offer_id}"
    )
    assert get(office, "/credential-offers/unknown").status_code == 404
    office.clock[0] += 601
    assert get(office, f"/credential-offers/{offer_id}").status_code == 404
    assert office.issuer.offer_uri_by_value(offer_id).startswith(
        "openid-credential-offer://?credential_offer=%7B"
    )


def issue(office):
    office.ready().credential()


def test_a_status_list(office):
    issue(office)
    response = get(office, "/status/1")
    assert response.content_type == "application/statuslist+jwt"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age=60" in response.headers["Cache-Control"]
    token = parse_status_list_token(response.text)
    verified = verify_status_list_token(
        token, token.chain[0].public_key(), f"{ISSUER}/status/1", NOW
    )
    assert verified.statuses.bits == 1
    assert verified.statuses.size == 1024
    assert verified.ttl == 60
    assert token.chain[0] == office.services.keys.status.certificates[0]
    packed = get(office, "/status/1", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == response.data
    for answer, encoding in ((response, "identity"), (packed, "gzip")):
        headers = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": encoding}
        assert get(office, "/status/1", **headers).status_code == 304


def test_past_lists_are_not_kept(office):
    issue(office)
    assert get(office, "/status/1?time=1700000000").status_code == 501


def test_unknown_lists(office):
    assert get(office, "/status/1").status_code == 404
    assert get(office, "/status/x").status_code == 404
    assert get(office, "/status-lists").json == {"status_lists": []}


def test_aggregation(office):
    issue(office)
    assert get(office, "/status-lists").json == {"status_lists": [f"{ISSUER}/status/1"]}


def test_a_token_is_signed_again_when_needed_only(portable_office):
    office = portable_office
    issue(office)
    first = get(office, "/status/1").text
    office.clock[0] += 60
    assert get(office, "/status/1").text == first
    office.clock[0] += 43200
    second = get(office, "/status/1").text
    assert second != first
    office.issuer.withdraw(
        office.records["builder", "ehic"], "fraud", date(2026, 9, 1), office.clock[0]
    )
    third = get(office, "/status/1").text
    assert third not in (first, second)


def test_the_end_of_a_document_ends_its_credential(office, people):
    from dataclasses import replace

    ehic = people["builder"].documents[1]
    soon = replace(ehic, document_number="80440000000000000017", expires_on=date(2026, 9, 25))
    record_id, _ = office.issuer.records.add(people["builder"].person, soon, NOW)
    made = office.issuer.create_offer(record_id, EHIC, tx_code=False, now=NOW)
    wallet = office.wallet()
    wallet.redeem(get(office, f"/credential-offers/{made.id}").json)
    from esspass.sdjwt import parse_sd_jwt_vc

    claims = parse_sd_jwt_vc(wallet.credential().json["credentials"][0]["credential"]).claims
    assert claims["exp"] == 1_790_380_800
    office.clock[0] = 1_790_380_800
    from issuer.service import OfferError

    with pytest.raises(OfferError):
        office.issuer.create_offer(record_id, EHIC, tx_code=False, now=office.clock[0])
