"""A message as a StandardBusinessDocument: header, then the content in the message's namespace.

XML is read without DTD, entities or network, within a size; both parts are held to their schemas,
and the content to ``verify_content`` after that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from esspass.errors import MalformedError
from esspass.exchange.as4.names import AUTHORITY, OURS, SBDH, sbdh, sed_namespace
from esspass.exchange.as4.schema import content_schema, header_schema
from esspass.exchange.content import verify_content
from esspass.exchange.model import Attachment, Message, MessageAction, Role
from esspass.exchange.schema import Kind, Node, items, kind_of, members, root
from esspass.exchange.sed import sed_type
from esspass.jose.jws import create_json, parse_json_object

MAX_XML = 10 * 1024 * 1024
HEADER_VERSION = "1.1"
_CONTACT = {Role.CASE_OWNER: "CaseOwner", Role.COUNTERPARTY: "Counterparty"}
_NESTED = (Kind.BLOCK, Kind.CHOICE)
_YES_NO = (Kind.YES_NO, Kind.FIXED)
_LISTS = (Kind.LIST, Kind.SEVERAL)
_BAD_XML = "bad_business_document"


def create_business_document(message: Message, roles: Mapping[str, Role]) -> bytes:
    """Write a message; ``roles`` are those of sender and receivers in the case.

    Raises MalformedError: as ``verify_content``, or ``not_in_xml`` for characters XML cannot hold.
    """
    verify_content(message.sed, message.case_version, message.content)
    try:
        document = etree.Element(sbdh("StandardBusinessDocument"), nsmap={None: SBDH})
        document.append(_write_header(message, roles))
        namespace = sed_namespace(message.sed, message.case_version)
        content = etree.SubElement(
            document, f"{{{namespace}}}{message.sed}", nsmap={None: namespace}
        )
        _write_members(content, namespace, root(message.sed), message.content)
    except ValueError as error:
        raise MalformedError("a text holds what XML cannot", code="not_in_xml") from error
    return bytes(etree.tostring(document, encoding="UTF-8", xml_declaration=True))


def parse_business_document(data: bytes) -> Message:
    """Read a message. Raises MalformedError, ``bad_business_document`` or as ``verify_content``."""
    document = _parse(data)
    _require(document, header_schema())
    header, content = document
    sed, version = etree.QName(content).localname, _read_case_type(header)[1]
    namespace = sed_namespace(sed, version)
    sed_type(sed, version)
    if etree.QName(content).namespace != namespace:
        raise MalformedError("a message in the namespace of another", code=_BAD_XML)
    _require(content, content_schema(sed))
    read = _read_members(content, namespace, root(sed))
    verify_content(sed, version, read)
    return _read_message(header, sed, read)


def _parse(data: bytes) -> Any:
    if len(data) > MAX_XML:
        raise MalformedError("larger than a message may be", code="too_large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True, remove_blank_text=False,
    )  # fmt: skip
    try:
        tree = etree.fromstring(data, parser).getroottree()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedError("not XML", code=_BAD_XML) from error
    if tree.docinfo.doctype:
        raise MalformedError("a document type is not allowed", code=_BAD_XML)
    return tree.getroot()


def _require(element: Any, schema: Any) -> None:
    if not schema.validate(element):
        fault = schema.error_log[0]
        where = f"line {fault.line}: {fault.type_name}"
        raise MalformedError(f"the XML does not have its form, {where}", code=_BAD_XML)


def _write_header(message: Message, roles: Mapping[str, Role]) -> Any:
    header = etree.Element(sbdh("StandardBusinessDocumentHeader"))
    _add(header, "HeaderVersion", HEADER_VERSION)
    for name, parties in (("Sender", (message.sender,)), ("Receiver", message.receivers)):
        for party in parties:
            partner = etree.SubElement(header, sbdh(name))
            _add(partner, "Identifier", party).set("Authority", AUTHORITY)
            _add(partner, "ContactTypeIdentifier", _CONTACT[roles[party]])
    _write_identification(etree.SubElement(header, sbdh("DocumentIdentification")), message)
    if message.attachments:
        _write_manifest(etree.SubElement(header, sbdh("Manifest")), message.attachments)
    _write_scope(etree.SubElement(header, sbdh("BusinessScope")), message)
    return header


def _write_identification(parent: Any, message: Message) -> None:
    moment = datetime.fromtimestamp(message.sent_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _add(parent, "Type", message.sed)
    _add(parent, "TypeVersion", message.case_version)
    _add(parent, "InstanceIdentifier", message.message_id)
    _add(parent, "CreationDateAndTime", moment)
    _add(parent, "CaseAction", message.action)


def _write_manifest(parent: Any, attachments: tuple[Attachment, ...]) -> None:
    """Files travel as parts of their own; the digest names them, as ``urn:sha256:``."""
    _add(parent, "NumberOfItems", str(len(attachments)))
    for each in attachments:
        item = etree.SubElement(parent, sbdh("ManifestItem"))
        _add(item, "MimeTypeQualifierCode", each.media_type)
        _add(item, "UniformResourceIdentifier", f"urn:sha256:{each.sha256}:{each.size}")
        _add(item, "Description", each.name)


def _write_scope(parent: Any, message: Message) -> None:
    case = etree.SubElement(parent, sbdh("CaseId"))
    _add(case, "InstanceIdentifier", message.case_id)
    _add(case, "BusinessServiceName", f"{message.case_type}:{message.case_version}")
    _add(parent, "DocumentVersion", str(message.version))
    _add(parent, "SetId", message.set_id)
    if message.related_set_id is not None:
        _add(parent, "RelatedSetId", message.related_set_id)
    if message.after or message.facts:
        known = {"after": {k: list(v) for k, v in message.after.items()}, "facts": message.facts}
        copy = etree.SubElement(parent, f"{{{OURS}}}Copy", nsmap={None: OURS})
        copy.text = create_json(known).decode()


def _add(parent: Any, name: str, text: str) -> Any:
    element = etree.SubElement(parent, sbdh(name))
    element.text = text
    return element


def _write_members(parent: Any, namespace: str, node: Node, value: Mapping[str, Any]) -> None:
    for name, schema, _ in members(node):
        if name not in value:
            continue
        several = kind_of(schema) in _LISTS
        for each in value[name] if several else (value[name],):
            element = etree.SubElement(parent, f"{{{namespace}}}{name}")
            _write_value(element, namespace, items(schema) if several else schema, each)


def _write_value(element: Any, namespace: str, node: Node, value: Any) -> None:
    if kind_of(node) in _NESTED:
        _write_members(element, namespace, node, value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = value


def _read_message(header: Any, sed: str, content: Mapping[str, Any]) -> Message:
    identification = header.find(sbdh("DocumentIdentification"))
    scope = header.find(sbdh("BusinessScope"))
    if _text(identification, "Type") != sed:
        raise MalformedError("the header names another message", code=_BAD_XML)
    case_type, version = _read_case_type(header)
    known = _read_copy(scope)
    try:
        return Message(
            message_id=_text(identification, "InstanceIdentifier"),
            case_id=_text(scope, "CaseId", "InstanceIdentifier"),
            case_type=case_type,
            case_version=version,
            sed=sed,
            set_id=_text(scope, "SetId"),
            version=int(_text(scope, "DocumentVersion")),
            action=MessageAction(_text(identification, "CaseAction")),
            sender=_text(header, "Sender", "Identifier"),
            receivers=tuple(_text(each, "Identifier") for each in header.findall(sbdh("Receiver"))),
            sent_at=_read_moment(_text(identification, "CreationDateAndTime")),
            content=content,
            related_set_id=_text(scope, "RelatedSetId") or None,
            attachments=tuple(map(_read_item, _find_items(header))),
            **known,
        )
    except (ValueError, OverflowError) as error:
        raise MalformedError("a value of the header is not usable", code=_BAD_XML) from error


def _read_case_type(header: Any) -> tuple[str, str]:
    name = _text(header, "BusinessScope", "CaseId", "BusinessServiceName")
    case_type, _, version = name.rpartition(":")
    return case_type, version


def _read_copy(scope: Any) -> dict[str, Any]:
    copy = scope.find(f"{{{OURS}}}Copy")
    if copy is None:
        return {}
    known = parse_json_object(copy.text or "")
    after, facts = known.get("after"), known.get("facts") or []
    if not isinstance(after, dict) or not _are_texts([*after.values(), facts]):
        raise MalformedError("what the sender had seen is not readable", code=_BAD_XML)
    return {"after": {k: tuple(v) for k, v in after.items()}, "facts": tuple(facts)}


def _are_texts(lists: list[Any]) -> bool:
    return all(isinstance(each, list) and all(isinstance(x, str) for x in each) for each in lists)


def _find_items(header: Any) -> list[Any]:
    return list(header.iterfind(f"{sbdh('Manifest')}/{sbdh('ManifestItem')}"))


def _read_item(item: Any) -> Attachment:
    _, scheme, digest, size = _text(item, "UniformResourceIdentifier").split(":")
    if scheme != "sha256":
        raise ValueError
    return Attachment(
        _text(item, "Description"), _text(item, "MimeTypeQualifierCode"), int(size), digest
    )


def _read_moment(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return int(moment.timestamp())


def _text(element: Any, *path: str) -> str:
    found = element.find("/".join(sbdh(name) for name in path))
    return "" if found is None else str(found.text or "")


def _read_members(parent: Any, namespace: str, node: Node) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, schema, _ in members(node):
        found = parent.findall(f"{{{namespace}}}{name}")
        if found and kind_of(schema) in _LISTS:
            read[name] = [_read_value(each, namespace, items(schema)) for each in found]
        elif found:
            read[name] = _read_value(found[0], namespace, schema)
    return read


def _read_value(element: Any, namespace: str, node: Node) -> Any:
    if kind_of(node) in _NESTED:
        return _read_members(element, namespace, node)
    text = element.text or ""
    return text.strip() in ("true", "1") if kind_of(node) in _YES_NO else text
