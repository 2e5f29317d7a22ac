"""The institution directory: which institution may issue which type of attestation, and when.

Neither list format says what a body may issue (reference: Annex H has no such field; CIR (EU)
2025/1569 Annex III collects none), so the list operator signs this second statement: EESSI
institution id, the listed body behind it, and its types with their periods. Same signature, same
sequence rules and freshness as a list.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
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
from esspass.trust.lote_parser import parse_array, require_object, require_text
from esspass.trust.timestamps import create_timestamp, parse_timestamp

DIRECTORY_TYP = "institution-directory+jwt"
_INSTITUTION_ID = re.compile(r"[A-Z]{2}:[A-Za-z0-9._-]{1,64}", re.ASCII)
_MEMBERS = frozenset(
    {"sequence_number", "operator", "territory", "issued", "next_update", "institutions"}
)


@dataclass(frozen=True, slots=True)
class Authorization:
    """A type an institution may issue from ``starts`` until before ``ends`` (epoch seconds)."""

    vct: str
    starts: int
    ends: int | None = None

    def covers(self, earliest: int, latest: int) -> bool:
        """Say whether it was in force at any moment from ``earliest`` to ``latest``."""
        return self.starts <= latest and (self.ends is None or earliest < self.ends)


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution: EESSI id, the TEName of the listed body, ISO country, types."""

    institution_id: str
    entity: str
    country: str
    authorizations: tuple[Authorization, ...]

    def may_issue(self, vct: str, earliest: int, latest: int) -> bool:
        """Say whether it was entitled to a type at any moment in between."""
        return any(a.vct == vct and a.covers(earliest, latest) for a in self.authorizations)


@dataclass(frozen=True, slots=True)
class InstitutionDirectory:
    """One issue of the directory, as it was signed."""

    sequence_number: int
    issued_at: int
    next_update: int | None
    operator: str
    territory: str
    institutions: tuple[Institution, ...]
    digest: str = ""
    signer: str = ""

    def find(self, institution_id: str) -> Institution | None:
        """Return the institution with this id."""
        return next((i for i in self.institutions if i.institution_id == institution_id), None)

    def of_entity(self, names: Sequence[str]) -> tuple[Institution, ...]:
        """Return the institutions behind which a body of one of these names stands."""
        return tuple(i for i in self.institutions if i.entity in names)


def sign_directory(directory: InstitutionDirectory, signer: Signer, now: int) -> str:
    """Write and sign a directory; ``digest`` and ``signer`` of the argument are not used."""
    body = {
        "sequence_number": directory.sequence_number,
        "operator": directory.operator,
        "territory": directory.territory,
        "issued": create_timestamp(directory.issued_at),
        "next_update": None
        if directory.next_update is None
        else create_timestamp(directory.next_update),
        "institutions": [write_institution(i) for i in directory.institutions],
    }
    return sign_jades(create_json(body), signer, now, typ=DIRECTORY_TYP)


def verify_directory(
    token: str, anchors: Sequence[x509.Certificate], now: int
) -> InstitutionDirectory:
    """Verify a directory signed by one of ``anchors`` and read it.

    Raises as ``verify_list`` does.
    """
    if parse_jws(token, MAX_LIST_BYTES).header.get("typ") != DIRECTORY_TYP:
        raise MalformedError("not an institution directory")
    signed = verify_jades(token, anchors, now)
    directory = _parse_directory(signed.payload, create_signer_digest(signed.signer))
    verify_operator(signed.signer, directory.territory, [directory.operator])
    verify_issue_time(directory.issued_at, now)
    return directory


def write_institution(institution: Institution) -> dict[str, Any]:
    """Return the JSON of one institution."""
    return {
        "id": institution.institution_id,
        "entity": institution.entity,
        "country": institution.country,
        "attestation_types": [_write_authorization(a) for a in institution.authorizations],
    }


def parse_institution(value: Any) -> Institution:
    """Read one institution. Raises MalformedError."""
    members = require_object(value, frozenset({"id", "entity", "country", "attestation_types"}))
    institution_id = parse_institution_id(members["id"])
    types = members["attestation_types"]
    return Institution(
        institution_id=institution_id,
        entity=require_text(members["entity"]),
        country=require_text(members["country"]),
        authorizations=parse_array(types, 1000, _parse_authorization) if types != [] else (),
    )


def parse_institution_id(value: Any) -> str:
    """Return an id in EESSI form, ``LT:1000``. Raises MalformedError."""
    if not isinstance(value, str) or not _INSTITUTION_ID.fullmatch(value):
        raise MalformedError("an institution id has the form LT:1000")
    return value


def _parse_directory(payload: bytes, signer: str) -> InstitutionDirectory:
    body = require_object(parse_json_object(payload), _MEMBERS)
    sequence_number, following = body["sequence_number"], body["next_update"]
    if type(sequence_number) is not int or not 1 <= sequence_number < 2**53:
        raise MalformedError("the directory has no proper sequence number")
    listed = body["institutions"]
    institutions = parse_array(listed, 10_000, parse_institution) if listed != [] else ()
    if len({i.institution_id for i in institutions}) != len(institutions):
        raise MalformedError("the directory names an institution twice")
    return InstitutionDirectory(
        sequence_number=sequence_number,
        issued_at=parse_timestamp(body["issued"]),
        next_update=None if following is None else parse_timestamp(following),
        operator=require_text(body["operator"]),
        territory=require_text(body["territory"]),
        institutions=institutions,
        digest=hashlib.sha256(payload).hexdigest(),
        signer=signer,
    )


def _write_authorization(authorization: Authorization) -> dict[str, str]:
    ends = authorization.ends
    until = {} if ends is None else {"until": create_timestamp(ends)}
    return {"vct": authorization.vct, "from": create_timestamp(authorization.starts), **until}


def _parse_authorization(value: Any) -> Authorization:
    members = require_object(value, frozenset({"vct", "from"}), frozenset({"until"}))
    until = members.get("until")
    return Authorization(
        vct=require_text(members["vct"]),
        starts=parse_timestamp(members["from"]),
        ends=None if until is None else parse_timestamp(until),
    )
