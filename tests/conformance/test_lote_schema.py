"""What we publish is valid under the JSON schema of TS 119 602, and so is the Commission's mock list."""

import json

import pytest
from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry, Resource

from esspass.keys.certificates import create_authority
from esspass.trust import ListType, ServiceKind
from esspass.trust.anchors import parse_trust_anchors
from esspass.trust.jades import verify_jades
from esspass.trust.model import Status
from esspass.trust.operator import (
    Admission,
    add_entity,
    create_operator,
    publish,
    roll_entity_key,
    withdraw_entity,
)
from tests.builders.lists import DAY, NOW, create_world


@pytest.fixture(scope="module")
def validator(shared_data):
    folder = shared_data / "trust"
    schema = json.loads((folder / "1960201_json_schema.json").read_text("utf-8-sig"))
    keys = Resource.from_contents(json.loads((folder / "rfc7517.json").read_text("utf-8-sig")))
    registry = Registry().with_resource("rfcs/rfc7517.json", keys)
    return Draft7Validator(schema, registry=registry, format_checker=FormatChecker())


@pytest.mark.parametrize("list_type", ListType)
def test_a_list_is_valid(validator, list_type):
    assert list(validator.iter_errors(create_world().create_body(list_type))) == []


def test_an_empty_list_is_valid(validator):
    world = create_world()
    world.entities = {}
    assert list(validator.iter_errors(world.create_body(ListType.PUB_EAA_PROVIDERS))) == []


def test_the_schema_refuses_what_it_should(validator):
    """The validator is alive: the same list with one member spoiled is refused."""
    body = create_world().create_body(ListType.PUB_EAA_PROVIDERS)
    body["LoTE"]["ListAndSchemeInformation"]["Surprise"] = 1
    assert list(validator.iter_errors(body))


@pytest.mark.parametrize("list_type", ListType)
def test_what_the_operator_publishes_is_valid(validator, tmp_path, list_type):
    """After admission, key change and withdrawal, with history where there is one."""
    create_operator(
        tmp_path, name="Operator", territory="EU", base_url="https://lists.example", now=NOW - DAY
    )
    certificates = [
        create_authority("Fund", "LT", f"CA {n}", NOW - DAY).certificate for n in range(3)
    ]
    institution = "LT:1" if list_type is ListType.PUB_EAA_PROVIDERS else None
    admission = Admission(list_type, "Fund", "LT", certificates[0], certificates[1], institution)
    add_entity(tmp_path, admission)
    for step in range(3):
        if step == 1:
            roll_entity_key(tmp_path, list_type, "Fund", certificates[2])
        if step == 2:
            withdraw_entity(tmp_path, list_type, "Fund", tuple(ServiceKind))
        publish(tmp_path, NOW + step)
        token = (tmp_path / "published" / f"{list_type}.jwt").read_text()
        anchors = parse_trust_anchors((tmp_path / "anchors.json").read_text())
        signed = verify_jades(token, anchors.sources[list_type].certificates, NOW + step)
        assert list(validator.iter_errors(json.loads(signed.payload))) == []
        if step == 2 and list_type is ListType.PUB_EAA_PROVIDERS:
            assert Status.WITHDRAWN in signed.payload.decode()
            assert b"X509SKIs" in signed.payload


def test_the_commissions_mock_list_is_valid(validator, shared_data):
    mock = json.loads((shared_data / "trust/Mock_PID_Provider_List_v0.0.2.json").read_text())
    assert list(validator.iter_errors(mock)) == []
