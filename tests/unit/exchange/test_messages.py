"""Messages as data: every schema, label and code list; content, forms and the way back."""

import json
import re
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from esspass.errors import MalformedError
from esspass.exchange.content import content_validator, verify_content
from esspass.exchange.description import describe_content
from esspass.exchange.faults import Fault, find_faults
from esspass.exchange.form import fill_form, form_fields, parse_form
from esspass.exchange.schema import Kind, items, kind_of, members, root
from esspass.exchange.sed import read_json, sed_type, sed_types
from tests.builders.messages import create_content

LOCALES = ("en", "lt", "el", "ro")
SEDS = sorted(sed_types())
NAMED = (
    [f"A{number:03}" for number in range(1, 13)]
    + ["S040", "S041", "S044", "S045", "S071", "S072", "S073", "H001", "H002", "H005", "H006"]
    + [f"X{number:03}" for number in range(1, 14)]
    + ["X050", "X100"]
    + [f"DA{number:02}" for number in range(1, 10)]
)
KINDS = [(False, 0), (False, 1), (False, 2), (True, 0), (True, 1), (True, 2)]


def nodes_of(node, name=""):
    yield name, node
    if kind_of(node) in (Kind.BLOCK, Kind.CHOICE):
        for member, schema, _ in members(node):
            yield from nodes_of(schema, member)
    elif "items" in node:
        yield from nodes_of(items(node), name)


def test_every_message_that_institutions_need_is_here():
    assert set(NAMED) <= set(SEDS)


@pytest.mark.parametrize("sed", SEDS)
def test_a_message_is_complete(sed):
    found = sed_type(sed)
    Draft202012Validator.check_schema(dict(found.schema))
    assert set(found.titles) == set(LOCALES)
    assert len(set(found.titles.values())) > 1
    first = next(iter(found.schema["properties"]))
    assert first == ("CaseContext" if sed[0] in "XD" else "Person")


@pytest.mark.parametrize("sed", SEDS)
def test_every_member_has_a_label_and_every_code_words(sed):
    fields, codes = read_json("fields.json"), read_json("codes.json")
    for name, node in nodes_of(root(sed)):
        if name:
            assert set(fields[name]) == set(LOCALES), name
            assert all(fields[name].values()), name
        if "enum" in node:
            assert node["enum"] == list(codes[node["codes"]]), node["codes"]


def test_no_label_and_no_code_is_left_over():
    used = {name for sed in SEDS for name, _ in nodes_of(root(sed))}
    lists = {node.get("codes") for sed in SEDS for _, node in nodes_of(root(sed))}
    assert {name.rpartition(".")[2] for name in read_json("fields.json")} <= used
    assert set(read_json("codes.json")) - {"country"} <= lists


def test_the_words_of_all_codes_are_in_four_languages():
    for name, codes in read_json("codes.json").items():
        for code, words in codes.items():
            assert set(words) == set(LOCALES), (name, code)
            assert all(words.values()), (name, code)


def test_files_are_written_one_way():
    folder = files("specs").joinpath("exchange")
    names = ["common.schema.json", "fields.json", "codes.json"]
    for path in [*(folder / "messages").glob("*.json"), *(folder / name for name in names)]:
        text = path.read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize(("full", "variant"), KINDS)
@pytest.mark.parametrize("sed", SEDS)
def test_good_content_is_taken_and_described(sed, full, variant):
    content = create_content(sed, full=full, variant=variant)
    verify_content(sed, "4.2", content)
    assert find_faults(sed, content) == {}
    for locale in LOCALES:
        sections = describe_content(sed, content, locale)
        assert sections
        for section in sections:
            assert all(title and value for title, value in section.rows), section
            assert not re.search(r"\b\d{4}-\d{2}-\d{2}\b|None|\{", str(section)), section


@pytest.mark.parametrize(("full", "variant"), KINDS)
@pytest.mark.parametrize("sed", SEDS)
def test_a_form_gives_back_the_content_it_was_filled_with(sed, full, variant):
    content = create_content(sed, full=full, variant=variant)
    assert parse_form(sed, fill_form(content)) == content


