"""``polaris_oid4vp.sdjwt``, a strict verifier no one here wrote, agrees with ours."""

import pytest
from polaris_oid4vp.sdjwt import verify_presentation

from esspass.sdjwt import create_key_binding, create_presentation, parse_sd_jwt_vc, verify_sd_jwt_vc
from tests.builders.credentials import (
    AUDIENCE,
    DISCLOSABLE,
    NONCE,
    NOW,
    create_credential,
    create_parties,
    create_presentation_parts,
)
from tests.builders.spoiled_presentations import CASES

PARTIES = create_parties()

# What ours refuses and theirs lets pass, by the rule ours goes by. Everything else in the
# catalogue both refuse; a name that no longer differs fails the test, so the list stays true.
STRICTER = {
    "RFC 8725, 2.4 and RFC 7515, 5.2: a name twice in an object, whatever stands last": [
        "header with a name twice",
        "payload with a name twice",
        "header with alg or iat overridden",
        "payload with alg or iat overridden",
        "disclosure with a name twice",
    ],
    "RFC 8259, 6 and 8.2: what no other parser reads the same way": [
        "header with 1e999",
        "payload with 1e999",
        "header with half a surrogate pair",
        "payload with half a surrogate pair",
        "disclosure with half a surrogate pair",
    ],
    "RFC 9901, 4.1 and 4.2: reserved names, and the form of digests, salts and disclosures": [
        "nested digest algorithm",
        "dots as a member",
        "dots at the top",
        "element digest with siblings",
        "element digest a number",
        "element digest a list",
        "disclosure salt a number",
        "disclosure salt null",
        "disclosure with a bad digest inside",
        "disclosure with its own digest algorithm",
        "disclosure empty",
    ],
    "SD-JWT VC, 2.2.2: a type, and dates that are dates": [
        "vct missing",
        "vct empty",
        "vct a list",
        "iat a string",
        "iat true",
        "iat null",
        "exp in milliseconds",
        "neither iat nor nbf",
    ],
    "Token Status List, 6.2: a status nobody can ask for; theirs leaves it to the caller": [
        "status unknown mechanism",
        "status null",
        "SL-04 idx negative",
        "SL-04 idx a float",
        "SL-04 idx a bool",
        "SL-04 idx a string",
        "SL-04 idx null",
        "SL-04 idx a list",
        "status uri missing",
        "status uri a file",
        "status uri long",
    ],
    "Times: ours allows a minute, theirs five; ours reads nbf and exp of the KB-JWT too": [
        "expired",
        "not valid yet",
        "issued in the future",
        "KB iat just too new",
        "KB exp past",
        "KB nbf in the future",
    ],
    "Limits and keys of our own: sixteen levels, no private JWK in cnf, no b64": [
        "nested seventeen deep",
        "nested too deep by disclosures",
        "cnf jwk private",
        "b64 false",
    ],
}
ONLY_OURS = frozenset(name for names in STRICTER.values() for name in names)


def verify_theirs(text, **options):
    given = {
        "expected_nonce": NONCE,
        "expected_audience": AUDIENCE,
        "trust_anchors": [PARTIES.authority.certificate],
        "now": NOW,
        **options,
    }
    return verify_presentation(text, **given)


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
def test_it_verifies_what_we_issue_and_present(paths):
    shown = create_presentation(create_credential(PARTIES), paths)
    text = create_key_binding(shown, PARTIES.holder, nonce=NONCE, audience=AUDIENCE, now=NOW)
    verdict = verify_theirs(text, expected_vct="urn:example:a1:1")
    assert verdict.authentic, verdict.reason
    ours = verify_sd_jwt_vc(parse_sd_jwt_vc(text))
    # Our certificates give no URL as a name, so theirs keeps ``iss`` out of the claims.
    assert verdict.claims == {n: v for n, v in ours.claims.items() if n != "iss"}
    assert verdict.disclosed == ours.disclosed


def test_it_verifies_the_untouched_parts():
    assert verify_theirs(create_presentation_parts().serialize()).authentic


@pytest.mark.parametrize("name", CASES)
def test_it_refuses_what_we_refuse(name):
    verdict = verify_theirs(CASES[name].create())
    assert verdict.authentic is (name in ONLY_OURS), verdict.reason


def test_the_list_of_differences_names_real_cases():
    assert CASES.keys() >= ONLY_OURS
    assert len(CASES) - len(ONLY_OURS) > 200
