"""XML Schemas of messages, made from their JSON Schemas; their names say the step, as EESSI's do.

Names and order are those of the JSON Schema. What XML Schema says in other words (patterns,
conditions) is left to ``verify_content``, which runs on everything that comes out of XML.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from esspass.exchange.as4.names import OURS, SBDH, XSD, sed_namespace
from esspass.exchange.model import Message, Role
from esspass.exchange.schema import Kind, Node, items, kind_of, members, root
from esspass.exchange.sed import CASE_VERSION

_NESTED = (Kind.BLOCK, Kind.CHOICE)
_LISTS = (Kind.LIST, Kind.SEVERAL)
_LENGTHS = ("minLength", "maxLength")


def schema_name(message: Message, sender: Role, receiver: Role) -> str:
    """Name the schema of a step: case type, roles, action and message, with their versions."""
    case, step = f"{message.case_type}-{message.case_version}", f"{sender}-{receiver}"
    return f"{case}-{step}-{message.action}-{message.sed}-{message.case_version}.xsd"


@cache
def create_schema(sed: str, version: str = CASE_VERSION) -> bytes:
    """Write the XML Schema of a message's content. Raises MalformedError, ``unknown_sed``."""
    schema = _element(
        "schema",
        targetNamespace=sed_namespace(sed, version),
        elementFormDefault="qualified",
        version=version,
    )
    schema.append(_declare(sed, root(sed)))
    return bytes(etree.tostring(schema, pretty_print=True, encoding="UTF-8", xml_declaration=True))


@cache
def create_header_schema() -> bytes:
    """Write the XML Schema of the document around a message, with the header's elements."""
    schema = _element("schema", targetNamespace=SBDH, elementFormDefault="qualified", version="1.1")
    document = _sequence(schema, "StandardBusinessDocument")
    header = _sequence(document, "StandardBusinessDocumentHeader")
    _text(header, "HeaderVersion")
    for name, most in (("Sender", "1"), ("Receiver", "unbounded")):
        partner = _sequence(header, name, most=most)
        _text(partner, "Identifier", attribute="Authority")
        _text(partner, "ContactTypeIdentifier")
    _describe_identification(_sequence(header, "DocumentIdentification"))
    _describe_manifest(_sequence(header, "Manifest", least="0"))
    _describe_scope(_sequence(header, "BusinessScope"))
    document.append(_element("any", namespace="##other", processContents="skip"))
    return bytes(etree.tostring(schema, pretty_print=True, encoding="UTF-8", xml_declaration=True))


@cache
def content_schema(sed: str) -> etree.XMLSchema:
    """Return the compiled schema of a message."""
    return etree.XMLSchema(etree.fromstring(create_schema(sed)))


@cache
def header_schema() -> etree.XMLSchema:
    """Return the compiled schema of the document around it."""
    return etree.XMLSchema(etree.fromstring(create_header_schema()))


def _describe_identification(parent: Any) -> None:
    for name in ("Type", "TypeVersion", "InstanceIdentifier"):
        _text(parent, name)
    _text(parent, "CreationDateAndTime", kind="dateTime")
    _text(parent, "CaseAction")


def _describe_manifest(parent: Any) -> None:
    _text(parent, "NumberOfItems", kind="positiveInteger")
    item = _sequence(parent, "ManifestItem", most="unbounded")
    for name in ("MimeTypeQualifierCode", "UniformResourceIdentifier", "Description"):
        _text(item, name)


def _describe_scope(parent: Any) -> None:
    case = _sequence(parent, "CaseId")
    _text(case, "InstanceIdentifier")
    _text(case, "BusinessServiceName")
    _text(parent, "DocumentVersion", kind="positiveInteger")
    _text(parent, "SetId")
    _text(parent, "RelatedSetId", least="0")
    extension = _element(
        "any", namespace=OURS, processContents="skip", minOccurs="0", maxOccurs="1"
    )
    parent.append(extension)


def _declare(name: str, node: Node, **occurs: str) -> Any:
    element = _element("element", name=name, **occurs)
    if kind_of(node) in _NESTED:
        inner = _nest(element, "choice" if kind_of(node) is Kind.CHOICE else "sequence")
        for member, schema, needed in members(node):
            inner.append(_declare_member(member, schema, needed=needed))
    else:
        element.append(_declare_value(node))
    return element


def _declare_member(name: str, node: Node, *, needed: bool) -> Any:
    """A list is its elements under the list's name; in a choice each member may be the one."""
    least = "1" if needed else "0"
    if kind_of(node) not in _LISTS:
        return _declare(name, node, minOccurs=least)
    return _declare(name, items(node), minOccurs=least, maxOccurs=str(node["maxItems"]))


def _declare_value(node: Node) -> Any:
    simple = _element("simpleType")
    kinds = {Kind.DATE: "xs:date", Kind.YES_NO: "xs:boolean", Kind.FIXED: "xs:boolean"}
    restriction = _element("restriction", base=kinds.get(kind_of(node), "xs:string"))
    for value in node.get("enum", ()):
        restriction.append(_element("enumeration", value=str(value)))
    if restriction.get("base") == "xs:string":
        for name in _LENGTHS:
            if name in node:
                restriction.append(_element(name, value=str(node[name])))
    simple.append(restriction)
    return simple


def _sequence(parent: Any, name: str, *, least: str = "1", most: str = "1") -> Any:
    element = _element("element", name=name)
    if parent.tag != f"{{{XSD}}}schema":
        element.set("minOccurs", least)
        element.set("maxOccurs", most)
    parent.append(element)
    return _nest(element, "sequence")


def _text(
    parent: Any, name: str, *, kind: str = "string", least: str = "1", attribute: str = ""
) -> None:
    element = _element("element", name=name, minOccurs=least)
    parent.append(element)
    if not attribute:
        element.set("type", f"xs:{kind}")
        return
    content = etree.SubElement(_nest_type(element), f"{{{XSD}}}simpleContent")
    extension = etree.SubElement(content, f"{{{XSD}}}extension", base=f"xs:{kind}")
    extension.append(_element("attribute", name=attribute, type="xs:string", use="required"))


def _nest(element: Any, how: str) -> Any:
    return etree.SubElement(_nest_type(element), f"{{{XSD}}}{how}")


def _nest_type(element: Any) -> Any:
    return etree.SubElement(element, f"{{{XSD}}}complexType")


def _element(tag: str, /, **attributes: str) -> Any:
    return etree.Element(f"{{{XSD}}}{tag}", attributes, nsmap={"xs": XSD})
