"""What a wallet shows for a query (OpenID4VP 1.0, section 6.4)."""

import pytest

from esspass.openid4vp.dcql import Holding, NoMatchError, match_dcql, parse_dcql

CLAIMS = {
    "vct": "urn:example:a1:1",
    "name": "Ona",
    "age": 1,
    "adult": True,
    "address": {"town": "Kaunas", "code": "44001"},
    "jobs": [
        {"name": "Statyba", "country": "LT"},
        {"name": "Bau", "country": "DE"},
    ],
    "countries": ["GR", "RO"],
}
DISCLOSABLE = frozenset(
    {
        ("name",),
        ("age",),
        ("address", "town"),
        ("address", "code"),
        ("jobs", None),
        ("jobs", None, "country"),
        ("countries", 0),
        ("countries", 1),
    }
)


def holding(name="h1", vct="urn:example:a1:1", **changes):
    return Holding(
        **{
            "id": name,
            "format": "dc+sd-jwt",
            "vct": vct,
            "claims": CLAIMS,
            "disclosable": DISCLOSABLE,
            **changes,
        }
    )


def asked(*claims, **changes):
    entry = {
        "id": "a1",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["urn:example:a1:1", "urn:example:a1:2"]},
        **changes,
    }
    if claims:
        entry["claims"] = [each if isinstance(each, dict) else {"path": each} for each in claims]
    return parse_dcql({"credentials": [entry]})


def shown(query, *holdings):
    (candidates,) = match_dcql(query, holdings or [holding()]).select().values()
    return candidates[0].paths


def test_no_claims_shows_nothing_selective():
    assert shown(asked()) == ()


@pytest.mark.parametrize(
    ("path", "paths"),
    [
        (["name"], (("name",),)),
        (["adult"], ()),  # always visible, so nothing to disclose
        (["address"], (("address",),)),  # whole, with what is beneath it
        (["address", "town"], (("address", "town"),)),
        (["jobs", None, "country"], (("jobs", 0, "country"), ("jobs", 1, "country"))),
        (["jobs", 1], (("jobs", 1),)),
        (["countries", None], (("countries", 0), ("countries", 1))),
    ],
)
def test_only_what_is_asked_is_shown(path, paths):
    assert shown(asked(path)) == paths


def test_the_same_claim_asked_twice_counts_once():
    assert shown(asked(["name"], ["name"])) == (("name",),)


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        (["RO", "DE"], (("countries", 1),)),
        (["GR", "RO"], (("countries", 0), ("countries", 1))),
    ],
)
def test_values_narrow_the_elements(values, paths):
    assert shown(asked({"path": ["countries", None], "values": values})) == paths


@pytest.mark.parametrize(
    ("path", "values"), [(["age"], [True]), (["adult"], [1]), (["age"], ["1"]), (["name"], ["ona"])]
)
def test_type_and_value_must_both_match(path, values):
    with pytest.raises(NoMatchError):
        match_dcql(asked({"path": path, "values": values}), [holding()])


def test_vp_26_a_wrong_value_and_an_absent_claim_look_the_same():
    errors = set()
    for query in (
        asked({"path": ["name"], "values": ["Jonas"]}),
        asked(["no_such_claim"]),
        asked(["name"], meta={"vct_values": ["urn:example:other"]}),
    ):
        with pytest.raises(NoMatchError) as refused:
            match_dcql(query, [holding()])
        errors.add((refused.value.code, str(refused.value), refused.value.status))
    assert len(errors) == 1
    assert errors.pop()[0] == "access_denied"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"vct": "urn:example:b1:1"}, id="type"),
        pytest.param({"format": "mso_mdoc"}, id="format"),
        pytest.param({"holder_bound": False}, id="holder-binding"),
    ],
)
def test_what_does_not_fit_is_not_offered(changes):
    with pytest.raises(NoMatchError):
        match_dcql(asked(["name"]), [holding(**changes)])


def test_binding_can_be_waived():
    query = asked(["name"], require_cryptographic_holder_binding=False)
    assert shown(query, holding(holder_bound=False)) == (("name",),)


