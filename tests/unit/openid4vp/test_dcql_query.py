"""What a query may look like (OpenID4VP 1.0, section 6)."""

import pytest

from esspass.errors import MalformedError
from esspass.openid4vp.dcql import find_claims, parse_dcql, verify_minimal


def credential(**changes):
    entry = {
        "id": "a1",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["urn:example:a1:1"]},
        "claims": [{"id": "n", "path": ["name"]}, {"id": "c", "path": ["countries", None]}],
    }
    entry.update(changes)
    return {name: value for name, value in entry.items() if value is not ...}


def query(*credentials, **members):
    return {"credentials": list(credentials) or [credential()], **members}


def test_unknown_members_are_ignored():
    parsed = parse_dcql(query(credential(colour="blue"), purpose="none"))
    assert parsed.credentials[0].claims[1].path == ("countries", None)


def test_defaults():
    (only,) = parse_dcql(query()).credentials
    assert not only.multiple
    assert only.require_cryptographic_holder_binding
    assert parse_dcql(query()).sets[0].options == (("a1",),)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param([], id="not-an-object"),
        pytest.param({}, id="no-credentials"),
        pytest.param({"credentials": []}, id="empty-credentials"),
        pytest.param({"credentials": {}}, id="credentials-not-an-array"),
        pytest.param(query("a1"), id="credential-not-an-object"),
        pytest.param(query(credential(id=...)), id="no-id"),
        pytest.param(query(credential(id="")), id="empty-id"),
        pytest.param(query(credential(id="a.1")), id="dot-in-id"),
        pytest.param(query(credential(id="α1")), id="letter-outside-ascii-in-id"),
        pytest.param(query(credential(id="a1\n")), id="newline-after-id"),
        pytest.param(query(credential(), credential()), id="id-twice"),
        pytest.param(query(credential(format=...)), id="no-format"),
        pytest.param(query(credential(format=7)), id="format-not-a-string"),
        pytest.param(query(credential(meta=...)), id="no-meta"),
        pytest.param(query(credential(meta={})), id="no-vct-values"),
        pytest.param(query(credential(meta={"vct_values": []})), id="empty-vct-values"),
        pytest.param(query(credential(meta={"vct_values": "x"})), id="vct-values-not-an-array"),
        pytest.param(query(credential(format="mso_mdoc", meta={})), id="no-doctype"),
        pytest.param(query(credential(multiple="yes")), id="multiple-not-boolean"),
        pytest.param(
            query(credential(require_cryptographic_holder_binding=1)), id="binding-not-boolean"
        ),
        pytest.param(query(credential(trusted_authorities=[])), id="empty-authorities"),
        pytest.param(query(credential(trusted_authorities=[{"type": "aki"}])), id="no-values"),
        pytest.param(query(credential(claims=[])), id="empty-claims"),
        pytest.param(query(credential(claims=[{"id": "n"}])), id="no-path"),
        pytest.param(query(credential(claims=[{"path": []}])), id="empty-path"),
        pytest.param(query(credential(claims=[{"path": ["a", -1]}])), id="negative-index"),
        pytest.param(query(credential(claims=[{"path": ["a", True]}])), id="boolean-index"),
        pytest.param(query(credential(claims=[{"path": ["a", 1.0]}])), id="fractional-index"),
        pytest.param(query(credential(claims=[{"path": ["a"] * 17}])), id="path-too-deep"),
        pytest.param(query(credential(claims=[{"path": ["a"], "id": "x y"}])), id="space-in-id"),
        pytest.param(query(credential(claims=[{"path": ["a"], "id": "x"}] * 2)), id="claim-twice"),
        pytest.param(query(credential(claims=[{"path": ["a"], "values": []}])), id="no-value"),
        pytest.param(query(credential(claims=[{"path": ["a"], "values": [1.5]}])), id="real"),
        pytest.param(query(credential(claims=[{"path": ["a"], "values": [None]}])), id="null"),
        pytest.param(query(credential(claims=[{"path": ["a"]}] * 65)), id="too-many-claims"),
        pytest.param(query(credential(claims=..., claim_sets=[["n"]])), id="sets-without-claims"),
        pytest.param(query(credential(claim_sets=[])), id="empty-claim-sets"),
        pytest.param(query(credential(claim_sets=[["x"]])), id="unknown-claim-in-set"),
        pytest.param(query(credential(claim_sets=[["n", "n"]])), id="claim-twice-in-set"),
        pytest.param(
            query(
                credential(claims=[{"path": ["a"]}, {"id": "n", "path": ["b"]}], claim_sets=[["n"]])
            ),
            id="claim-without-id-beside-sets",
        ),
        pytest.param(query(credential_sets=[]), id="empty-credential-sets"),
        pytest.param(query(credential_sets=[{}]), id="no-options"),
        pytest.param(query(credential_sets=[{"options": [[]]}]), id="empty-option"),
        pytest.param(query(credential_sets=[{"options": [["x"]]}]), id="unknown-credential"),
        pytest.param(
            query(credential_sets=[{"options": [["a1"]], "required": "no"}]), id="required-no-flag"
        ),
    ],
)
def test_bad_queries_are_refused(bad):
    with pytest.raises(MalformedError) as refused:
        parse_dcql(bad)
    assert refused.value.code == "invalid_dcql"


