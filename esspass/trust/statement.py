"""What the list operator signs beside its lists: a numbered statement with dates, like a list.

Neither TS 119 602 nor any other format has a place for who may issue what, or for the rules of an
inspection, so the operator signs them as statements of its own. Same signature (JAdES), same
sequence rules, same freshness as a list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509

from esspass.errors import MalformedError
from esspass.jose.jws import create_json, parse_json_object, parse_jws
from esspass.keys.signer import Signer
from esspass.trust.jades import (
    MAX_LIST_BYTES,
    create_signer_digest,
    sign_jades,
    verify_issue_time,
    verify_jades,
    verify_operator,
)
from esspass.trust.lote_parser import require_object, require_text
from esspass.trust.timestamps import create_timestamp, parse_timestamp

_MEMBERS = frozenset({"sequence_number", "operator", "territory", "issued", "next_update"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One issue of a statement; dates in epoch seconds.

    ``digest`` is the hex SHA-256 of the signed bytes, ``signer`` that of the signer's certificate.
    """

    sequence_number: int
    issued_at: int
    next_update: int | None
    operator: str
    territory: str
    digest: str = field(default="", kw_only=True)
    signer: str = field(default="", kw_only=True)


def sign_statement(
    statement: Statement, typ: str, content: Mapping[str, Any], signer: Signer, now: int
) -> str:
    """Sign ``content`` as a statement; ``digest`` and ``signer`` of the argument are not used."""
    following = statement.next_update
    body = {
        "sequence_number": statement.sequence_number,
        "operator": statement.operator,
        "territory": statement.territory,
        "issued": create_timestamp(statement.issued_at),
        "next_update": None if following is None else create_timestamp(following),
        **content,
    }
    return sign_jades(create_json(body), signer, now, typ=typ)


def verify_statement(
    token: str, typ: str, members: frozenset[str], anchors: Sequence[x509.Certificate], now: int
) -> tuple[Statement, Mapping[str, Any]]:
    """Verify a statement signed by one of ``anchors``; return it with its content ``members``.

    Raises as ``verify_list`` does.
    """
    if parse_jws(token, MAX_LIST_BYTES).header.get("typ") != typ:
        raise MalformedError(f"not of the type {typ}")
    signed = verify_jades(token, anchors, now)
    body = require_object(parse_json_object(signed.payload), _MEMBERS | members)
    sequence_number, following = body["sequence_number"], body["next_update"]
    if type(sequence_number) is not int or not 1 <= sequence_number < 2**53:
        raise MalformedError("a signed statement has no proper sequence number")
    statement = Statement(
        sequence_number=sequence_number,
        issued_at=parse_timestamp(body["issued"]),
        next_update=None if following is None else parse_timestamp(following),
        operator=require_text(body["operator"]),
        territory=require_text(body["territory"]),
        digest=hashlib.sha256(signed.payload).hexdigest(),
        signer=create_signer_digest(signed.signer),
    )
    verify_operator(signed.signer, statement.territory, [statement.operator])
    verify_issue_time(statement.issued_at, now)
    return statement, {name: body[name] for name in members}
