"""The boundary to AS4: every message through XML and back, and XML that must not come in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from esspass.errors import MalformedError
from esspass.exchange.as4 import (
    create_business_document,
    export_message,
    import_message,
    parse_business_document,
    schema_name,
)
from esspass.exchange.as4.names import SBDH, sed_namespace
from esspass.exchange.as4.schema import create_header_schema, create_schema
from esspass.exchange.model import Attachment, Message, MessageAction, Role
from esspass.exchange.sed import sed_types
from tests.builders.messages import create_content

ROLES = {"LT:9001": Role.CASE_OWNER, "EL:9002": Role.COUNTERPARTY}
FILE = Attachment("A1.pdf", "application/pdf", 1234, "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg")
MESSAGE = Message(
    message_id="m-1",
    case_id="c-1",
    case_type="LA_BUC_04",
    case_version="4.2",
    sed="A009",
    set_id="s-1",
    version=1,
    action=MessageAction.START,
    sender="LT:9001",
    receivers=("EL:9002",),
    sent_at=1_790_000_000,
    content=create_content("A009", full=True),
    attachments=(FILE,),
)


def refused(document, code="bad_business_document"):
    with pytest.raises(MalformedError) as caught:
        parse_business_document(document)
    assert caught.value.code == code


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("sed", sorted(sed_types()))
def test_every_message_comes_back_as_it_was(sed, full):
    for variant in range(3):
        message = replace(MESSAGE, sed=sed, content=create_content(sed, full=full, variant=variant))
        document, out = export_message(message, ROLES)
        back, came_in = import_message(document)
        assert back == message
        assert (came_in.json_digest, came_in.xml_digest) == (out.json_digest, out.xml_digest)


def test_what_the_header_says_comes_back():
    message = replace(
        MESSAGE, action=MessageAction.UPDATE, version=3, related_set_id="s-0",
        receivers=("EL:9002", "RO:9003"), after={"EL:9002": ("m-0",)}, facts=("joined RO:9003",),
    )  # fmt: skip
    roles = {**ROLES, "RO:9003": Role.COUNTERPARTY}
    assert parse_business_document(create_business_document(message, roles)) == message


def test_a_step_names_its_schema():
    _, crossing = export_message(MESSAGE, ROLES)
    assert crossing.schema == "LA_BUC_04-4.2-PO-CP-Start-A009-4.2.xsd"
    assert schema_name(MESSAGE, Role.COUNTERPARTY, Role.CASE_OWNER) == (
        "LA_BUC_04-4.2-CP-PO-Start-A009-4.2.xsd"
    )


def test_names_are_those_that_public_code_shows():
    document = etree.fromstring(create_business_document(MESSAGE, ROLES))
    path = "s:StandardBusinessDocumentHeader/s:BusinessScope/s:CaseId/s:BusinessServiceName"
    assert document.find(path, {"s": SBDH}).text == "LA_BUC_04:4.2"
    assert document[1].tag == "{http://ec.europa.eu/eessi/ns/4_2/A009}A009"
    assert sed_namespace("DA01").startswith("urn:esspass:")


@pytest.mark.parametrize("sed", sorted(sed_types()))
def test_schemas_are_xml_schemas(sed):
    etree.XMLSchema(etree.fromstring(create_schema(sed)))
    etree.XMLSchema(etree.fromstring(create_header_schema()))


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=60)


@given(TEXTS.filter(str.strip))
def test_any_text_comes_back_or_is_refused(text):
    content = create_content("H001")
    content["AdditionalInformation"] = {"additionalInformation": text}
    message = replace(MESSAGE, sed="H001", content=content)
    if any((ord(each) < 32 and each not in "\t\n\r") or each in "\ufffe\uffff" for each in text):
        with pytest.raises(MalformedError, match="XML cannot"):
            create_business_document(message, ROLES)
        return
    assert parse_business_document(create_business_document(message, ROLES)).content == content


def spoil(old, new, count=1):
    document = create_business_document(MESSAGE, ROLES)
    assert old in document
    return document.replace(old, new, count)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<HeaderVersion>1.1</HeaderVersion>", b""),
        (b"<Type>A009</Type>", b"<Type>A010</Type>"),
        (b"<CaseAction>Start</CaseAction>", b"<CaseAction>Stop</CaseAction>"),
        (b"<DocumentVersion>1<", b"<DocumentVersion>0<"),
        (b"urn:sha256:", b"urn:md5:"),
        (b"ns/4_2/A009", b"ns/4_2/A010"),
        (b"<familyName>", b"<surname/><familyName>"),
        (b"</A009>", b"<more/></A009>"),
        (b"<memberStateWhichLegislationApplies>", b"<other/><memberStateWhichLegislationApplies>"),
    ],
)
def test_xml_that_is_not_of_its_form(old, new):
    refused(spoil(old, new))


def test_what_only_our_rules_know_is_held_to_them():
    refused(spoil(b"<country>", b"<country>GR</country><country>"))
    document = create_business_document(MESSAGE, ROLES)
    country = b"<memberStateWhichLegislationApplies>"
    start = document.index(country) + len(country)
    refused(document[:start] + b"GR" + document[start + 2 :], "content_invalid")


def test_no_entities_no_doctype_no_giants():
    document = create_business_document(MESSAGE, ROLES)
    head, rest = document.split(b"?>", 1)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    refused(head + b"?>" + bomb + rest)
    refused(b"<a>" + b" " * 10 * 1024 * 1024 + b"</a>", "too_large")
    refused(b"not xml")
    refused(b"")


def test_characters_that_xml_cannot_hold_are_refused():
    content = create_content("H001")
    content["AdditionalInformation"] = {"additionalInformation": "a\x01b"}
    with pytest.raises(MalformedError) as caught:
        create_business_document(replace(MESSAGE, sed="H001", content=content), ROLES)
    assert caught.value.code == "not_in_xml"


def test_other_versions_are_not_spoken():
    refused(spoil(b"LA_BUC_04:4.2", b"LA_BUC_04:4.4"), "wrong_case_version")
