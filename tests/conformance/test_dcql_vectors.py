"""The seven queries published with OpenID4VP 1.0, parsed and answered."""

import json

import pytest

from esspass.errors import MalformedError
from esspass.openid4vp.dcql import Holding, NoMatchError, match_dcql, parse_dcql

IDENTITY = "https://credentials.example.com/identity_credential"
ADDRESS = {"street_address": "42 Market Street", "locality": "Milliways"}
PERSON = {
    "family_name": "Doe",
    "given_name": "Jo",
    "address": ADDRESS,
    "postal_code": "90210",
    "locality": "Beverly Hills",
    "region": "CA",
    "date_of_birth": "1990-01-01",
}
EVERYTHING = frozenset({(name,) for name in PERSON} | {("address", name) for name in ADDRESS})
FILES = (
    "claims_alternatives", "complex_mdoc", "credentials_alternatives", "multi_credentials",
    "simple", "simple_mdoc", "value_matching_simple",
)  # fmt: skip


def read(shared_data, name):
    return json.loads((shared_data / "vectors" / "dcql" / f"{name}.json").read_text())


def holding(vct=IDENTITY, **changes):
    claims = {name: value for name, value in {**PERSON, **changes}.items() if value is not None}
    return Holding(vct, "dc+sd-jwt", vct, claims, EVERYTHING)


def shown(query, *holdings):
    selection = match_dcql(parse_dcql(query), holdings).select()
    return {name: set(candidates[0].paths) for name, candidates in selection.items()}


@pytest.mark.parametrize("name", FILES)
def test_published_queries_parse(shared_data, name):
    raw = read(shared_data, name)
    assert [each.id for each in parse_dcql(raw).credentials] == [
        c["id"] for c in raw["credentials"]
    ]


@pytest.mark.parametrize("name", FILES)
def test_published_queries_without_any_one_required_member_are_refused(shared_data, name):
    for member in ("id", "format", "meta"):
        raw = read(shared_data, name)
        del raw["credentials"][0][member]
        with pytest.raises(MalformedError):
            parse_dcql(raw)


def test_simple(shared_data):
    paths = {("family_name",), ("given_name",), ("address", "street_address")}
    assert shown(read(shared_data, "simple"), holding()) == {"my_credential": paths}


def test_claims_alternatives(shared_data):
    raw = read(shared_data, "claims_alternatives")
    first = {("family_name",), ("locality",), ("region",), ("date_of_birth",)}
    second = {("family_name",), ("postal_code",), ("date_of_birth",)}
    assert shown(raw, holding()) == {"pid": first}
    assert shown(raw, holding(region=None)) == {"pid": second}
    with pytest.raises(NoMatchError):
        shown(raw, holding(date_of_birth=None))


def test_credentials_alternatives(shared_data):
    raw = read(shared_data, "credentials_alternatives")
    reduced = holding("https://credentials.example.com/reduced_identity_credential")
    residence = holding("https://cred.example/residence_credential")
    assert set(shown(raw, holding("https://othercredentials.example/pid"))) == {"other_pid"}
    assert set(shown(raw, residence, reduced)) == {"pid_reduced_cred_1", "pid_reduced_cred_2"}
    with pytest.raises(NoMatchError):
        shown(raw, reduced)


def test_value_matching(shared_data):
    raw = read(shared_data, "value_matching_simple")
    assert ("postal_code",) in shown(raw, holding())["my_credential"]
    for changes in ({"family_name": "Roe"}, {"postal_code": "10001"}, {"postal_code": 90210}):
        with pytest.raises(NoMatchError):
            shown(raw, holding(**changes))


@pytest.mark.parametrize("name", ["simple_mdoc", "multi_credentials", "complex_mdoc"])
def test_mdoc_is_never_matched(shared_data, name):
    with pytest.raises(NoMatchError):
        shown(read(shared_data, name), holding())