def test_mdoc_is_understood_and_not_held():
    query = parse_dcql(
        {"credentials": [{"id": "m", "format": "mso_mdoc", "meta": {"doctype_value": "x"}}]}
    )
    with pytest.raises(NoMatchError):
        match_dcql(query, [holding(), holding(format="mso_mdoc", vct="x")])


def test_trusted_authorities():
    by_aki = asked(["name"], trusted_authorities=[{"type": "aki", "values": ["s9t", "Ab_"]}])
    assert shown(by_aki, holding(aki=frozenset({"Ab_"}))) == (("name",),)
    unknown = [{"type": "etsi_tl", "values": ["https://lotl.example.com"]}]
    either = asked(["name"], trusted_authorities=[*unknown, {"type": "aki", "values": ["Ab_"]}])
    assert shown(either, holding(aki=frozenset({"Ab_"}))) == (("name",),)
    for query in (by_aki, asked(["name"], trusted_authorities=unknown)):
        with pytest.raises(NoMatchError):
            match_dcql(query, [holding(aki=frozenset({"other"}))])


def test_first_satisfiable_claim_set():
    claims = [
        {"id": "x", "path": ["absent"]},
        {"id": "n", "path": ["name"]},
        {"id": "a", "path": ["age"]},
    ]
    assert shown(asked(*claims, claim_sets=[["x", "n"], ["a"], ["n"]])) == (("age",),)
    with pytest.raises(NoMatchError):
        match_dcql(asked(*claims, claim_sets=[["x"], ["x", "n"]]), [holding()])


def test_one_missing_claim_withholds_the_credential():
    with pytest.raises(NoMatchError):
        match_dcql(asked(["name"], ["absent"]), [holding()])


def test_one_or_several_of_a_credential():
    holdings = [holding("h1"), holding("h2", vct="urn:example:a1:2")]
    one, many = asked(["name"]), asked(["name"], multiple=True)
    assert len(match_dcql(one, holdings).candidates["a1"]) == 2
    assert [c.holding_id for c in match_dcql(one, holdings).select()["a1"]] == ["h1"]
    chosen = match_dcql(one, holdings).select(holdings={"a1": ["h2"]})
    assert [c.holding_id for c in chosen["a1"]] == ["h2"]
    both = match_dcql(many, holdings).select(holdings={"a1": ["h1", "h2"]})
    assert [c.holding_id for c in both["a1"]] == ["h1", "h2"]
    for choice in (["h1", "h2"], [], ["h3"]):
        with pytest.raises(NoMatchError):
            match_dcql(one, holdings).select(holdings={"a1": choice})


def sets(*members, names=("pid", "a", "b", "card")):
    credentials = [
        {"id": name, "format": "dc+sd-jwt", "meta": {"vct_values": [f"urn:{name}"]}}
        for name in names
    ]
    return parse_dcql({"credentials": credentials, "credential_sets": list(members)})


A1_AND_PID = {"options": [["a", "pid"], ["b", "pid"]]}
CARD = {"options": [["card"]], "required": False}


def test_credential_sets():
    query = sets(A1_AND_PID, CARD)
    holdings = [holding(name, vct=f"urn:{name}") for name in ("pid", "b", "card")]
    match = match_dcql(query, holdings)
    assert match.sets[0].options == (("b", "pid"),)
    assert set(match.select()) == {"b", "pid"}  # what is optional is left to the holder
    assert set(match.select({1: 0})) == {"b", "pid", "card"}
    assert set(match.select({0: 0, 1: None})) == {"b", "pid"}
    for choice in ({0: None}, {0: 1}, {0: -1}, {1: 1}):
        with pytest.raises(NoMatchError):
            match.select(choice)
    with pytest.raises(NoMatchError):  # nothing is shown when a required set has no option
        match_dcql(query, [holding("pid", vct="urn:pid"), holding("card", vct="urn:card")])


def test_only_optional_sets():
    match = match_dcql(sets(CARD, names=("card",)), [holding(vct="urn:card")])
    assert set(match.select({0: 0})) == {"card"}
    with pytest.raises(NoMatchError):
        match.select()
    with pytest.raises(NoMatchError):
        match_dcql(sets(CARD, names=("card",)), [holding(vct="urn:other")])
