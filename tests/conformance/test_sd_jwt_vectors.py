"""The test cases of the SD-JWT working group's code, the examples of RFC 9901 and SD-JWT VC."""

import json
from pathlib import Path

import pytest

from esspass.jose.jws import parse_jws, verify_jws
from esspass.keys.jwk import parse_jwk
from esspass.sdjwt import parse_disclosure, parse_sd_jwt, process_disclosures, verify_key_binding
from tests.conftest import SHARED_DATA

VECTORS = SHARED_DATA / "vectors" / "sd-jwt"
CASES = sorted(
    p.parent.relative_to(VECTORS).as_posix() for p in VECTORS.rglob("verified_contents.json")
)
# The same two key pairs in every settings.yml of the vectors.
ISSUER_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",
    "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8",
}
HOLDER_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "TCAER19Zvu3OHF4j4W4vfSVoHIP1ILilDls7vCeGemc",
    "y": "ZxjiWWbZMQGHVWKVQ4hbSIirsVfuecCE6t4jT9F2HZQ",
}
JSON_SERIALIZATION = "JSON serialization is not supported: OpenID4VC and HAIP use the compact one"


def read(case, name):
    path = VECTORS / case / name
    if not path.is_file():
        pytest.skip(JSON_SERIALIZATION)
    return path.read_text().strip()


def read_json(case, name):
    return json.loads((VECTORS / case / name).read_text())


def test_the_vectors_are_here(shared_data):
    assert len(CASES) > 25
    assert (shared_data / "vectors" / "sd-jwt").samefile(VECTORS)


@pytest.mark.parametrize("case", CASES)
def test_presentation_gives_the_published_claims(case):
    sd_jwt = parse_sd_jwt(read(case, "sd_jwt_presentation.txt"))
    jws = parse_jws(sd_jwt.issuer_jwt)
    verify_jws(jws, parse_jwk(ISSUER_KEY))
    processed = process_disclosures(jws.claims(), sd_jwt.disclosures)
    assert processed.claims == read_json(case, "verified_contents.json")


@pytest.mark.parametrize("case", CASES)
def test_issued_sd_jwt_gives_back_the_claims_of_the_user(case):
    sd_jwt = parse_sd_jwt(read(case, "sd_jwt_issuance.txt"))
    jws = parse_jws(sd_jwt.issuer_jwt)
    verify_jws(jws, parse_jwk(ISSUER_KEY))
    assert jws.claims() == read_json(case, "sd_jwt_payload.json")
    claims = process_disclosures(jws.claims(), sd_jwt.disclosures).claims
    user_claims = read_json(case, "user_claims.json")
    assert {name: claims.get(name) for name in user_claims} == user_claims


@pytest.mark.parametrize(
    "case", [c for c in CASES if (VECTORS / c / "kb_jwt_payload.json").is_file()]
)
def test_key_binding(case):
    expected = read_json(case, "kb_jwt_payload.json")
    sd_jwt = parse_sd_jwt(read(case, "sd_jwt_presentation.txt"))
    claims = verify_key_binding(
        sd_jwt,
        parse_jwk(HOLDER_KEY),
        nonce=expected["nonce"],
        audience=expected["aud"],
        now=expected["iat"],
    )
    assert claims == expected


def literals():
    path: Path = SHARED_DATA / "vectors" / "sd_jwt_literals.json"
    return json.loads(path.read_text()) if path.is_file() else []


@pytest.mark.parametrize(
    "text", [pytest.param(e["sd_jwt"], id=f"{n}-{e['source']}") for n, e in enumerate(literals())]
)
def test_signed_tokens_in_the_texts(text):
    sd_jwt = parse_sd_jwt(text)
    assert sd_jwt.serialize() == text
    jws = parse_jws(sd_jwt.issuer_jwt)
    verify_jws(jws, parse_jwk(ISSUER_KEY))
    processed = process_disclosures(jws.claims(), sd_jwt.disclosures)
    assert set(processed.paths.values()) == set(sd_jwt.disclosures)
    assert all(parse_disclosure(d).salt for d in sd_jwt.disclosures)
    if sd_jwt.key_binding_jwt is None:
        return
    binding = parse_jws(sd_jwt.key_binding_jwt).claims()
    holder = parse_jwk(processed.claims["cnf"]["jwk"])
    verify_key_binding(
        sd_jwt, holder, nonce=binding["nonce"], audience=binding["aud"], now=binding["iat"]
    )
