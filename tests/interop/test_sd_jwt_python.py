"""PyPI ``sd-jwt`` (OpenWallet Foundation) reads ours, and we read its."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from esspass.errors import VerificationError
from esspass.jose.jws import parse_jws, verify_jws
from esspass.keys.certificates import create_x5c
from esspass.keys.jwk import create_jwk
from esspass.sdjwt import (
    create_key_binding,
    create_presentation,
    create_sd_jwt,
    parse_sd_jwt,
    parse_sd_jwt_vc,
    process_disclosures,
    verify_key_binding,
    verify_sd_jwt_vc,
)
from tests.builders.credentials import (
    AUDIENCE,
    DISCLOSABLE,
    NONCE,
    NOW,
    create_claims,
    create_credential,
    create_parties,
)

PARTIES = create_parties()


def to_jwcrypto(key):
    return JWK.from_json(json.dumps(create_jwk(key)))


def to_private_jwcrypto(signer):
    return JWK.from_pem(
        signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def verify_theirs(text, **expected):
    verifier = SDJWTVerifier(text, lambda *_: to_jwcrypto(PARTIES.issuer.public_key), **expected)
    claims = verifier.get_verified_payload()
    claims.pop("_sd_alg", None)
    return claims


def without_empty(value):
    """Theirs leaves out objects whose members are all hidden."""
    return {name: member for name, member in value.items() if member != {}}


def test_it_verifies_what_we_issue():
    assert verify_theirs(create_credential(PARTIES)) == create_claims(PARTIES.holder)


@pytest.mark.parametrize("decoys", [0, 3])
def test_it_verifies_decoys_and_deep_recursion(decoys):
    claims = {"a": {"b": [{"c": 1, "d": [1, [2, 3]]}]}}
    hidden = [
        ("a",),
        ("a", "b"),
        ("a", "b", None),
        ("a", "b", None, "d"),
        ("a", "b", None, "d", 1, None),
    ]
    text = create_sd_jwt(claims, hidden, PARTIES.issuer, decoys=decoys)
    assert verify_theirs(text) == claims


@pytest.mark.parametrize(
    "paths",
    [
        [],
        [("subject", "pin")],
        [("employments", 1, "address"), ("countries", 0)],
        [("employments", None), ("document_number",)],
        list(DISCLOSABLE),
    ],
    ids=str,
)
def test_it_verifies_what_we_present(paths):
    shown = create_presentation(create_credential(PARTIES), paths)
    text = create_key_binding(shown, PARTIES.holder, nonce=NONCE, audience=AUDIENCE, now=NOW)
    theirs = verify_theirs(text, expected_aud=AUDIENCE, expected_nonce=NONCE)
    ours = verify_sd_jwt_vc(parse_sd_jwt_vc(text)).claims
    assert without_empty(theirs) == without_empty(ours)


def create_theirs(**options):
    claims = {
        SDObj("given_name"): "Ona",
        "vct": "urn:example:a1:1",
        "iat": NOW,
        "address": {SDObj("town"): "Kaunas", "country": "LT"},
        SDObj("work"): [SDObj({SDObj("place"): "Πάτρα"}), "plain", SDObj("GR")],
    }
    return SDJWTIssuer(
        claims,
        to_private_jwcrypto(PARTIES.issuer),
        to_jwcrypto(PARTIES.holder.public_key),
        **options,
    ).sd_jwt_issuance


EXPECTED = {
    "given_name": "Ona",
    "vct": "urn:example:a1:1",
    "iat": NOW,
    "address": {"town": "Kaunas", "country": "LT"},
    "work": [{"place": "Πάτρα"}, "plain", "GR"],
    "cnf": {"jwk": create_jwk(PARTIES.holder.public_key)},
}


@pytest.mark.parametrize("decoys", [False, True])
def test_we_verify_what_it_issues(decoys):
    sd_jwt = parse_sd_jwt(create_theirs(add_decoy_claims=decoys))
    jws = parse_jws(sd_jwt.issuer_jwt)
    verify_jws(jws, PARTIES.issuer.public_key)
    assert process_disclosures(jws.claims(), sd_jwt.disclosures).claims == EXPECTED


def test_we_verify_its_credential_and_key_binding():
    class VcIssuer(SDJWTIssuer):
        SD_JWT_HEADER = "dc+sd-jwt"

    x5c = create_x5c(PARTIES.issuer.certificates)
    claims = {"vct": "urn:example:a1:1", "iat": NOW, SDObj("given_name"): "Ona", SDObj("pin"): "1"}
    issued = VcIssuer(
        claims,
        to_private_jwcrypto(PARTIES.issuer),
        to_jwcrypto(PARTIES.holder.public_key),
        extra_header_parameters={"x5c": x5c},
    ).sd_jwt_issuance
    holder = SDJWTHolder(issued)
    holder.create_presentation(
        {"given_name": True}, NONCE, AUDIENCE, to_private_jwcrypto(PARTIES.holder)
    )
    vc = parse_sd_jwt_vc(holder.sd_jwt_presentation)
    verified = verify_sd_jwt_vc(vc)
    assert verified.disclosed == {("given_name",)}
    issued_at = parse_jws(vc.sd_jwt.key_binding_jwt).claims()["iat"]
    verify_key_binding(
        vc.sd_jwt, verified.parse_holder_key(), nonce=NONCE, audience=AUDIENCE, now=issued_at
    )


def test_we_select_from_its_credential_and_it_verifies_our_selection():
    shown = create_presentation(create_theirs(), [("work", 0, "place")])
    claims = verify_theirs(shown)
    assert claims["work"] == [{"place": "Πάτρα"}, "plain"]
    assert "given_name" not in claims


def test_we_refuse_what_it_lets_pass():
    """An unreferenced disclosure: the known gap that made us write our own."""
    text = create_theirs() + "WyJzYWx0IiwgImFkbWluIiwgdHJ1ZV0~"
    assert verify_theirs(text)["given_name"] == "Ona"
    sd_jwt = parse_sd_jwt(text)
    with pytest.raises(VerificationError):
        process_disclosures(parse_jws(sd_jwt.issuer_jwt).claims(), sd_jwt.disclosures)