@pytest.mark.parametrize("sed", SEDS)
def test_a_form_has_a_field_for_everything_content_can_hold(sed):
    content = create_content(sed, full=True)
    form = fill_form(content)
    drawn = {part.name for part in _leaves(form_fields(sed, "lt", form))}
    typed = {name for name, node in _typed(root(sed), content)}
    assert typed <= drawn


def _leaves(parts):
    for part in parts:
        if part.kind not in (Kind.BLOCK, Kind.LIST):
            yield part
        yield from _leaves(part.parts)


def _typed(node, value, place=""):
    kind = kind_of(node)
    if kind in (Kind.BLOCK, Kind.CHOICE):
        for name, schema, _ in members(node):
            if name in value:
                yield from _typed(schema, value[name], f"{place}.{name}" if place else name)
    elif kind is Kind.LIST:
        for index, element in enumerate(value):
            yield from _typed(items(node), element, f"{place}.{index}")
    else:
        yield place, node


@pytest.mark.parametrize("sed", SEDS)
def test_an_empty_form_says_what_is_missing_at_fields_that_exist(sed):
    content = parse_form(sed, {})
    assert content == {}
    faults = find_faults(sed, content)
    required = {part.name for part in _leaves(form_fields(sed, "en", {}))}
    assert set(faults) <= required, faults
    assert set(faults.values()) == {Fault.REQUIRED}
    with pytest.raises(MalformedError) as caught:
        verify_content(sed, "4.2", content)
    assert caught.value.code == "content_invalid"


def person(**changes):
    identification = {"familyName": "Kairys", "forename": "Jonas", "dateBirth": "1990-04-17"}
    return {"PersonIdentification": {**identification, **changes}}


def refused(sed, content, version="4.2"):
    with pytest.raises(MalformedError) as caught:
        verify_content(sed, version, content)
    return caught.value


def test_errors_name_the_place_and_no_value():
    content = create_content("H001")
    content["Person"] = person(dateBirth="Kairys-the-secret")
    error = refused("H001", content)
    assert error.code == "content_invalid"
    assert "$.Person.PersonIdentification.dateBirth" in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("changes", "where", "fault"),
    [
        ({"dateBirth": "1990-02-30"}, "dateBirth", Fault.DATE),
        ({"dateBirth": "17.4.1990"}, "dateBirth", Fault.DATE),
        ({"familyName": "x" * 156}, "familyName", Fault.TOO_LONG),
        ({"familyName": "  "}, "familyName", Fault.FORMAT),
        ({"sex": "03"}, "sex", Fault.OPTION),
    ],
)
def test_faults_of_a_person(changes, where, fault):
    content = {**create_content("H001"), "Person": person(**changes)}
    assert find_faults("H001", content) == {f"Person.PersonIdentification.{where}": fault}


def test_what_is_not_of_the_form_is_refused():
    for content in ({}, {"Person": "x"}, {**create_content("A009"), "Surprise": 1}):
        assert refused("A009", content).code == "content_invalid"


@pytest.mark.parametrize(
    ("country", "good"),
    [("EL", True), ("UK", True), ("XK", True), ("GR", False), ("GB", False), ("el", False)],
)
def test_countries_are_written_as_eessi_writes_them(country, good):
    content = create_content("A012", full=True)
    content["Person"]["AdditionalInformationPerson"] = {"nationality": [country]}
    assert bool(find_faults("A012", content)) is not good


def test_a_period_does_not_end_before_it_starts():
    content = create_content("A009")
    decision = content["DecisionLegislationApplicable"]
    decision["PeriodForWhichDecisionApplies"] = {
        "FixedPeriod": {"startDate": "2026-03-02", "endDate": "2026-03-01"}
    }
    place = "DecisionLegislationApplicable.PeriodForWhichDecisionApplies.FixedPeriod.endDate"
    assert place in str(refused("A009", content))
    assert find_faults("A009", content) == {place: Fault.ENDS_BEFORE_START}