def test_mdoc_queries_parse():
    claims = [{"path": ["org.iso.18013.5.1", "family_name"], "intent_to_retain": False}]
    entry = credential(format="mso_mdoc", meta={"doctype_value": "mdl"}, claims=claims)
    assert parse_dcql(query(entry)).credentials[0].vct_values == ()
    for bad in (
        {"path": ["only"]},
        {"path": ["a", 1]},
        {"path": ["a", "b"], "intent_to_retain": 1},
    ):
        with pytest.raises(MalformedError):
            parse_dcql(
                query(credential(format="mso_mdoc", meta={"doctype_value": "m"}, claims=[bad]))
            )


@pytest.mark.parametrize(
    "wasteful",
    [
        pytest.param(query(credential(claim_sets=[["n"]])), id="claim-in-no-set"),
        pytest.param(
            query(credential(claims=[{"path": ["a"]}, {"path": ["a"]}])), id="claim-twice"
        ),
        pytest.param(query(credential(claims=[{"path": ["vct"]}])), id="always-shown"),
        pytest.param(query(credential(claims=[{"path": ["status", "x"]}])), id="always-shown-part"),
        pytest.param(
            query(credential(), credential(id="b"), credential_sets=[{"options": [["a1"]]}]),
            id="credential-in-no-set",
        ),
    ],
)
def test_wasteful_queries_parse_but_are_not_sent(wasteful):
    parsed = parse_dcql(wasteful)
    with pytest.raises(MalformedError):
        verify_minimal(parsed)
    verify_minimal(parse_dcql(query()))


ARTHUR = {
    "name": "Arthur Dent",
    "address": {"street_address": "42 Market Street", "locality": "Milliways"},
    "degrees": [
        {"type": "Bachelor of Science", "university": "University of Betelgeuse"},
        {"type": "Master of Science", "university": "University of Betelgeuse"},
    ],
    "nationalities": ["British", "Betelgeusian"],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        # The examples of section 7.3
        (("name",), {("name",): "Arthur Dent"}),
        (("address",), {("address",): ARTHUR["address"]}),
        (("address", "street_address"), {("address", "street_address"): "42 Market Street"}),
        (
            ("degrees", None, "type"),
            {
                ("degrees", 0, "type"): "Bachelor of Science",
                ("degrees", 1, "type"): "Master of Science",
            },
        ),
        (("nationalities", 1), {("nationalities", 1): "Betelgeusian"}),
        # Its error rules
        (("nationalities", 2), {}),
        (("nationalities", "x"), {}),
        (("address", 0), {}),
        (("address", None), {}),
        (("name", "first"), {}),
        (("name", 0), {}),
        (("absent",), {}),
    ],
)
def test_claims_paths(path, found):
    assert find_claims(ARTHUR, path) == found


def test_one_element_of_the_wrong_kind_spoils_the_path():
    assert find_claims({"d": [{"t": 1}, "plain"]}, ("d", None, "t")) == {}
    assert find_claims({"d": [{"t": 1}, {}]}, ("d", None, "t")) == {("d", 0, "t"): 1}
