"""An answer held to its query (OpenID4VP 1.0, sections 8.1 and 8.6)."""

import pytest

from esspass.errors import EsspassError, MalformedError, VerificationError
from esspass.openid4vp.dcql import parse_dcql, parse_vp_token, verify_presented


def credential(name, *claims, **changes):
    entry = {"id": name, "format": "dc+sd-jwt", "meta": {"vct_values": [f"urn:{name}"]}, **changes}
    return {**entry, "claims": list(claims)} if claims else entry


QUERY = parse_dcql(
    {
        "credentials": [credential("a"), credential("b", multiple=True), credential("pid")],
        "credential_sets": [
            {"options": [["a", "pid"], ["b", "pid"]]},
            {"options": [["b"]], "required": False},
        ],
    }
)


def test_answers_in_shape():
    assert parse_vp_token({"a": ["x~"], "pid": ["y~"]}, QUERY) == {"a": ("x~",), "pid": ("y~",)}
    assert parse_vp_token({"b": ["x~", "y~"], "pid": ["z~"]}, QUERY)["b"] == ("x~", "y~")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param("x~", "malformed", id="string"),
        pytest.param({}, "malformed", id="empty"),
        pytest.param({"a": "x~", "pid": ["y~"]}, "malformed", id="string-entry"),
        pytest.param({"a": [], "pid": ["y~"]}, "malformed", id="empty-entry"),
        pytest.param({"a": [{}], "pid": ["y~"]}, "malformed", id="object-presentation"),
        pytest.param({"a": [""], "pid": ["y~"]}, "malformed", id="empty-presentation"),
        pytest.param({"b": ["x~"] * 17, "pid": ["y~"]}, "malformed", id="too-many"),
        pytest.param({"c": ["x~"], "a": ["x~"], "pid": ["y~"]}, "unasked_credential", id="VP-15"),
        pytest.param({"a": ["x~", "x~"], "pid": ["y~"]}, "too_many_presentations", id="two"),
        pytest.param({"a": ["x~"]}, "incomplete_answer", id="without-pid"),
        pytest.param({"pid": ["x~"]}, "incomplete_answer", id="only-pid"),
    ],
)
def test_other_answers_are_refused(answer, code):
    with pytest.raises(EsspassError) as refused:
        parse_vp_token(answer, QUERY)
    assert isinstance(refused.value, MalformedError | VerificationError)
    assert refused.value.code == code


NAMED = credential(
    "a",
    {"id": "n", "path": ["subject", "name"]},
    {"id": "j", "path": ["jobs", 1, "country"]},
    {"id": "d", "path": ["number"]},
    claim_sets=[["n", "j"], ["d"]],
)


def presented(claims, disclosed=(), vct="urn:a"):
    (query,) = parse_dcql({"credentials": [NAMED]}).credentials
    return verify_presented(query, vct, claims, disclosed)


def test_vp_16_what_was_not_asked_is_named():
    claims = {"subject": {"name": "Ona", "pin": "1"}, "jobs": [{"country": "LT"}], "number": "7"}
    disclosed = {("subject",), ("subject", "name"), ("jobs", 0), ("jobs", 0, "country")}
    assert presented(claims, disclosed) == ()
    more = disclosed | {("subject", "pin"), ("number",), ("jobs", 0, "name")}
    assert presented(claims, more) == (("jobs", 0, "name"), ("number",), ("subject", "pin"))


def test_the_combination_that_was_given_decides():
    assert presented({"number": "7"}, {("number",), ("subject",)}) == (("subject",),)


def test_without_claims_everything_disclosed_is_too_much():
    (query,) = parse_dcql({"credentials": [credential("a")]}).credentials
    assert verify_presented(query, "urn:a", {"x": 1}, {("x",)}) == (("x",),)


@pytest.mark.parametrize(
    ("claims", "vct", "code"),
    [
        pytest.param({"number": "7"}, "urn:b", "wrong_type", id="VP-15-another-type"),
        pytest.param({"subject": {"name": "Ona"}}, "urn:a", "claims_missing", id="half-a-set"),
        pytest.param({}, "urn:a", "claims_missing", id="nothing"),
    ],
)
def test_what_was_asked_must_be_there(claims, vct, code):
    with pytest.raises(VerificationError) as refused:
        presented(claims, (), vct)
    assert refused.value.code == code