def test_other_reasons_need_words():
    content = create_content("X008")
    block = content["TheFollowingSEDConsideredInvalidWithdrawn"]
    block["reason"] = "99"
    block.pop("pleaseProvideMoreDetailsIf99OtherSelected", None)
    place = "TheFollowingSEDConsideredInvalidWithdrawn.pleaseProvideMoreDetailsIf99OtherSelected"
    assert find_faults("X008", content) == {place: Fault.REQUIRED}
    block["pleaseProvideMoreDetailsIf99OtherSelected"] = "w" * 501
    assert find_faults("X008", content) == {place: Fault.TOO_LONG}
    block["pleaseProvideMoreDetailsIf99OtherSelected"] = "w" * 500
    verify_content("X008", "4.2", content)


def test_a_certificate_comes_with_a_yes_and_only_with_it():
    content = create_content("S045")
    assert content["ReplyEntitlementDocument"]["statusReply"] == "01"
    without = {name: value for name, value in content.items() if name != "Certificate"}
    needed = ("number", "startDate", "endDate")
    missing = {f"Certificate.{name}": Fault.REQUIRED for name in needed}
    assert find_faults("S045", without) == missing
    content["ReplyEntitlementDocument"] = {"statusReply": "02", "reasonRefusal": "01"}
    assert find_faults("S045", content) == {"Certificate.number": Fault.NOT_WANTED}


def test_an_h001_asks_or_tells():
    content = {"Person": person()}
    assert list(find_faults("H001", content).values()) == [Fault.REQUIRED]
    verify_content("H001", "4.2", {**content, "InformationProvided": {"informationProvided": "x"}})


def test_unknown_messages_and_versions():
    assert refused("A099", {}).code == "unknown_sed"
    assert refused("../A001", {}).code == "unknown_sed"
    assert refused("A001", {}, "4.3").code == "wrong_case_version"
    with pytest.raises(MalformedError):
        form_fields("A099", "en", {})


def test_what_a_clerk_reads():
    content = create_content("X008")
    content["CaseContext"]["PersonContext"] = {
        "familyName": "Kairys",
        "forename": "Jonas\u202e",
        "dateBirth": "1990-04-17",
    }
    content["TheFollowingSEDConsideredInvalidWithdrawn"] = {
        "SEDType": "A009",
        "dateIssued": "2026-03-01",
        "reason": "04",
    }
    sections = {each.title: dict(each.rows) for each in describe_content("X008", content, "en")}
    assert sections["The message that no longer counts"] == {
        "Message": "A009 Notification of posting",
        "Sent on": "1 March 2026",
        "Reason": "Reconsidered: the grounds no longer hold",
    }
    assert sections["Who the case is about"]["Forenames"] == "Jonas"


def test_a_period_and_an_address_are_one_line_each():
    content = create_content("A009", full=True)
    rows = dict(row for each in describe_content("A009", content, "lt") for row in each.rows)
    assert rows["Sprendimo laikotarpis"] == "2026 m. kovo 1 d. – 2027 m. vasario 28 d."
    assert rows["Adresas"].endswith("Graikija")
    assert rows["Gimimo vieta"].endswith("Graikija")
    assert "Miestas" not in rows


def test_lists_grow_on_demand_and_hold_no_more_than_they_may():
    name = "EmployerInMemberStateWhichLegislationApplies"
    found = {part.name: part for part in form_fields("A009", "en", {})}
    assert found[name].parts == ()
    found = {part.name: part for part in form_fields("A009", "en", {}, more=name)}
    assert [part.name for part in found[name].parts] == [f"{name}.0"]
    form = {f"{name}.{index}.name": ["x"] for index in (*range(40), 4000, "x")}
    found = {part.name: part for part in form_fields("A009", "en", form)}
    assert len(found[name].parts) == 20
    faults = find_faults("A009", parse_form("A009", form))
    assert faults[f"{name}.0.name"] is Fault.TOO_LONG


def test_members_the_case_knows_are_left_out_of_the_form():
    names = [part.name for part in form_fields("A005", "en", {}, omit=("Person",))]
    assert "Person" not in names
    assert "InformationRequested" in names


def test_one_validator_per_message():
    assert content_validator("A001") is content_validator("A001")
